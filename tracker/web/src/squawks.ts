/** Transponder codes that everybody has to notice (ICAO Annex 10, volume IV); pure. */

import type { Aircraft } from "./fleet";

export interface Emergency {
  readonly code: string;
  readonly meaning: string;
  /** The same where there is room for a word or two. */
  readonly brief: string;
}

const EMERGENCIES: readonly Emergency[] = [
  { code: "7500", meaning: "unlawful interference", brief: "hijack" },
  { code: "7600", meaning: "radio failure", brief: "no radio" },
  { code: "7700", meaning: "emergency", brief: "emergency" },
];

/** What the code of an aircraft says by itself; null: nothing. */
export function emergency({ kind, squawk }: Pick<Aircraft, "kind" | "squawk">): Emergency | null {
  // All three begin alike, and few other codes do: this is asked of thousands at once.
  if (squawk === null || kind !== "aircraft" || !squawk.startsWith("7")) return null;
  return EMERGENCIES.find(({ code }) => code === squawk) ?? null;
}
