/** Transponder codes that everybody has to notice (ICAO Annex 10, volume IV). */

const MEANINGS: Readonly<Record<string, string>> = {
  "7500": "unlawful interference",
  "7600": "radio failure",
  "7700": "emergency",
};

/** What a code says by itself; null: nothing. */
export function meaning(squawk: string | null): string | null {
  return squawk === null ? null : (MEANINGS[squawk] ?? null);
}
