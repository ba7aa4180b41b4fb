import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, expect, test } from "vitest";
import { clipLine, clipRing, shifts, survey, type Atlas, type Rectangle } from "../src/land";
import { mercatorX, mercatorY } from "../src/reckon";

function atlas(scale: string): Atlas {
  return JSON.parse(readFileSync(createRequire(import.meta.url).resolve(`world-atlas/countries-${scale}.json`), "utf8")) as Atlas;
}

const SQUARE: Rectangle = { west: 0, north: 0, east: 10, south: 10 };

function area(ring: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) sum += ring[j]! * ring[i + 1]! - ring[i]! * ring[j + 1]!;
  return Math.abs(sum / 2);
}

describe.each(["110m", "50m"])("Natural Earth 1:%s", (scale) => {
  const { rings, borders } = survey(atlas(scale));

  test("no edge runs round the world", () => {
    let longest = 0;
    for (const { points } of [...rings, ...borders]) {
      for (let i = 2; i < points.length; i += 2) {
        const onEdge = Math.abs(points[i + 1]! - 0.5) > 0.5 && Math.abs(points[i - 1]! - 0.5) > 0.5; // which nobody sees
        if (!onEdge) longest = Math.max(longest, Math.abs(points[i]! - points[i - 2]!));
      }
    }
    expect(longest).toBeLessThan(0.2);
  });

  test.each([
    ["Paris", 48.9, 2.3, true],
    ["Chukotka, east of the antimeridian", 66.5, -178, true],
    ["Chukotka, west of it", 67, 178, true],
    ["as far south as the map goes", -85, 100, true],
    ["as far south as the map goes, at the antimeridian", -85, 180, true],
    ["the middle of the Atlantic", 30, -40, false],
    ["the Pacific at the antimeridian", 0, 180, false],
  ])("land and sea: %s", (_, lat, lon, land) => {
    const [x, y] = [mercatorX(lon), mercatorY(lat)];
    const inside = rings.filter(({ points, box }) => {
      return shifts(box, { west: x, east: x, north: y, south: y }).some((k) => contains(points, x - k, y));
    });
    expect(inside.length % 2 === 1).toBe(land);
  });
});

function contains(points: ArrayLike<number>, x: number, y: number): boolean {
  let inside = false;
  for (let i = 0, j = points.length - 2; i < points.length; j = i, i += 2) {
    const [ax, ay, bx, by] = [points[j]!, points[j + 1]!, points[i]!, points[i + 1]!];
    if (ay > y !== by > y && x < ax + ((y - ay) / (by - ay)) * (bx - ax)) inside = !inside;
  }
  return inside;
}

test("a path lies once in a view for each copy of the world", () => {
  const box = { west: 0.9, east: 1.1, north: 0.4, south: 0.6 };
  expect(shifts(box, { west: 0, east: 1, north: 0, south: 1 })).toEqual([-1, 0]);
  expect(shifts(box, { west: 0.2, east: 0.8, north: 0, south: 1 })).toEqual([]);
  expect(shifts(box, { west: -1, east: 2, north: 0, south: 1 })).toEqual([-2, -1, 0, 1]);
  expect(shifts(box, { west: 0, east: 1, north: 0.7, south: 1 })).toEqual([]);
});

test("a ring is cut to a rectangle", () => {
  expect(area(clipRing([-5, -5, 5, -5, 5, 5, -5, 5], SQUARE))).toBe(25);
  expect(area(clipRing([-5, -5, 50, -5, 50, 50, -5, 50], SQUARE))).toBe(100);
  expect(area(clipRing([2, 2, 4, 2, 4, 4, 2, 4], SQUARE))).toBe(4);
  expect(clipRing([20, 20, 30, 20, 30, 30], SQUARE)).toHaveLength(0);
});

test("of a line those edges are kept that may touch the rectangle", () => {
  expect(clipLine([-9, 5, -5, 5, 5, 5, 15, 5, 20, 5, 20, 20, 5, 20, 5, 9], SQUARE)).toEqual([
    [-5, 5, 5, 5, 15, 5],
    [5, 20, 5, 9],
  ]);
  expect(clipLine([20, 20, 30, 30], SQUARE)).toEqual([]);
});
