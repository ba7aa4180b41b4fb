/** An object as the server tells of it over HTTP. */

import type { Aircraft } from "../fleet";
import { kindOf, sourceOf } from "../kinds";

type Described = "kind" | "position_source" | "typecode" | "registration" | "category";

/** In the wire's names and SI units. */
export type Told = Omit<Aircraft, "heardAt" | Described> & {
  /** How long ago it was last heard, s. */
  readonly heard: number;
} & { readonly [name in Described]?: string | null };

/** @param now s of the caller's clock. */
export function aircraftOf({ heard, ...told }: Told, now: number): Aircraft {
  const { kind, position_source, typecode = null, registration = null, category = null } = told;
  const described = { kind: kindOf(kind), position_source: sourceOf(position_source), typecode, registration, category };
  return { ...told, ...described, heardAt: now - heard };
}
