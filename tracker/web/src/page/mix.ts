/** What kinds of objects there are, so that the panels show what makes a difference, and name it rightly; pure. */

import type { Aircraft } from "../fleet";
import { KINDS, POSITION_SOURCES, type Kind, type PositionSource } from "../kinds";
import { AIRLINER, shapeOf } from "../shapes";

export interface Mix {
  /** In the order of `KINDS`. */
  readonly kinds: readonly Kind[];
  /** In the order of `POSITION_SOURCES`; null: of some it is not known. */
  readonly sources: readonly (PositionSource | null)[];
  /** Places in `SHAPES`, ascending. */
  readonly shapes: readonly number[];
  /** Whether a type is known of any. */
  readonly typed: boolean;
  /** Whether they are of more than one type, or some of none that is known. */
  readonly typesDiffer: boolean;
  /** Whether a registration is known of any. */
  readonly registered: boolean;
}

export const NONE: Mix = { kinds: [], sources: [], shapes: [], typed: false, typesDiffer: false, registered: false };

export function mixOf(objects: Iterable<Aircraft>): Mix {
  const kinds = new Set<Kind>();
  const sources = new Set<PositionSource | null>();
  const shapes = new Set<number>();
  let [typed, typesDiffer, registered] = [false, false, false];
  let first: string | null | undefined;
  for (const { kind, position_source, category, typecode, registration } of objects) {
    kinds.add(kind);
    sources.add(position_source);
    shapes.add(shapeOf(kind, category));
    typed ||= typecode !== null;
    registered ||= registration !== null;
    if (first === undefined) first = typecode;
    typesDiffer ||= typecode !== first;
  }
  return {
    kinds: KINDS.filter((kind) => kinds.has(kind)),
    sources: [...POSITION_SOURCES, null].filter((source) => sources.has(source)),
    shapes: [...shapes].sort((a, b) => a - b),
    typed,
    typesDiffer,
    registered,
  };
}

export function sameMix(one: Mix, other: Mix): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** What they are called together. */
export function nounOf({ kinds }: Mix): "flights" | "objects" {
  return kinds.some((kind) => kind !== "aircraft") ? "objects" : "flights";
}

/** The shapes that a legend has to explain: none where all look like an airliner. */
export function explained({ shapes }: Mix): readonly number[] {
  return shapes.some((shape) => shape !== AIRLINER) ? shapes : [];
}
