import { expect, test } from "vitest";
import { nearest, withinWorld } from "../src/page/following";

/** A map whose middle is at a longitude. */
const mapAt = (lng: number) => ({ getCenter: () => ({ lng }) }) as Parameters<typeof nearest>[0];

test.each([
  [0, 10, 10],
  [179, -179, 181],
  [-179, 179, -181],
  [540, 10, 370],
  [-725, 5, -715],
])("from a middle at %d the nearest copy of %d is at %d", (middle, lon, expected) => {
  expect(nearest(mapAt(middle), { lat: 5, lon })).toEqual([5, expected]);
});

test("a step that leads out of the world ends at its edge", () => {
  const world = { top: -100, bottom: 1_000 };
  expect(withinWorld(50, world, 400)).toBe(50);
  expect(withinWorld(-300, world, 400)).toBe(-100);
  expect(withinWorld(900, world, 400)).toBe(600);
});

test("a map that is higher than the world stays where it is", () => {
  expect(withinWorld(-300, { top: 100, bottom: 300 }, 400)).toBe(0);
});
