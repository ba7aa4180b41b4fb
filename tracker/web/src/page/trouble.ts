/** What the server says of the reports that it is given: asked for rarely, more often while there is nothing to show. */

import { type Source, sourcesOf } from "./sources";
import { grouped } from "./units";
import { Watched } from "./watched";

/** s from one question to the next. */
const PAUSES = { empty: 15, filled: 30 } as const;
const LONGEST = 240; // characters of a sentence that is shown
const MOST = 5; // names in a list

export interface Told {
  /** Why there is nothing to show; null: there is something, or the server does not say. */
  readonly empty: string | null;
  /** Why what is shown may be wrong or not all that there is; null: it is neither. */
  readonly warning: string | null;
  /** What else one may want to know of the reports. */
  readonly notes: readonly string[];
  /** Where they come from. */
  readonly sources: readonly Source[];
}

export const SILENT: Told = { empty: null, warning: null, notes: [], sources: [] };

/** `empty`: the stream is live and brings nothing; `filled`: it brings something; `away`: it is not live. */
export type Course = "empty" | "filled" | "away";

export class Trouble {
  readonly told = new Watched<Told>(SILENT);
  readonly #ask: () => Promise<unknown>;
  readonly #clock: () => number;
  #askedAt = -Infinity;
  #course: Course = "away";

  /**
   * @param ask Gives the counters of the server.
   * @param clock s, never running back.
   */
  constructor(ask: () => Promise<unknown>, clock: () => number) {
    this.#ask = ask;
    this.#clock = clock;
  }

  /** Once a second. */
  tick(course: Course): void {
    if (course !== this.#course) {
      this.#course = course;
      this.#askedAt = -Infinity;
      const told = this.told.get();
      this.told.set(course === "filled" ? { ...told, empty: null } : { ...SILENT, sources: told.sources });
    }
    if (course === "away" || this.#clock() - this.#askedAt < PAUSES[course]) return;
    this.#askedAt = this.#clock();
    void this.#look(course);
  }

  async #look(course: Course): Promise<void> {
    let stats: unknown = null;
    try {
      stats = await this.#ask();
    } catch {
      // the status line tells of a server that does not answer
    }
    if (this.#course !== course) return;
    const told = explain(stats, course === "empty");
    if (JSON.stringify(told) !== JSON.stringify(this.told.get())) this.told.set(told);
  }
}

/**
 * What the server's counters say: its own sentence (`trouble`); why reports are refused (`refused`, `[{reason, count,
 * example}]`): any reason where there is nothing, else those alone that tell of another format; fields that nobody
 * reads (`unused`), values that were mended (`repaired`), and the sources.
 *
 * @param empty Whether the stream brings nothing: then the server may hold something outside the map.
 */
export function explain(stats: unknown, empty: boolean): Told {
  const { aircraft, trouble, refused, unused, repaired } = (stats ?? {}) as Record<string, unknown>;
  const notes = [...listed("Fields that nobody reads", unused), ...counted("Values that were mended", repaired)];
  const reason = typeof trouble === "string" && trouble !== "" ? short(trouble) : null;
  const sources = sourcesOf(stats);
  if (empty && aircraft === 0) return { empty: reason ?? mostRefused(refused, () => true), warning: null, notes, sources };
  return { empty: null, warning: reason ?? mostRefused(refused, isOfAnotherFormat), notes, sources };
}

function mostRefused(refused: unknown, counts: (reason: string) => boolean): string | null {
  if (!Array.isArray(refused)) return null;
  const known = refused.filter(isRefusal).filter(({ reason, count }) => count > 0 && counts(reason));
  const most = known.sort((one, other) => other.count - one.count)[0];
  if (most === undefined) return null;
  const such = typeof most.example === "string" && most.example !== "" ? `, such as ${most.example}` : "";
  return short(`Reports are refused (${grouped(most.count)} because of “${most.reason}”${such})`);
}

function isRefusal(one: unknown): one is { count: number; reason: string; example?: unknown } {
  const { count, reason } = (one ?? {}) as Record<string, unknown>;
  return typeof count === "number" && typeof reason === "string";
}

/** Their example names the mapping that reads such records. */
function isOfAnotherFormat(reason: string): boolean {
  return reason === "dialect" || reason === "envelope";
}

/** A sentence that names what was counted, the most frequent first; none where nothing was. */
function listed(title: string, counts: unknown): string[] {
  return sentence(title, ranked(counts).map(([name]) => name));
}

function counted(title: string, counts: unknown): string[] {
  return sentence(title, ranked(counts).map(([name, count]) => `${name} (${grouped(count)})`));
}

function sentence(title: string, names: readonly string[]): string[] {
  const more = names.length > MOST ? ` and ${names.length - MOST} more` : "";
  return names.length === 0 ? [] : [short(`${title}: ${names.slice(0, MOST).join(", ")}${more}`)];
}

function ranked(counts: unknown): [name: string, count: number][] {
  if (typeof counts !== "object" || counts === null) return [];
  const known = Object.entries(counts).filter((entry): entry is [string, number] => typeof entry[1] === "number");
  return known.filter(([, count]) => count > 0).sort((one, other) => other[1] - one[1]);
}

function short(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}

/** Ask the server beside the page. */
export async function askStats(): Promise<unknown> {
  const answer = await fetch("api/stats", { cache: "no-store" });
  if (!answer.ok) throw new Error(`counters: the server answered ${answer.status}`);
  return answer.json();
}
