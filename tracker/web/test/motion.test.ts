import { expect, test } from "vitest";
import { fading, GLIDE, Motion } from "../src/motion";
import { advance, latitude, longitude, mercatorX, mercatorY } from "../src/reckon";

const PARIS = { lat: 49, lon: 2.5 };

function moving(): Motion {
  const motion = new Motion(15);
  motion.place(motion.add(), PARIS, 250, 45, 100);
  return motion;
}

test("between reports it flies along its track, and no further than it is reckoned on", () => {
  const motion = moving();
  const there = advance(PARIS, 45, 250 * 10);
  expect(latitude(motion.yAt(0, 110))).toBeCloseTo(there.lat, 5);
  expect(longitude(motion.xAt(0, 110))).toBeCloseTo(there.lon, 5);
  expect(motion.xAt(0, 500)).toBe(motion.xAt(0, 115));
  expect(motion.end).toBe(115);
});

test.each([
  ["without a speed", 0, 45],
  ["without a track", 250, NaN],
])("%s it stands", (_, velocity, track) => {
  const motion = new Motion(15);
  motion.place(motion.add(), PARIS, velocity, track, 100);
  expect([motion.xAt(0, 110), motion.yAt(0, 110)]).toEqual([mercatorX(PARIS.lon), mercatorY(PARIS.lat)]);
});

test("beyond the edge of the map it stands on the edge, at its longitude", () => {
  const motion = new Motion(15);
  motion.place(motion.add(), { lat: 89, lon: 20 }, 250, 90, 100);
  expect(motion.xAt(0, 110)).toBe(mercatorX(20));
  expect(motion.yAt(0, 110)).toBeCloseTo(0, 12);
});

test("what a report corrects fades out from where it was drawn", () => {
  const motion = moving();
  const [x, y] = [motion.xAt(0, 105), motion.yAt(0, 105)];
  motion.glide(0, { lat: 49.1, lon: 2.5 }, 0, NaN, 105, 105);
  expect(motion.xAt(0, 105)).toBeCloseTo(x, 15);
  expect(motion.yAt(0, 105)).toBeCloseTo(y, 15);
  expect(motion.yAt(0, 105 + GLIDE)).toBe(mercatorY(49.1));
});

test("a correction fades without a kink: all of it at first, none in the end, and less all the time", () => {
  const parts = [-1, 0, 0.25, 0.5, 0.75, 1, 2].map((part) => fading(part * GLIDE));
  expect(parts).toEqual([...parts].sort((a, b) => b - a));
  expect([parts[0], parts[1], parts[5], parts[6]]).toEqual([1, 1, 0, 0]);
});

test("the last slot moves into one that is given up, with all its numbers", () => {
  const motion = moving();
  for (let lon = 0; lon < 100; lon++) motion.place(motion.add(), { lat: 0, lon }, 0, NaN, 100);
  motion.remove(0);
  expect(motion.size).toBe(100);
  expect(motion.xAt(0, 110)).toBe(mercatorX(99));
  expect(motion.xAt(1, 110)).toBe(mercatorX(0));
});
