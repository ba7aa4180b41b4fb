import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { PAINTS } from "../src/land";
import { ALARM, ALARM_CASING } from "../src/pen";
import { DOT_RADIUS, OUTLINES, SQUARE } from "../src/shapes";
import { OUTLINE, STALE_OUTLINE, type Theme } from "../src/sprites";
import { classOf, classOfObject, COLOURS, GROUND, NO_AIRCRAFT, RAMP, STALE, UNKNOWN } from "../src/symbols";

const FOOT = 0.3048; // m
/** Kept beside the test of `tracker/jupyter/map/symbols.py`, which reads it too. */
const golden = JSON.parse(
  readFileSync(new URL("../../../tests/tracker/jupyter/map/symbols_golden.json", import.meta.url), "utf8"),
);

test("colours, limits and shapes are those of the notebook's map", () => {
  const shown = {
    altitude: {
      edges: RAMP.slice(1).map(({ altitude }) => Math.round(altitude / FOOT)),
      ramp: RAMP.map(({ colour }) => colour),
      others: [GROUND, UNKNOWN, STALE, NO_AIRCRAFT].map((index) => COLOURS[index]),
    },
    size: SQUARE,
    shapes: OUTLINES,
    dot_radius: DOT_RADIUS,
    outline: OUTLINE.light,
    stale_outline: STALE_OUTLINE.light,
    alarm: [ALARM.light, ALARM_CASING.light],
  };
  expect(shown).toEqual(golden);
});

test("an aircraft has the class in which its altitude lies", () => {
  expect(classOf(-100, false)).toBe(0);
  expect(classOf(0, null)).toBe(0);
  expect(classOf(999 * FOOT, false)).toBe(0);
  expect(classOf(1_000 * FOOT, false)).toBe(1);
  expect(classOf(38_000 * FOOT, false)).toBe(8);
  expect(classOf(123_100 * FOOT, false)).toBe(9);
});

test("30,000 ft that came as metres are 30,000 ft", () => {
  expect(classOf(Math.fround(30_000 * FOOT), false)).toBe(classOf(9_144.4, false));
  expect(classOf(9_143.999, false)).toBe(7);
});

test("on the ground and not known have colours of their own", () => {
  expect(classOf(100, true)).toBe(GROUND);
  expect(classOf(null, true)).toBe(GROUND);
  expect(classOf(null, false)).toBe(UNKNOWN);
  expect(classOf(NaN, null)).toBe(UNKNOWN);
  expect(new Set(COLOURS).size).toBe(COLOURS.length);
});

test("what is no aircraft has one colour, whatever altitude it tells", () => {
  expect(classOfObject({ kind: "aircraft", altitude: null, on_ground: true })).toBe(GROUND);
  expect(classOfObject({ kind: "vehicle", altitude: null, on_ground: true })).toBe(NO_AIRCRAFT);
  expect(classOfObject({ kind: "other", altitude: 9_000, on_ground: false })).toBe(NO_AIRCRAFT);
});

/** As WCAG reckons it, 1 to 21. */
function contrast(a: string, b: string): number {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const c = parseInt(colour.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

test.each<Theme>(["light", "dark"])("every symbol stands out against land and sea: %s", (theme) => {
  for (const [index, fill] of COLOURS.entries()) {
    const outline = (index === STALE ? STALE_OUTLINE : OUTLINE)[theme];
    for (const ground of [PAINTS[theme].land, PAINTS[theme].sea]) {
      expect(Math.max(contrast(fill, ground), contrast(outline, ground)), `${fill} on ${ground}`).toBeGreaterThan(3);
    }
  }
});

test("the ramp grows lighter all the way: its order survives a grey print", () => {
  const light = RAMP.map(({ colour }) => luminance(colour));
  expect([...light].sort((a, b) => a - b)).toEqual(light);
});
