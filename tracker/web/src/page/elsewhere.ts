/** Search beyond the box of the map: the server is asked for flights that are not held here. */

import type { Aircraft } from "../fleet";
import { normal } from "./filters";

/** As the server tells of it over HTTP. */
export type Told = Omit<Aircraft, "heardAt"> & { readonly heard: number };

export const MOST = 5; // that are offered
const ADDRESS = /^~?[0-9A-F]{6}$/;

/** What to ask for; the server finds the beginnings of callsigns, and whole addresses. */
export function questions(search: string): string[] {
  const text = normal(search);
  if (text === "") return [];
  const byCallsign = `api/flights?callsign=${encodeURIComponent(text.slice(0, 16))}`;
  return ADDRESS.test(text) ? [byCallsign, `api/flights?icao24=${encodeURIComponent(text.toLowerCase())}`] : [byCallsign];
}

/** The flights anywhere that match, at most `MOST`; none where the server does not answer. */
export async function elsewhere(search: string, signal: AbortSignal): Promise<Told[]> {
  const lists = await Promise.all(questions(search).map((question) => ask(question, signal)));
  return lists.flat().slice(0, MOST);
}

async function ask(question: string, signal: AbortSignal): Promise<Told[]> {
  try {
    const answer = await fetch(question, { signal });
    return answer.ok ? ((await answer.json()) as { flights: Told[] }).flights : [];
  } catch {
    return [];
  }
}
