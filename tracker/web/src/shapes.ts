/**
 * The shapes of symbols, by what an object is: corners of polygons; pure. `tracker/jupyter/map/shapes.py` has the same,
 * and one golden file (`tests/tracker/jupyter/map/symbols_golden.json`) holds both to it.
 *
 *     kind, category ──> shapeOf ──> SHAPES, by whether it is known where it moves
 */

import type { Kind } from "./kinds";

type Corner = readonly [x: number, y: number];
export type Corners = readonly Corner[];

/** Width and height of the square in which the shapes lie; y grows to the south. */
export const SQUARE = 24;
/** Of the dot that is an aircraft of which nobody knows where it flies. */
export const DOT_RADIUS = 5.5;

/** A whole outline from its right half, which runs from the top to the bottom. */
function bothSides(...right: readonly Corner[]): Corners {
  const left = right.filter(([x]) => x !== SQUARE / 2).map(([x, y]) => [+(SQUARE - x).toFixed(2), y] as const);
  return [...right, ...left.reverse()];
}

// prettier-ignore
export const OUTLINES = {
  // Aircraft from above, flying north.
  airliner: bothSides(
    [12, 0.8], [13.6, 2.6], [14.1, 5], [14.1, 8.6], [23, 14.2], [23, 17.4], [14.1, 15], [13.7, 18.6], [17, 20.8],
    [17, 23.2], [12, 21.9],
  ),
  light: bothSides(
    [12, 1.6], [13.4, 2.8], [14, 6.6], [23, 7.2], [23, 10.8], [14, 11.6], [13, 18.2], [16.8, 18.8], [16.8, 21.6],
    [12, 21.2],
  ),
  heavy: bothSides(
    [12, 0.2], [13.8, 1.8], [14.6, 4.4], [14.6, 8], [16.5, 9.5], [16.5, 7.6], [18.5, 7.6], [18.5, 11.2],
    [20.1, 12.5], [20.1, 10.6], [22, 10.6], [22, 14.1], [23.8, 15.6], [23.8, 18.4], [14.6, 15.4], [14.1, 18.6],
    [18, 21.2], [18, 23.8], [12, 22.4],
  ),
  helicopter: bothSides(
    [12, 3.4], [13.6, 4.4], [14.3, 6], [18.4, 2], [19.8, 3.4], [14.9, 8.4], [14.9, 10.7], [19.8, 15.6], [18.4, 17],
    [14, 12.7], [13.1, 14.6], [12.9, 19.6], [15.4, 19.6], [15.4, 21.6], [12.9, 21.6], [12.7, 23.2], [12, 23.2],
  ),
  glider: bothSides(
    [12, 2.6], [13, 4.4], [13.3, 8.4], [23.9, 9.2], [23.9, 11], [13.3, 11.8], [12.7, 18.8], [16.2, 19.4],
    [16.2, 21.2], [12, 21],
  ),
  // What is no aircraft, from above, on its way north ...
  vehicle: bothSides(
    [12, 1.6], [15.6, 2.2], [17, 4], [17, 7.4], [14, 7.4], [14, 9.4], [18, 9.4], [18, 22.4], [12, 22.4],
  ),
  vessel: bothSides(
    [12, 0.2], [14, 4], [15.4, 9], [15.4, 19], [14.2, 23.6], [12, 23.6],
  ),
  // ... from the side, where nobody knows on which way ...
  truck: [
    [1.4, 5], [14.2, 5], [14.2, 8.4], [19, 8.4], [22.6, 12.4], [22.6, 17.4], [20.8, 17.4], [20, 19.8], [17.4, 19.8],
    [16.6, 17.4], [8.6, 17.4], [7.8, 19.8], [5.2, 19.8], [4.4, 17.4], [1.4, 17.4],
  ],
  ship: [
    [0.8, 13.4], [4.2, 13.4], [4.2, 8], [6.6, 8], [6.6, 4], [9.6, 4], [9.6, 8], [13, 8], [13, 13.4], [23.2, 12],
    [19.4, 19.8], [3.4, 19.8],
  ],
  // ... and what goes nowhere by itself.
  container: [
    [1.6, 5], [5, 5], [5, 6.4], [19, 6.4], [19, 5], [22.4, 5], [22.4, 19], [19, 19], [19, 17.6], [5, 17.6], [5, 19],
    [1.6, 19],
  ],
  other: [[12, 3], [21, 12], [12, 21], [3, 12]],
} as const satisfies Readonly<Record<string, Corners>>;

export interface Shape {
  /** What a legend calls it. */
  readonly name: string;
  /** As it points to the north. */
  readonly corners: Corners;
  /** What stands in its place where nobody knows where it moves; null: a dot. */
  readonly still: Corners | null;
  /** Whether it is turned to where it moves. */
  readonly turns: boolean;
  /** Its width, of that of a symbol. */
  readonly scale: number;
}

function aircraft(name: string, corners: Corners, scale = 1): Shape {
  return { name, corners, still: null, turns: true, scale };
}

/** In the order of a legend; `shapeOf` gives places in this list. */
export const SHAPES: readonly Shape[] = [
  aircraft("aircraft", OUTLINES.airliner),
  aircraft("light", OUTLINES.light),
  aircraft("heavy", OUTLINES.heavy, 28 / SQUARE),
  aircraft("helicopter", OUTLINES.helicopter),
  aircraft("glider", OUTLINES.glider),
  { name: "vehicle", corners: OUTLINES.vehicle, still: OUTLINES.truck, turns: true, scale: 1 },
  { name: "vessel", corners: OUTLINES.vessel, still: OUTLINES.ship, turns: true, scale: 1 },
  { name: "container", corners: OUTLINES.container, still: OUTLINES.container, turns: false, scale: 1 },
  { name: "other", corners: OUTLINES.other, still: OUTLINES.other, turns: false, scale: 1 },
];
export const [AIRLINER, LIGHT, HEAVY, HELICOPTER, GLIDER, VEHICLE, VESSEL, CONTAINER, OTHER] = [0, 1, 2, 3, 4, 5, 6, 7, 8] as const;

const BY_CATEGORY: ReadonlyMap<string, number> = new Map([
  ["A1", LIGHT], ["A5", HEAVY], ["A7", HELICOPTER], ["B1", GLIDER], ["C1", VEHICLE], ["C2", VEHICLE], ["C3", VEHICLE],
]); // prettier-ignore

const BY_KIND: Readonly<Record<Exclude<Kind, "aircraft">, number>> = {
  vehicle: VEHICLE,
  vessel: VESSEL,
  container: CONTAINER,
  other: OTHER,
};

/** The shape of an object, a place in `SHAPES`; the category of ADS-B counts for aircraft alone. */
export function shapeOf(kind: Kind, category: string | null): number {
  if (kind !== "aircraft") return BY_KIND[kind];
  return category === null ? AIRLINER : (BY_CATEGORY.get(category) ?? AIRLINER);
}

/** A shape as the path of an SVG. */
export function path(corners: Corners): string {
  return `M${corners.map((corner) => corner.join(" ")).join("L")}Z`;
}
