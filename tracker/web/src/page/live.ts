/** The fleet as the stream tells of it, and once a second what the panels show of it.
 *
 *     Stream ──frames──> Fleet ──each frame──> layer
 *                          └──once a second──> Digest ──> table, details, status
 */

import { LOST_AFTER, STALE_AFTER, type Aircraft, type Fleet } from "../fleet";
import type { Columns, Frame, Lag } from "../protocol";
import { shows, type Bounds } from "./boxes";
import { wanted } from "./filters";
import { Meter } from "./meter";
import { mixOf, NONE, sameMix, type Mix } from "./mix";
import type { Listener, Phase } from "./stream";
import { ordered } from "./table";
import type { View } from "./view";
import { Watched } from "./watched";

/** What the panels show, a second's worth. */
export interface Digest {
  /** When it was taken, s of the clock. */
  readonly now: number;
  /** The flights of the table, in its order. */
  readonly rows: readonly Aircraft[];
  /** Wanted ones within what the map shows. */
  readonly inView: number;
  /** Of those in view. */
  readonly aircraft: number;
  readonly held: number;
  /** Updates a second. */
  readonly rate: number;
  /** Age of the newest report, s. */
  readonly newest: number | null;
  /** For how long nothing is heard, s; 0: we hear. Nobody ages meanwhile. */
  readonly silence: number;
  readonly lag: { readonly behind: number; readonly cause: Lag["cause"] } | null;
}

const REMEMBERED = 5; // s for which a lag of this page is shown

export const NOTHING: Digest = { now: 0, rows: [], inView: 0, aircraft: 0, held: 0, rate: 0, newest: null, silence: 0, lag: null };

/** What the digest depends on besides the fleet. */
export interface Shown {
  readonly view: () => View;
  readonly bounds: () => Bounds | null;
}

export class Live implements Listener {
  readonly digest = new Watched<Digest>(NOTHING);
  readonly phases = new Watched<Phase>({ name: "connecting" });
  /** What the server refused, in its words. */
  readonly fault = new Watched<string | null>(null);
  /** Whether the fleet has been told once. */
  readonly filled = new Watched(false);
  /** What kinds of objects are held. */
  readonly mix = new Watched<Mix>(NONE);
  readonly #fleet: Fleet;
  readonly #shown: Shown;
  readonly #clock: () => number;
  readonly #meter = new Meter();
  #away = false;
  /** s that the server has heard nothing from its broker; 0: it hears. */
  #unheard = 0;
  /** The last time that this page was too slow for what it was sent. */
  #slow = { behind: 0, at: -Infinity };
  #changed: () => void = () => undefined;

  constructor(fleet: Fleet, shown: Shown, clock: () => number) {
    this.#fleet = fleet;
    this.#shown = shown;
    this.#clock = clock;
  }

  /** @param changed Is called after each change of the fleet. */
  tell(changed: () => void): void {
    this.#changed = changed;
  }

  phase(phase: Phase): void {
    if (phase.name !== "live" && this.phases.get().name === "live") this.#disconnected();
    this.phases.set(phase);
  }

  frame(frame: Frame): void {
    const now = this.#clock();
    if (frame.type === "hello") {
      const { stale_after: stale = STALE_AFTER, lost_after: lost = LOST_AFTER } = frame;
      this.#fleet.setAges(stale, lost);
    } else if (frame.type === "snapshot") this.#fleet.replace(frame.columns, now);
    else if (frame.type === "delta") this.#fleet.apply(frame.columns, frame.removed, now);
    if (frame.type === "snapshot" || frame.type === "delta") this.#heard(frame.columns, now);
    else if (frame.type === "lag") this.#lags(frame, now);
    else if (frame.type === "error") this.fault.set(frame.reason);
    if (frame.type === "snapshot" && !this.filled.get()) {
      this.filled.set(true);
      this.tick();
    }
    this.#changed();
  }

  /** Once a second: drop who is lost, and take stock. */
  tick(): void {
    const now = this.#clock();
    if (this.#fleet.expire(now).length > 0) this.#changed();
    const mix = mixOf(this.#fleet.all());
    if (!sameMix(mix, this.mix.get())) this.mix.set(mix);
    this.digest.set(this.#digest(now));
  }

  #heard(columns: Columns, now: number): void {
    this.#meter.add(columns.key?.length ?? 0, now);
    if (!this.#away) return;
    this.#away = false;
    this.#fleet.resume(now);
  }

  #lags({ behind_s, cause }: Lag, now: number): void {
    if (cause === "client") {
      this.#slow = { behind: behind_s, at: now };
      return;
    }
    this.#unheard = behind_s;
    this.#away = false;
    if (behind_s === 0) this.#fleet.resume(now);
    else if (this.#fleet.silentSince === null) this.#fleet.silence(now - behind_s);
  }

  #disconnected(): void {
    this.#away = true;
    this.#unheard = 0;
    this.#meter.clear();
    if (this.#fleet.silentSince === null) this.#fleet.silence(this.#clock());
    this.#changed();
  }

  #lag(now: number): Digest["lag"] {
    if (this.#unheard > 0) return { behind: this.#unheard, cause: "broker" };
    // Nobody says when it is over: the frame that follows makes good for it.
    return now - this.#slow.at < REMEMBERED ? { behind: this.#slow.behind, cause: "client" } : null;
  }

  #digest(now: number): Digest {
    const { filters, search, sort } = this.#shown.view();
    const bounds = this.#shown.bounds();
    const passes = wanted(filters, search);
    const age = (aircraft: Aircraft) => this.#fleet.age(aircraft, now);
    const silence = this.#fleet.silentSince === null ? 0 : Math.max(0, now - this.#fleet.silentSince);
    const rows: Aircraft[] = [];
    let [inView, flying, newest] = [0, 0, Infinity];
    for (const aircraft of this.#fleet.all()) {
      newest = Math.min(newest, age(aircraft));
      if (passes !== null && !passes(aircraft)) continue;
      // Of two aircraft under one key, the newest report need not be of the one that is drawn.
      const at = (this.#fleet.isShared(aircraft.key, now) && this.#fleet.place(aircraft.key, now)) || aircraft;
      const seen = bounds === null || shows(bounds, at.lat, at.lon);
      if (seen) inView += 1;
      if (seen && aircraft.kind === "aircraft") flying += 1;
      // A search looks for an aircraft wherever it is; without one the table is what the map shows.
      if (seen || search !== "") rows.push(aircraft);
    }
    return {
      now,
      rows: ordered(rows, sort, age),
      inView,
      aircraft: flying,
      held: this.#fleet.size,
      rate: this.#meter.rate(now),
      newest: Number.isFinite(newest) ? newest + silence : null,
      silence,
      lag: this.#lag(now),
    };
  }
}
