import { expect, test } from "vitest";
import { Drawn, Raster } from "../src/blitter";
import { Fleet } from "../src/fleet";
import { FleetLooks } from "../src/looks";
import { Marks } from "../src/marks";
import type { Scene } from "../src/scene";
import { Sheet } from "../src/sprites";

function fleetOf(...keys: string[]): Fleet {
  const fleet = new Fleet();
  fleet.apply({ key: keys, lat: keys.map(() => 1), lon: keys.map((_, i) => i) }, [], 0);
  return fleet;
}

test("the selected one and the one under the pointer are marked, each once", () => {
  const marks = new Marks(fleetOf("a", "b"));
  expect(marks.select("a")).toBe(true);
  expect(marks.select("a")).toBe(false);
  expect(marks.hover("b")).toBe(true);
  expect([...marks.keys]).toEqual(["a", "b"]);
  marks.hover("a");
  expect([...marks.keys]).toEqual(["a"]);
  expect([marks.selected, marks.hovered]).toEqual(["a", "a"]);
  marks.select(null);
  marks.hover(null);
  expect(marks.keys.size).toBe(0);
});

test("the slots are those of the marked ones that are held", () => {
  const marks = new Marks(fleetOf("a", "b"));
  marks.select("gone");
  marks.hover("b");
  expect([...marks.slots()]).toEqual([1]);
});

test("under a place is what was drawn nearest to it, on a dense screen too", () => {
  const marks = new Marks(fleetOf("a", "b"));
  const drawn = new Drawn();
  drawn.add(0, 100, 100);
  drawn.add(1, 130, 100);
  expect(marks.under({ x: 52, y: 50 }, drawn, 2)).toBe("a");
  expect(marks.under({ x: 64, y: 50 }, drawn, 2)).toBe("b");
  expect(marks.under({ x: 90, y: 50 }, drawn, 2)).toBeNull();
});

test("under a place is nobody where the slot that was drawn there is given up", () => {
  const fleet = fleetOf("a");
  const drawn = new Drawn();
  drawn.add(0, 10, 10);
  fleet.apply({}, ["a"], 1);
  expect(new Marks(fleet).under({ x: 10, y: 10 }, drawn, 1)).toBeNull();
});

test("a marked one is put over what covers it", () => {
  const fleet = fleetOf("a", "b");
  const marks = new Marks(fleet);
  marks.select("a");
  const [looks, drawn, sheet] = [new FleetLooks(), new Drawn(), new Sheet(10, "light")];
  looks.refresh(fleet, null);
  drawn.add(0, 16, 16);
  const pixels = new Uint32Array(32 * 32).fill(7);
  const view = { left: 0, top: 0, world: 256, width: 32, height: 32 };
  const scene: Scene = { view, sheet, looks, drawn, alarmed: looks.alarmed, theme: "light", ratio: 1, now: 0 };
  marks.raise(new Raster(pixels, 32, 32), scene);
  expect(pixels[16 * 32 + 16]).not.toBe(7);
  marks.select("b");
  pixels.fill(7);
  marks.raise(new Raster(pixels, 32, 32), scene);
  expect(pixels.every((pixel) => pixel === 7)).toBe(true);
});
