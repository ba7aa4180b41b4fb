/**
 * The latest state of each aircraft as the socket tells it, where each is now, and which are stale or lost; pure.
 * Its twin in Python, without motion, is `tracker/stream/mirror.py`.
 *
 *     Columns ──> Fleet.replace, apply ──> Aircraft, Motion ──> layer, table
 *
 * The clock comes in as `now`, seconds of any clock that never runs back. Stale and lost go by when an aircraft was
 * last heard; while nothing can be heard (`silence`) that clock stands still.
 *
 * Two aircraft may report under one address. No second key is made up: the key is flagged (`isShared`), and the symbol
 * stands, without motion, where one of the two was reported.
 */
import { kindOf, sourceOf, type Kind, type PositionSource } from "./kinds";
import { Motion } from "./motion";
import { isJump, isOffMap, latitude, longitude, type Place } from "./reckon";
import type { Columns } from "./protocol";

/**
 * One state vector in the wire's names and SI units; what is not known is null. It may be that of a truck or a ship: its
 * `kind` says so.
 */
export interface Aircraft {
  /** The address, else `cs:` and the callsign, else `id:` and the id. */
  readonly key: string;
  readonly icao24: string | null;
  readonly callsign: string | null;
  readonly squawk: string | null;
  /** Event time, s since 1970. */
  readonly time: number | null;
  readonly lat: number;
  readonly lon: number;
  /** Ground speed, m/s. */
  readonly velocity: number | null;
  /** deg clockwise from true north. */
  readonly track: number | null;
  /** Barometric, m. */
  readonly altitude: number | null;
  readonly geo_altitude: number | null;
  /** m/s, up is positive. */
  readonly vertical_rate: number | null;
  readonly on_ground: boolean | null;
  readonly kind: Kind;
  /** How the position was had. */
  readonly position_source: PositionSource | null;
  /** ICAO type designator. */
  readonly typecode: string | null;
  readonly registration: string | null;
  /** Emitter category of ADS-B, `A0` to `D7`. */
  readonly category: string | null;
  /** s of the caller's clock. */
  readonly heardAt: number;
}

/** Ages at which objects are stale and lost, s, where no server says otherwise. */
export const STALE_AFTER = 15;
export const LOST_AFTER = 60;

/** Two jumps within so many seconds are no bad position but a second aircraft under the same key. */
const TWICE_WITHIN = 10;

type Writable<T> = { -readonly [K in keyof T]: T[K] };

export class Fleet {
  readonly motion: Motion;
  #staleAfter: number;
  #lostAfter: number;
  readonly #slots = new Map<string, number>();
  readonly #states: Writable<Aircraft>[] = [];
  /** Of the keys that have jumped: when the last two times were, s. */
  readonly #jumps = new Map<string, readonly [before: number, last: number]>();
  #changes = 0;
  #silent: number | null = null;

  constructor({ staleAfter = STALE_AFTER, lostAfter = LOST_AFTER }: { staleAfter?: number; lostAfter?: number } = {}) {
    this.#staleAfter = staleAfter;
    this.#lostAfter = lostAfter;
    this.motion = new Motion(staleAfter);
  }

  /** After how long without being heard an object is stale, s. */
  get staleAfter(): number {
    return this.#staleAfter;
  }

  /** After how long it is lost, s. */
  get lostAfter(): number {
    return this.#lostAfter;
  }

  /** Take over other ages at which objects are stale and lost, as a server tells them. */
  setAges(staleAfter: number, lostAfter: number): void {
    if (staleAfter === this.#staleAfter && lostAfter === this.#lostAfter) return;
    this.#staleAfter = this.motion.horizon = staleAfter;
    this.#lostAfter = lostAfter;
    this.#changes++;
  }

  get size(): number {
    return this.#states.length;
  }

  /** Grows with each change. */
  get version(): number {
    return this.#changes;
  }

  /** Since when nothing is heard any more; null: we hear. */
  get silentSince(): number | null {
    return this.#silent;
  }

  /** A snapshot: what it does not hold is gone. */
  replace(columns: Columns, now: number): void {
    const kept = new Set(columns.key);
    for (const { key } of [...this.#states]) if (!kept.has(key)) this.#remove(key);
    this.apply(columns, [], now);
  }

  /** A delta. */
  apply(columns: Columns, removed: readonly string[], now: number): void {
    for (const key of removed) this.#remove(key);
    const { key: keys = [], lat, lon, heard } = columns;
    const clock = this.#silent ?? now;
    for (let i = 0; i < keys.length; i++) {
      const place = lat?.[i] != null && lon?.[i] != null;
      if (!place) continue; // nowhere to draw it
      const age = heard?.[i] ?? 0;
      this.#set(row(columns, i, keys[i]!, clock - age), now - age, now);
    }
    this.#changes++;
  }

  /** Nothing is heard any more: all are stale, none is lost, and none moves past where its report would have led it. */
  silence(since: number): void {
    if (this.#silent !== null) return;
    this.#silent = since;
    this.#changes++;
  }

  /** We hear again; nobody has aged meanwhile. */
  resume(now: number): void {
    if (this.#silent === null) return;
    const gap = Math.max(0, now - this.#silent);
    for (const state of this.#states) state.heardAt += gap;
    this.#silent = null;
    this.#changes++;
  }

  /** The keys of those that were not heard for too long: they leave. */
  expire(now: number): string[] {
    const lost = this.#states.filter((state) => this.age(state, now) > this.lostAfter).map(({ key }) => key);
    for (const key of lost) this.#remove(key);
    if (lost.length) this.#changes++;
    return lost;
  }

  get(key: string): Aircraft | undefined {
    const slot = this.#slots.get(key);
    return slot === undefined ? undefined : this.#states[slot];
  }

  all(): Iterable<Aircraft> {
    return this.#states;
  }

  /** The slot in `motion` of an aircraft; the next change may give it to another one. */
  slotOf(key: string): number | undefined {
    return this.#slots.get(key);
  }

  /** The aircraft of a slot. */
  at(slot: number): Aircraft {
    return this.#states[slot]!;
  }

  /** How long ago it was last heard, s, without the time of a silence. */
  age(aircraft: Aircraft, now: number): number {
    return Math.max(0, (this.#silent ?? now) - aircraft.heardAt);
  }

  isStale(aircraft: Aircraft, now: number): boolean {
    return this.#silent !== null || now - aircraft.heardAt > this.staleAfter;
  }

  /** Whether two aircraft seem to report under its key: lately it was twice where it cannot have flown to. */
  isShared(key: string, now: number): boolean {
    const jumps = this.#jumps.get(key);
    return jumps !== undefined && (this.#silent ?? now) - jumps[0] <= TWICE_WITHIN;
  }

  /** Where it is drawn: reckoned on from its report. */
  place(key: string, now: number): Place | undefined {
    const slot = this.#slots.get(key);
    if (slot === undefined) return undefined;
    return { lat: latitude(this.motion.yAt(slot, now)), lon: longitude(this.motion.xAt(slot, now)) };
  }

  #set(state: Aircraft, at: number, now: number): void {
    const slot = this.#slots.get(state.key);
    const velocity = state.velocity ?? 0;
    const track = state.track ?? NaN;
    if (slot === undefined) {
      const fresh = this.motion.add();
      this.#slots.set(state.key, fresh);
      this.#states[fresh] = state;
      this.motion.place(fresh, state, velocity, track, at);
      return;
    }
    const before = this.#states[slot]!;
    this.#states[slot] = state;
    // The very same position again is an old one with a new date: receivers send it until they have another.
    const since = before.lat === state.lat && before.lon === state.lon ? this.motion.at[slot]! : at;
    const jumped = isJump(before, state, between(before, state));
    const wasShared = this.isShared(state.key, now);
    if (jumped) this.#jumps.set(state.key, [this.#jumps.get(state.key)?.[1] ?? -Infinity, at]);
    const apart = this.#jumps.has(state.key) && this.#isApart(slot, state, since);
    if (this.isShared(state.key, now)) {
      // The one that is drawn stays drawn, where it was reported last, until it falls silent.
      const silent = since - this.motion.at[slot]! > this.staleAfter;
      if (!wasShared || !apart || silent) this.motion.place(slot, state, 0, NaN, since);
    } else if (jumped || apart || isOffMap(state.lat)) this.motion.place(slot, state, velocity, track, since);
    else this.motion.glide(slot, state, velocity, track, since, now);
  }

  /** Whether what is drawn in a slot cannot have flown to where the aircraft is reported. */
  #isApart(slot: number, state: Aircraft, at: number): boolean {
    const { motion } = this;
    const drawn = { lat: latitude(motion.y[slot]!), lon: longitude(motion.x[slot]!) };
    return isJump(drawn, state, at - motion.at[slot]!);
  }

  #remove(key: string): void {
    const slot = this.#slots.get(key);
    if (slot === undefined) return;
    this.#slots.delete(key);
    this.#jumps.delete(key);
    this.motion.remove(slot);
    const last = this.#states.pop()!;
    if (last.key === key) return;
    this.#states[slot] = last;
    this.#slots.set(last.key, slot);
  }
}

/** The time between two reports of an aircraft, s: by their own clock, or by when they were heard. */
function between(before: Aircraft, after: Aircraft): number {
  const told = before.time !== null && after.time !== null ? after.time - before.time : 0;
  return told > 0 ? told : after.heardAt - before.heardAt;
}

function row(columns: Columns, i: number, key: string, heardAt: number): Aircraft {
  return {
    key,
    icao24: key.startsWith("cs:") || key.startsWith("id:") ? null : key,
    callsign: columns.callsign?.[i] ?? null,
    squawk: columns.squawk?.[i] ?? null,
    time: columns.time?.[i] ?? null,
    lat: columns.lat![i]!,
    lon: columns.lon![i]!,
    velocity: columns.velocity?.[i] ?? null,
    track: columns.track?.[i] ?? null,
    altitude: columns.altitude?.[i] ?? null,
    geo_altitude: columns.geo_altitude?.[i] ?? null,
    vertical_rate: columns.vertical_rate?.[i] ?? null,
    on_ground: columns.on_ground?.[i] ?? null,
    kind: kindOf(columns.kind?.[i]),
    position_source: sourceOf(columns.position_source?.[i]),
    typecode: columns.typecode?.[i] ?? null,
    registration: columns.registration?.[i] ?? null,
    category: columns.category?.[i] ?? null,
    heardAt,
  };
}
