/** The two numbers of a band as people type them, in the units that they read. */

import { isEmpty, type Band } from "./filters";
import { grouped, type Measure } from "./units";

/** What was typed, as a limit in SI units. */
export type Typed = { readonly limit: number | null } | { readonly problem: string };

/** A limit as it stands in a field; empty where there is none. */
export function shownLimit(limit: number | null, measure: Measure): string {
  return limit === null ? "" : `${Math.round(limit * measure.perSi)}`;
}

/** Reads a field: blanks and groups of thousands are forgiven. */
export function typedLimit(text: string, measure: Measure): Typed {
  const plain = text.replace(/[\s,]/g, "").replace("−", "-");
  if (plain === "") return { limit: null };
  const value = Number(plain);
  if (!Number.isFinite(value)) return { problem: `“${text.slice(0, 20)}” is not a number of ${measure.unit}.` };
  return { limit: value / measure.perSi };
}

/** What is wrong with the two together. */
export function bandProblem(band: Band, measure: Measure): string | null {
  if (!isEmpty(band)) return null;
  const [from, to] = band.map((limit) => `${grouped(limit! * measure.perSi)} ${measure.unit}`);
  return `${from} is above ${to}, so nothing can match.`;
}
