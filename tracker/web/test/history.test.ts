import { expect, test } from "vitest";
import { extended, parseTrack, type History } from "../src/page/history";
import { aircraft } from "./aircraft";

const PAST: History = [990, 995].map((time) => ({ time, lat: 48, lon: 2, altitude: 2_900, velocity: null }));

test("a newer report enters the past at its end", () => {
  expect(extended(PAST, aircraft({ time: 996, altitude: 1 })).at(-1)).toMatchObject({ time: 996, altitude: 1 });
  expect(extended([], aircraft({ time: 5 }))).toHaveLength(1);
});

test.each([995, 994, 990, 1, null])("a report of %s, repeated or older than the last one, does not", (time) => {
  expect(extended(PAST, aircraft({ time }))).toBe(PAST);
});

test("an hour at a report a second is kept: the oldest go first", () => {
  let history: History = [];
  for (let time = 0; time < 3_700; time += 1) history = extended(history, aircraft({ time }));
  expect([history.length, history[0]!.time, history.at(-1)!.time]).toEqual([3_600, 100, 3_699]);
});

test("the server's columns become reports", () => {
  const columns = { time: [1, 2], lat: [48, 49], lon: [2, 3], altitude: [null, 100], velocity: [50, null] };
  expect(parseTrack({ key: "a", columns })).toEqual([
    { time: 1, lat: 48, lon: 2, altitude: null, velocity: 50 },
    { time: 2, lat: 49, lon: 3, altitude: 100, velocity: null },
  ]);
});

test("a track without a column, or with a shorter one, is refused by name", () => {
  const columns = { time: [1], lat: [48], lon: [2], altitude: [1], velocity: [] };
  expect(() => parseTrack({ columns })).toThrow("track: 0 values in velocity, 1 in time");
  expect(() => parseTrack(null)).toThrow("track: no column time");
});
