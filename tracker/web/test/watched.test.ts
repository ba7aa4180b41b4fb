import { expect, test } from "vitest";
import { Watched } from "../src/page/watched";

test("watchers are told of another value, and not of the same one", () => {
  const watched = new Watched(1);
  const told: number[] = [];
  watched.watch((value) => told.push(value));
  for (const value of [1, 2, 2, 3]) watched.set(value);
  expect(told).toEqual([2, 3]);
  expect(watched.get()).toBe(3);
});

test("whoever has ended its watch is told no more, also where that happens while others are told", () => {
  const watched = new Watched(0);
  const told: string[] = [];
  const end = watched.watch(() => {
    told.push("first");
    end();
  });
  watched.watch(() => told.push("second"));
  watched.set(1);
  watched.set(2);
  expect(told).toEqual(["first", "second", "second"]);
});
