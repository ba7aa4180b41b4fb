/**
 * The colour of an object on the map, by its altitude where it is an aircraft; pure. `tracker/jupyter/map/symbols.py` has
 * the same, and one golden file (`tests/tracker/jupyter/map/symbols_golden.json`) holds both to it.
 *
 * Ten samples of viridis, whose order survives every common colour-blindness and a grey print, and four colours that
 * it lacks: on the ground, altitude not known, stale, not an aircraft.
 */

import type { Aircraft } from "./fleet";

const METRES_PER_FOOT = 0.3048;

const VIRIDIS = [
  "#440154", "#482878", "#3e4989", "#31688e", "#26828e", "#1f9e89", "#35b779", "#6ece58", "#b5de2b", "#fde725",
]; // prettier-ignore
const EDGES = [0, 1_000, 5_000, 10_000, 15_000, 20_000, 25_000, 30_000, 35_000, 40_000]; // ft

/** From the lowest class; `altitude` is where it begins, m (the lowest one holds what is below, too). */
export const RAMP: readonly { altitude: number; colour: string }[] = EDGES.map((edge, i) => ({
  altitude: edge * METRES_PER_FOOT,
  colour: VIRIDIS[i]!,
}));

export const GROUND = RAMP.length;
export const UNKNOWN = RAMP.length + 1;
export const STALE = RAMP.length + 2;
/** Of what is no aircraft, and has no altitude to tell. */
export const NO_AIRCRAFT = RAMP.length + 3;

/** A colour for each class: those of the ramp, then GROUND, UNKNOWN, STALE and NO_AIRCRAFT. */
export const COLOURS: readonly string[] = [...VIRIDIS, "#d55e00", "#ffffff", "#a0a0a0", "#56b4e9"];

/** The class of an aircraft that is not stale. */
export function classOf(altitude: number | null, onGround: boolean | null): number {
  if (onGround) return GROUND;
  if (altitude === null || !Number.isFinite(altitude)) return UNKNOWN;
  const feet = Math.round(altitude / METRES_PER_FOOT); // 30,000 ft, sent as metres, come back as 29,999.999
  let index = EDGES.length - 1;
  while (index > 0 && feet < EDGES[index]!) index--;
  return index;
}

/** The class of any object that is not stale. */
export function classOfObject({ kind, altitude, on_ground }: Pick<Aircraft, "kind" | "altitude" | "on_ground">): number {
  return kind === "aircraft" ? classOf(altitude, on_ground) : NO_AIRCRAFT;
}
