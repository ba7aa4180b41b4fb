/** What an object is, and what the codes of the wire mean in words; pure. `tracker/jupyter/words.py` has the same words. */

import type { Aircraft } from "./fleet";

export const KINDS = ["aircraft", "vehicle", "vessel", "container", "other"] as const;
export type Kind = (typeof KINDS)[number];

export const POSITION_SOURCES = ["adsb", "mlat", "tisb", "adsc", "flarm", "asterix", "other"] as const;
export type PositionSource = (typeof POSITION_SOURCES)[number];

const SOURCE_NAMES: Readonly<Record<PositionSource, string>> = {
  adsb: "ADS-B",
  mlat: "multilateration",
  tisb: "TIS-B",
  adsc: "ADS-C",
  flarm: "FLARM",
  asterix: "radar (ASTERIX)",
  other: "other",
};

/** By emitter category of ADS-B; the others are reserved, or say that nothing is told. */
const CATEGORIES: Readonly<Record<string, string>> = {
  A1: "light",
  A2: "small",
  A3: "large",
  A4: "large, strong wake",
  A5: "heavy",
  A6: "high performance",
  A7: "rotorcraft",
  B1: "glider",
  B2: "lighter than air",
  B3: "parachutist",
  B4: "ultralight",
  B6: "unmanned",
  B7: "space vehicle",
  C1: "emergency vehicle",
  C2: "service vehicle",
  C3: "point obstacle",
  C4: "cluster obstacle",
  C5: "line obstacle",
};

/** A kind as the wire tells it, where null is an aircraft; one of a later server is another kind of object. */
export function kindOf(told: string | null | undefined): Kind {
  if (told == null) return "aircraft";
  return KINDS.find((kind) => kind === told) ?? "other";
}

/** A source as the wire tells it; one of a later server is another one. */
export function sourceOf(told: string | null | undefined): PositionSource | null {
  if (told == null) return null;
  return POSITION_SOURCES.find((source) => source === told) ?? "other";
}

export function sourceName(source: PositionSource): string {
  return SOURCE_NAMES[source];
}

/** A category with what it means: `A5 heavy`. */
export function categoryName(category: string): string {
  return [category, CATEGORIES[category]].filter(Boolean).join(" ");
}

type Named = Pick<Aircraft, "key" | "kind" | "callsign" | "registration">;

/** What an object is called: an aircraft by its callsign, anything else by its id, where there is one. */
export function nameOf(object: Named): string {
  const { key, kind, callsign, registration } = object;
  const id = idOf(object);
  return (kind === "aircraft" ? null : id) ?? callsign ?? registration ?? id ?? key;
}

/** The id, where that is the key; null: it is not. */
export function idOf({ key }: Pick<Aircraft, "key">): string | null {
  return key.startsWith("id:") ? key.slice(3) : null;
}
