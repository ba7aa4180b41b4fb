import { expect, test } from "vitest";
import { nearest } from "../src/page/following";

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
