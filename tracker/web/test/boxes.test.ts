import { describe, expect, test } from "vitest";
import { boxAround, boxFor, same, shows, type Bounds } from "../src/page/boxes";
import type { Box } from "../src/protocol";

const PARIS: Bounds = { west: 1, south: 48, east: 4, north: 49.5 };

/** The tiles of 10 degrees that a box touches from west to east, as the server counts them. */
function columns([west, , east]: Box): number {
  const [first, last] = [Math.floor((west + 180) / 10), Math.floor((east + 180) / 10)];
  return last - first + 1 + (east < west ? 36 : 0);
}

describe("boxes", () => {
  test("a box holds what the map shows, and touches no tile beside it", () => {
    const box = boxAround(PARIS)!;
    expect(box[0]).toBe(0);
    expect(box[1]).toBe(40);
    expect(box[2]).toBeCloseTo(10, 4);
    expect(box[3]).toBeCloseTo(50, 4);
    expect(columns(box)).toBe(1);
  });

  test("an edge that is an edge of the tiles begins no further row or column", () => {
    const [west, south, east, north] = boxAround({ west: 2, south: -28, east: 18, north: 24 })!;
    expect([west, south]).toEqual([0, -40]);
    for (const [edge, tile] of [[east, 20], [north, 30]] as const) {
      expect(edge).toBeLessThan(tile);
      expect(edge).toBeCloseTo(tile, 4);
    }
  });

  test("a map near the edge of a tile asks for the next one before it is dragged there", () => {
    expect(boxAround({ west: 7, south: 48, east: 9.9, north: 49 })![2]).toBeCloseTo(20, 4);
  });

  test("a map across the antimeridian asks for a box whose west lies above its east", () => {
    const box = boxAround({ west: 172, south: -20, east: 193, north: -10.5 })!;
    expect(box[0]).toBe(160);
    expect(box[2]).toBeCloseTo(-160, 4);
    expect(columns(box)).toBe(4);
  });

  test("a map that was dragged round the world asks for the same box", () => {
    const round = { ...PARIS, west: PARIS.west + 720, east: PARIS.east + 720 };
    expect(same(boxAround(round), boxAround(PARIS))).toBe(true);
  });

  test("a map of the whole world asks for the world", () => {
    expect(boxAround({ west: -200, south: -80, east: 190, north: 85 })).toBeNull();
  });

  test("longitudes and latitudes stay within what the protocol allows", () => {
    for (let west = -540; west <= 540; west += 7.3) {
      const box = boxAround({ west, south: -89, east: west + 33, north: 89 })!;
      expect(Math.abs(box[0])).toBeLessThanOrEqual(180);
      expect(Math.abs(box[2])).toBeLessThanOrEqual(180);
      expect([box[1], box[3]]).toEqual([-90, 90]);
    }
  });

  test("a small movement asks for nothing new, one out of the box does", () => {
    const held = boxAround(PARIS);
    expect(boxFor({ west: 2, south: 47, east: 5, north: 48.5 }, held)).toBe(held);
    expect(boxFor({ west: 8, south: 47, east: 11, north: 48.5 }, held)).not.toBe(held);
  });

  test("a map that is zoomed in a little keeps its box, and far in asks for a smaller one", () => {
    const held = boxAround({ west: 1, south: 41, east: 29, north: 58 });
    expect(boxFor({ west: 1, south: 42, east: 28, north: 57 }, held)).toBe(held);
    expect(same(boxFor(PARIS, held), boxAround(PARIS))).toBe(true);
    expect(same(boxFor(PARIS, null), boxAround(PARIS))).toBe(true);
  });

  test("a box across the antimeridian is kept from either side", () => {
    const held = boxAround({ west: 172, south: -20, east: 193, north: -10.5 });
    expect(boxFor({ west: -189, south: -20.5, east: -165, north: -11 }, held)).toBe(held);
    expect(boxFor({ west: 165, south: -20.5, east: 191, north: -11 }, held)).toBe(held);
  });

  test("what a map shows is found on each copy of the world", () => {
    const fiji: Bounds = { west: 172, south: -20, east: 193, north: -10 };
    expect(shows(fiji, -15, 179)).toBe(true);
    expect(shows(fiji, -15, -170)).toBe(true);
    expect(shows(fiji, -15, -160)).toBe(false);
    expect(shows(fiji, -25, 179)).toBe(false);
  });
});
