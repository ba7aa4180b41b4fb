/** What the server refuses of its topic: asked for rarely, and only while there is no aircraft to show. */

import { Watched } from "./watched";

/** Reports that were refused for one reason. */
export interface Refused {
  readonly count: number;
  readonly reason: string;
  /** One of them, or the part of it that was wrong; may be empty. */
  readonly example: string;
}

const PAUSE = 15; // s from one question to the next
const LONGEST = 120; // characters of a text that is shown

export class Refusals {
  /** The most frequent reason; null: nothing is refused, or there are aircraft, or the server does not say. */
  readonly told = new Watched<Refused | null>(null);
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
    let told: Refused | null = null;
    try {
      told = mostRefused(await this.#ask());
    } catch {
      // the status line tells of a server that does not answer
    }
    if (this.#empty) this.told.set(told);
  }
}

/**
 * The most frequent reason in `refused` of the server's counters, `[{reason, count, example}]`.
 *
 * @returns null where nothing is refused, where the server holds aircraft elsewhere, and for a server that does not
 *   give reasons.
 */
export function mostRefused(stats: unknown): Refused | null {
  const { aircraft, refused } = (stats ?? {}) as { aircraft?: unknown; refused?: unknown };
  if (aircraft !== 0 || !Array.isArray(refused)) return null;
  const known = refused.map(parse).filter((one) => one !== null && one.count > 0) as Refused[];
  return known.reduce<Refused | null>((most, one) => (most === null || one.count > most.count ? one : most), null);
}

function parse(one: unknown): Refused | null {
  const { count, reason, example } = (one ?? {}) as Record<string, unknown>;
  if (typeof count !== "number" || typeof reason !== "string") return null;
  return { count, reason: short(reason), example: typeof example === "string" ? short(example) : "" };
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
