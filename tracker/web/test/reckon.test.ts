import { expect, test } from "vitest";
import {
  advance, distance, EARTH_RADIUS, isJump, JUMP_SPEED, latitude, longitude, MAX_LATITUDE, mercatorX, mercatorY, shortWay,
} from "../src/reckon"; // prettier-ignore

const DEGREE = (EARTH_RADIUS * Math.PI) / 180; // m

test("the corners of the world are those of the square", () => {
  expect(mercatorX(-180)).toBe(0);
  expect(mercatorX(180)).toBe(1);
  expect(mercatorY(MAX_LATITUDE)).toBeCloseTo(0, 12);
  expect(mercatorY(0)).toBe(0.5);
  expect(mercatorY(-MAX_LATITUDE)).toBeCloseTo(1, 12);
});

test("latitudes beyond the projection lie on its edge", () => {
  expect(mercatorY(90)).toBe(mercatorY(MAX_LATITUDE));
  expect(mercatorY(-90)).toBe(mercatorY(-MAX_LATITUDE));
});

test.each([0, 1e-9, 48.9, 60, -60, 85, -85])("a place comes back from the square: %d", (degrees) => {
  expect(latitude(mercatorY(degrees))).toBeCloseTo(degrees, 11);
  expect(longitude(mercatorX(degrees))).toBeCloseTo(degrees, 11);
});

test("a longitude beyond the antimeridian is one this side of it", () => {
  expect(longitude(1.25)).toBe(-90);
  expect(longitude(-0.25)).toBe(90);
  expect(longitude(1)).toBe(-180);
});

test.each([
  [0, { lat: 1, lon: 0 }],
  [90, { lat: 0, lon: 1 }],
  [180, { lat: -1, lon: 0 }],
  [270, { lat: 0, lon: -1 }],
])("a degree on track %d leads to %j", (track, place) => {
  const there = advance({ lat: 0, lon: 0 }, track, DEGREE);
  expect(there.lat).toBeCloseTo(place.lat, 10);
  expect(there.lon).toBeCloseTo(place.lon, 10);
});

test("a great circle that leaves to the east at 60 N bends to the south", () => {
  // By spherical trigonometry: sin(lat) = sin(60) cos(d), tan(lon) = sin(d) / (cos(60) cos(d)), for d = 10 degrees.
  const there = advance({ lat: 60, lon: 0 }, 90, 10 * DEGREE);
  expect(there.lat).toBeCloseTo(58.5251, 4);
  expect(there.lon).toBeCloseTo(19.4254, 4);
});

test("who flies over the pole comes down on the other side", () => {
  const there = advance({ lat: 89, lon: 10 }, 0, 2 * DEGREE);
  expect(there.lat).toBeCloseTo(89, 9);
  expect(Math.abs(there.lon - 10)).toBeCloseTo(180, 9);
});

test("who crosses the antimeridian gets a longitude beyond 180", () => {
  expect(advance({ lat: 0, lon: 179.5 }, 90, DEGREE).lon).toBeCloseTo(180.5, 10);
});

test("the distance is what was flown, over the antimeridian too", () => {
  expect(distance({ lat: 0, lon: 179.5 }, { lat: 0, lon: -179.5 })).toBeCloseTo(DEGREE, 4);
  const from = { lat: 50, lon: 8 };
  expect(distance(from, advance(from, 123, 12_345))).toBeCloseTo(12_345, 4);
  expect(distance(from, from)).toBe(0);
});

test("a jump is what implies more than 1,500 kt", () => {
  expect(JUMP_SPEED).toBeCloseTo(771.7, 1);
  const from = { lat: 50, lon: 8 };
  for (const track of [0, 90, 200]) {
    expect(isJump(from, advance(from, track, 7_716), 10)).toBe(false);
    expect(isJump(from, advance(from, track, 7_718), 10)).toBe(true);
  }
});

test("within a second a small difference is no jump, whatever the clocks say", () => {
  const from = { lat: 50, lon: 8 };
  expect(isJump(from, advance(from, 90, 700), 0)).toBe(false);
  expect(isJump(from, advance(from, 90, 700), -5)).toBe(false);
  expect(isJump(from, advance(from, 90, 800), 0)).toBe(true);
});

test("the short way round the world", () => {
  expect(shortWay(0.9)).toBeCloseTo(-0.1, 12);
  expect(shortWay(-0.9)).toBeCloseTo(0.1, 12);
  expect(shortWay(0.2)).toBeCloseTo(0.2, 12);
});
