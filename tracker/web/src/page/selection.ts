/** The aircraft whose details are shown: what is known of it, also when it has left the map, and its past. */

import type { Aircraft, Fleet } from "../fleet";
import type { History } from "./history";
import { aircraftOf, type Told } from "./told";
import type { Tracks } from "./tracks";
import { Watched } from "./watched";

/** How it stands with it. */
export type Standing =
  /** The server has not told yet. */
  | "asked"
  | "heard"
  | "stale"
  /** Nothing is heard, of anybody. */
  | "silent"
  /** It is heard, outside of the box that the map shows. */
  | "elsewhere"
  /** It was known, and is not heard any more. */
  | "lost"
  /** No aircraft has this key. */
  | "unknown";

export interface Selected {
  readonly key: string;
  /** As it was heard last. */
  readonly aircraft: Aircraft | null;
  readonly standing: Standing;
  readonly history: History;
}

const ASK_AGAIN = 5; // s, for one that the stream does not bring

export interface Sources {
  readonly fleet: Fleet;
  readonly tracks: Tracks;
  /** An aircraft wherever it is; null: none has this key. */
  readonly ask: (key: string, now: number) => Promise<Aircraft | null>;
  readonly clock: () => number;
}

export class Selection {
  readonly selected = new Watched<Selected | null>(null);
  readonly #sources: Sources;
  #asked = -Infinity;

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  /** Another one is selected; null: none. */
  select(key: string | null): void {
    if (key === (this.selected.get()?.key ?? null)) return;
    this.#asked = -Infinity;
    if (key === null) {
      this.selected.set(null);
      return;
    }
    const { fleet, tracks } = this.#sources;
    this.selected.set({ key, aircraft: fleet.get(key) ?? null, standing: "asked", history: tracks.get(key) ?? [] });
    this.tick(false);
    this.#load(key);
  }

  /** Once a second: how it stands with it now. */
  tick(live: boolean): void {
    const selected = this.selected.get();
    if (selected === null) return;
    const { fleet, tracks, clock } = this.#sources;
    const aircraft = fleet.get(selected.key);
    if (aircraft !== undefined) {
      tracks.hear(aircraft);
      const fresh = fleet.isStale(aircraft, clock()) ? "stale" : "heard";
      const standing = fleet.silentSince === null ? fresh : "silent";
      this.selected.set({ ...selected, aircraft, standing, history: tracks.get(selected.key) ?? selected.history });
    } else if (live && clock() - this.#asked > ASK_AGAIN) {
      this.#asked = clock();
      void this.#ask(selected.key);
    }
  }

  /** The connection is back: what was missed of its past is asked for. */
  reload(): void {
    const selected = this.selected.get();
    if (selected !== null) this.#load(selected.key);
  }

  async #ask(key: string): Promise<void> {
    const { ask, clock, fleet } = this.#sources;
    let aircraft: Aircraft | null;
    try {
      aircraft = await ask(key, clock());
    } catch {
      return; // the status line tells of a server that does not answer
    }
    const selected = this.selected.get();
    if (selected?.key !== key || fleet.get(key) !== undefined) return;
    if (aircraft !== null) this.#load(key);
    const gone = selected.aircraft === null ? "unknown" : "lost";
    const standing = aircraft === null ? gone : "elsewhere";
    this.selected.set({ ...selected, aircraft: aircraft ?? selected.aircraft, standing });
  }

  #load(key: string): void {
    this.#sources.tracks.load(key).then(
      (history) => {
        const selected = this.selected.get();
        if (selected?.key === key) this.selected.set({ ...selected, history });
      },
      () => undefined, // without a track the charts begin with the next report
    );
  }
}

/** Asks the server beside the page. */
export async function askFlight(key: string, now: number): Promise<Aircraft | null> {
  const answer = await fetch(`api/flights/${encodeURIComponent(key)}`);
  if (answer.status === 404) return null;
  if (!answer.ok) throw new Error(`flight ${key}: the server answered ${answer.status}`);
  return aircraftOf((await answer.json()) as Told, now);
}
