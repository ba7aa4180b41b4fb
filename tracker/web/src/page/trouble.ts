/** Why there is no aircraft to show although the server hears its broker: asked for rarely, and only while that is so. */

import { grouped } from "./units";
import { Watched } from "./watched";

const PAUSE = 15; // s from one question to the next
const LONGEST = 240; // characters of a sentence that is shown

export class Trouble {
  /** A sentence; null: there is none, or there are aircraft, or the server does not say. */
  readonly told = new Watched<string | null>(null);
  readonly #ask: () => Promise<unknown>;
  readonly #clock: () => number;
  #askedAt = -Infinity;
  #empty = false;

  /**
   * @param ask Gives the counters of the server.
   * @param clock s, never running back.
   */
  constructor(ask: () => Promise<unknown>, clock: () => number) {
    this.#ask = ask;
    this.#clock = clock;
  }

  /** Once a second. `empty`: the stream is live and brings no aircraft. */
  tick(empty: boolean): void {
    this.#empty = empty;
    if (!empty) {
      this.told.set(null);
      this.#askedAt = -Infinity;
    } else if (this.#clock() - this.#askedAt >= PAUSE) {
      this.#askedAt = this.#clock();
      void this.#look();
    }
  }

  async #look(): Promise<void> {
    let told: string | null = null;
    try {
      told = explain(await this.#ask());
    } catch {
      // the status line tells of a server that does not answer
    }
    if (this.#empty) this.told.set(told);
  }
}

/**
 * What the server's counters say about the lack of aircraft: its own sentence (`trouble`), or else the most frequent
 * reason for which reports are refused (`refused`, `[{reason, count, example}]`).
 *
 * @returns null where they say nothing, and where the server holds aircraft outside the map.
 */
export function explain(stats: unknown): string | null {
  const { aircraft, trouble, refused } = (stats ?? {}) as Record<string, unknown>;
  if (aircraft !== 0) return null;
  if (typeof trouble === "string" && trouble !== "") return short(trouble);
  if (!Array.isArray(refused)) return null;
  const known = refused.filter(isRefusal).sort((one, other) => other.count - one.count);
  const most = known[0];
  if (most === undefined || most.count === 0) return null;
  const such = typeof most.example === "string" && most.example !== "" ? `, such as ${most.example}` : "";
  return short(`reports are refused (${grouped(most.count)} because of “${most.reason}”${such})`);
}

function isRefusal(one: unknown): one is { count: number; reason: string; example?: unknown } {
  const { count, reason } = (one ?? {}) as Record<string, unknown>;
  return typeof count === "number" && typeof reason === "string";
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
