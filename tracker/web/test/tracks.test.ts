import { expect, test } from "vitest";
import type { History } from "../src/page/history";
import { Tracks } from "../src/page/tracks";
import { aircraft } from "./aircraft";

const PAST: History = [{ time: 995, lat: 48, lon: 2, altitude: 2950, velocity: null }];

/** Tracks whose server answers at once, and which keys it was asked for. */
function asking() {
  const asked: string[] = [];
  const clock = { now: 0 };
  const ask = async (key: string): Promise<History> => {
    asked.push(key);
    return PAST;
  };
  return { tracks: new Tracks(ask, () => clock.now), asked, clock };
}

test("a track is asked for once while it is kept up, and again after the connection was lost", async () => {
  const { tracks, asked, clock } = asking();
  await tracks.load("a");
  clock.now = 9;
  tracks.hear(aircraft({ key: "a", time: 1001 }));
  clock.now = 18;
  await tracks.load("a");
  expect(asked).toEqual(["a"]);
  tracks.interrupt();
  await tracks.load("a");
  expect(asked).toEqual(["a", "a"]);
});

test("who asks for the same track at the same time waits for one answer", async () => {
  const { tracks, asked } = asking();
  const [one, other] = await Promise.all([tracks.load("a"), tracks.load("a")]);
  expect(asked).toEqual(["a"]);
  expect(one).toBe(other);
});

test("one that was not kept up is asked for again", async () => {
  const { tracks, asked, clock } = asking();
  await tracks.load("a");
  clock.now = 11;
  await tracks.load("a");
  expect(asked).toHaveLength(2);
});

test("only the newest are kept", async () => {
  const { tracks } = asking();
  for (let index = 0; index < 40; index++) await tracks.load(`key ${index}`);
  expect(tracks.get("key 0")).toBeUndefined();
  expect(tracks.get("key 39")).toBeDefined();
});

test("a request that failed is made anew, and its error is passed on", async () => {
  let failures = 0;
  const tracks = new Tracks(async () => {
    failures += 1;
    throw new Error("no track");
  }, () => 0);
  await expect(tracks.load("a")).rejects.toThrow("no track");
  await expect(tracks.load("a")).rejects.toThrow("no track");
  expect(failures).toBe(2);
  expect(tracks.get("a")).toBeUndefined();
});
