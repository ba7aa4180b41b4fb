import { expect, test } from "vitest";
import { look, ROUND, Sheet, staled, turnOf, TURNS, type Sprite } from "../src/sprites";
import { GROUND, STALE } from "../src/symbols";

function area(sprite: Sprite): number {
  return sprite.pixels.reduce((sum, pixel) => sum + (pixel >>> 24) / 255, 0);
}

/** How many more opaque pixels lie on one side of the middle. */
function lean(sprite: Sprite, along: "dx" | "dy"): number {
  return sprite[along].slice(0, sprite.solid).reduce((sum, d) => sum + d, 0) / sprite.solid;
}

test("a turn is a step of 5 degrees, and none where the track is not known", () => {
  expect(turnOf(0)).toBe(0);
  expect(turnOf(2.4)).toBe(0);
  expect(turnOf(2.6)).toBe(1);
  expect(turnOf(357.4)).toBe(71);
  expect(turnOf(359)).toBe(0);
  expect(turnOf(null)).toBe(ROUND);
  expect(turnOf(NaN)).toBe(ROUND);
});

test("an aircraft that flies north is as wide to the east as to the west, and its tail is behind", () => {
  const north = new Sheet(24, "light").get(look(3, 0));
  expect(lean(north, "dx")).toBeCloseTo(0, 6);
  expect(lean(north, "dy")).toBeGreaterThan(0.5);
});

test("it is turned by its track: the tail of one that flies east is in the west", () => {
  const sheet = new Sheet(24, "light");
  const tail = lean(sheet.get(look(3, 0)), "dy");
  const east = sheet.get(look(3, TURNS / 4));
  expect(lean(east, "dx")).toBeCloseTo(-tail, 6);
  expect(lean(east, "dy")).toBeCloseTo(0, 6);
});

test("a turn does not change its size", () => {
  const sheet = new Sheet(24, "light");
  const areas = Array.from({ length: TURNS }, (_, turn) => area(sheet.get(look(3, turn))));
  expect(Math.max(...areas) / Math.min(...areas)).toBeLessThan(1.03);
});

test("without a track it is a round dot", () => {
  const dot = new Sheet(24, "light").get(look(3, ROUND));
  expect(lean(dot, "dx")).toBeCloseTo(0, 9);
  expect(area(dot)).toBeCloseTo(Math.PI * (5.5 + 0.55) ** 2, -1);
});

test("the middle has the colour of the class, the edge that of the outline", () => {
  const dot = new Sheet(24, "light").get(look(9, ROUND));
  const at = (x: number, y: number): number => dot.pixels[dot.dx.findIndex((dx, i) => dx === x && dot.dy[i] === y)]!;
  expect(at(0, 0).toString(16)).toBe("ff25e7fd"); // #fde725, bytes from the last to the first
  expect(at(0, -6) & 0xffffff).toBe(0x1d1d1d);
});

test("on the ground it is smaller; stale it is grey and keeps its turn", () => {
  const sheet = new Sheet(24, "light");
  expect(area(sheet.get(look(GROUND, 5)))).toBeLessThan(area(sheet.get(look(3, 5))) * 0.7);
  expect(staled(look(3, 5))).toBe(look(STALE, 5));
  expect(staled(look(3, 5, 4))).toBe(look(STALE, 5, 4));
});

test("soft edges come after all that is solid", () => {
  const sprite = new Sheet(10, "dark").get(look(3, 7));
  const alphas = [...sprite.pixels].map((pixel) => pixel >>> 24);
  expect(sprite.solid).toBeGreaterThan(10);
  expect(Math.min(...alphas.slice(0, sprite.solid))).toBeGreaterThanOrEqual(200);
  expect(Math.max(...alphas.slice(sprite.solid))).toBeLessThan(200);
});
