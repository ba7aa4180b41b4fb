/** Search beyond the box of the map: the server is asked for what is not held here. */

import type { Aircraft } from "../fleet";
import { normal, wanted, type Filters } from "./filters";
import { aircraftOf, type Told } from "./told";

export const MOST = 5; // that are offered
const ADDRESS = /^~?[0-9A-F]{6}$/;

/**
 * What to ask for; the server finds the beginnings of callsigns, and whole addresses and ids.
 *
 * @param byId Whether something may have an id: where nothing has it, a browser complains of the answer.
 */
export function questions(search: string, byId: boolean): string[] {
  const text = normal(search);
  if (text === "") return [];
  const asked = [`api/flights?callsign=${encodeURIComponent(text.slice(0, 16))}`];
  if (ADDRESS.test(text)) asked.push(`api/flights?icao24=${encodeURIComponent(text.toLowerCase())}`);
  if (byId) asked.push(`api/flights/${encodeURIComponent(`id:${search.trim()}`)}`);
  return asked;
}

/** Those anywhere that match search and filters, at most `MOST`; none where the server does not answer. */
export async function elsewhere(
  search: string,
  filters: Filters,
  byId: boolean,
  signal: AbortSignal,
): Promise<Aircraft[]> {
  const lists = await Promise.all(questions(search, byId).map((question) => ask(question, signal)));
  const found = new Map(lists.flat().map((told) => [told.key, aircraftOf(told, 0)]));
  return [...found.values()].filter(wanted(filters, "") ?? (() => true)).slice(0, MOST);
}

async function ask(question: string, signal: AbortSignal): Promise<Told[]> {
  try {
    const answer = await fetch(question, { signal });
    if (!answer.ok) return [];
    const told = (await answer.json()) as { flights: Told[] } | Told;
    return "flights" in told ? told.flights : [told];
  } catch {
    return [];
  }
}
