/** The tracks of single aircraft: asked of the server once, and then kept up with what the stream brings. */

import type { Aircraft } from "../fleet";
import { extended, parseTrack, type History } from "./history";

const KEPT = 30; // aircraft whose track is held
const FRESH = 10; // s, after which a track that was not kept up is asked for again

interface Kept {
  history: History;
  /** s of the clock, when it was last known to be whole. */
  at: number;
}

export class Tracks {
  readonly #ask: (key: string) => Promise<History>;
  readonly #clock: () => number;
  readonly #kept = new Map<string, Kept>();
  /** Those that are on their way: who asks for the same waits with the others. */
  readonly #asking = new Map<string, Promise<History>>();

  /** @param ask Fetches the track of a key. */
  constructor(ask: (key: string) => Promise<History>, clock: () => number) {
    this.#ask = ask;
    this.#clock = clock;
  }

  /** What is held of it now. */
  get(key: string): History | undefined {
    return this.#kept.get(key)?.history;
  }

  /**
   * Its track, from the server where it is not held, or no longer whole.
   *
   * @throws Error where the server has none, or cannot be reached.
   */
  async load(key: string): Promise<History> {
    const held = this.#kept.get(key);
    if (held !== undefined && this.#clock() - held.at < FRESH) return held.history;
    let asking = this.#asking.get(key);
    if (asking === undefined) {
      asking = this.#fetch(key).finally(() => this.#asking.delete(key));
      this.#asking.set(key, asking);
    }
    return asking;
  }

  async #fetch(key: string): Promise<History> {
    const history = await this.#ask(key);
    this.#kept.delete(key); // so that it is the newest of the map
    this.#kept.set(key, { history, at: this.#clock() });
    for (const oldest of [...this.#kept.keys()].slice(0, -KEPT)) this.#kept.delete(oldest);
    return history;
  }

  /** Take in the newest report of an aircraft whose track is held. */
  hear(aircraft: Aircraft): void {
    const held = this.#kept.get(aircraft.key);
    if (held === undefined) return;
    const history = extended(held.history, aircraft);
    if (history !== held.history) this.#kept.set(aircraft.key, { history, at: this.#clock() });
  }

  /** The connection was lost: none of them is whole. */
  interrupt(): void {
    for (const held of this.#kept.values()) held.at = -Infinity;
  }
}

/** Asks the server beside the page. */
export async function askTrack(key: string): Promise<History> {
  const answer = await fetch(`api/flights/${encodeURIComponent(key)}/track`);
  if (!answer.ok) throw new Error(`track of ${key}: the server answered ${answer.status}`);
  return parseTrack(await answer.json());
}
