import { describe, expect, test } from "vitest";
import { AIRLINER, CONTAINER, GLIDER, HEAVY, HELICOPTER, LIGHT, OTHER, path, SHAPES, shapeOf, SQUARE, VEHICLE, VESSEL } from "../src/shapes";
import { look, ROUND, Sheet, TURNS, type Sprite } from "../src/sprites";
import { NO_AIRCRAFT } from "../src/symbols";

describe("the shape of an object", () => {
  test("each number is the place of its shape", () => {
    const places = [AIRLINER, LIGHT, HEAVY, HELICOPTER, GLIDER, VEHICLE, VESSEL, CONTAINER, OTHER];
    expect(places.map((place) => SHAPES[place]!.name)).toEqual(
      ["aircraft", "light", "heavy", "helicopter", "glider", "vehicle", "vessel", "container", "other"],
    ); // prettier-ignore
    expect(SHAPES).toHaveLength(places.length);
  });

  test("an aircraft has that of its category, and an airliner's where nobody says", () => {
    const categories = [null, "A0", "A1", "A2", "A3", "A4", "A5", "A7", "B1", "C1", "C2", "C3", "D7"];
    expect(categories.map((category) => shapeOf("aircraft", category))).toEqual([
      AIRLINER, AIRLINER, LIGHT, AIRLINER, AIRLINER, AIRLINER, HEAVY, HELICOPTER, GLIDER, VEHICLE, VEHICLE, VEHICLE,
      AIRLINER,
    ]); // prettier-ignore
  });

  test("what is no aircraft has that of its kind, whatever category it has", () => {
    expect(shapeOf("vessel", "A5")).toBe(VESSEL);
    expect(shapeOf("other", null)).toBe(OTHER);
  });

  test.each(SHAPES.map((shape) => [shape.name, shape] as const))("a %s lies in its square, as wide on both sides", (_, shape) => {
    const xs = shape.corners.map(([x]) => x);
    const ys = shape.corners.map(([, y]) => y);
    expect(Math.min(...xs, ...ys)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...xs, ...ys)).toBeLessThanOrEqual(SQUARE);
    expect(Math.min(...xs) + Math.max(...xs)).toBeCloseTo(SQUARE, 9);
  });
});

function cells(sprite: Sprite): Set<string> {
  return new Set(Array.from(sprite.dx.slice(0, sprite.solid), (dx, i) => `${dx} ${sprite.dy[i]}`));
}

/** How much of what either covers is covered by both. */
function likeness(one: Sprite, other: Sprite): number {
  const [a, b] = [cells(one), cells(other)];
  const both = [...a].filter((cell) => b.has(cell)).length;
  return both / (a.size + b.size - both);
}

describe("symbols", () => {
  test.each([16, 24])("no two shapes look alike at %i px, with a track and without one", (size) => {
    const sheet = new Sheet(size, "light");
    for (const turn of [0, ROUND]) {
      const drawn = SHAPES.map((_, shape) => sheet.get(look(3, turn, shape)));
      const first = turn === ROUND ? VEHICLE : 0; // without a track aircraft are dots
      for (let one = first; one < drawn.length; one++) {
        for (let other = one + 1; other < drawn.length; other++) {
          expect(likeness(drawn[one]!, drawn[other]!), `${SHAPES[one]!.name}, ${SHAPES[other]!.name}`).toBeLessThan(0.8);
        }
      }
    }
  });

  test("a truck and a ship are turned to where they move, and upright where nobody knows", () => {
    const sheet = new Sheet(24, "light");
    const sum = ({ dx, dy, solid }: Sprite) => [dx, dy].map((d) => d.slice(0, solid).reduce((all, one) => all + Math.abs(one), 0));
    for (const shape of [VEHICLE, VESSEL]) {
      const [north, east, still] = [0, TURNS / 4, ROUND].map((turn) => sum(sheet.get(look(NO_AIRCRAFT, turn, shape))));
      expect(north![1]).toBeGreaterThan(north![0]!);
      expect(east![0]).toBeGreaterThan(east![1]!);
      expect(still![0]).toBeGreaterThan(still![1]!);
    }
  });

  test("no symbol is cut by its own frame, whatever its turn", () => {
    const sheet = new Sheet(24, "light");
    SHAPES.forEach((shape, number) => {
      for (let turn = 0; turn <= TURNS; turn += 3) {
        const { half, dx, dy } = sheet.get(look(3, turn, number));
        expect(Math.max(...dx.map(Math.abs), ...dy.map(Math.abs)), shape.name).toBeLessThan(half);
      }
    });
  });

  test("a shape is a path of an SVG too", () => {
    expect(path(SHAPES[OTHER]!.corners)).toBe("M12 3L21 12L12 21L3 12Z");
  });
});
