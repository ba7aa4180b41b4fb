/**
 * How each aircraft moves over the map: columns of numbers, one slot an aircraft, slots 0 to `size` - 1; pure.
 *
 * A report becomes a place on the square of Web Mercator (see `reckon.ts`) and a speed on it, such that the straight
 * line meets the great circle where the reckoning ends: between, it is less than a metre off (250 m/s, 15 s, 50 N).
 * What a new report corrects fades out over a second, so that nothing leaps on the map.
 */
import { advance, isOffMap, mercatorX, mercatorY, shortWay, type Place } from "./reckon";

/** How long a correction fades, s. */
export const GLIDE = 1;

/** Straight lines do for so long, s; 21 m off after 60 s. */
const LONGEST_CHORD = 60;

const SMALLEST = 64;

const FIELDS = ["x", "y", "vx", "vy", "at", "until", "dx", "dy", "gliding"] as const;

export class Motion {
  /** How many slots are taken. */
  size = 0;
  /** The newest `until` that was ever set: nothing moves after it. */
  end = -Infinity;

  /** Where it was reported, fractions of the world. */
  x = new Float64Array(SMALLEST);
  y = new Float64Array(SMALLEST);
  /** Fractions of the world a second. */
  vx = new Float64Array(SMALLEST);
  vy = new Float64Array(SMALLEST);
  /** When it was there, s. */
  at = new Float64Array(SMALLEST);
  /** Until when it is reckoned on, s. */
  until = new Float64Array(SMALLEST);
  /** From the reckoned place to where it was drawn when the report came. */
  dx = new Float64Array(SMALLEST);
  dy = new Float64Array(SMALLEST);
  /** When the report came, s; the difference is gone `GLIDE` later. */
  gliding = new Float64Array(SMALLEST);

  constructor(
    /** For how long an aircraft is reckoned on, s; another one holds from the next report on. */
    public horizon: number,
  ) {}

  /** A slot at the end. */
  add(): number {
    if (this.size === this.x.length) this.#grow();
    return this.size++;
  }

  /** Give up a slot; the last one moves into it. */
  remove(slot: number): void {
    const last = --this.size;
    for (const field of FIELDS) this[field][slot] = this[field][last]!;
  }

  /** A report of a slot that is drawn nowhere yet. */
  place(slot: number, where: Place, velocity: number, track: number, at: number): void {
    this.x[slot] = mercatorX(where.lon);
    this.y[slot] = mercatorY(where.lat);
    this.#steer(slot, where, velocity, track);
    this.at[slot] = at;
    this.until[slot] = at + this.horizon;
    this.gliding[slot] = -Infinity;
    if (this.until[slot]! > this.end) this.end = this.until[slot]!;
  }

  /** A report of a slot that is drawn already: it glides there from where it is drawn `now`. */
  glide(slot: number, where: Place, velocity: number, track: number, at: number, now: number): void {
    const x = this.xAt(slot, now);
    const y = this.yAt(slot, now);
    this.place(slot, where, velocity, track, at);
    this.dx[slot] = shortWay(x - this.xAt(slot, now));
    this.dy[slot] = y - this.yAt(slot, now);
    this.gliding[slot] = now;
  }

  xAt(slot: number, now: number): number {
    return this.x[slot]! + this.vx[slot]! * this.#flown(slot, now) + this.dx[slot]! * fading(now - this.gliding[slot]!);
  }

  yAt(slot: number, now: number): number {
    return this.y[slot]! + this.vy[slot]! * this.#flown(slot, now) + this.dy[slot]! * fading(now - this.gliding[slot]!);
  }

  #flown(slot: number, now: number): number {
    return Math.min(now, this.until[slot]!) - this.at[slot]!;
  }

  #steer(slot: number, where: Place, velocity: number, track: number): void {
    const seconds = Math.min(this.horizon, LONGEST_CHORD);
    const moves = velocity > 0 && seconds > 0 && Number.isFinite(track) && !isOffMap(where.lat);
    const end = moves ? advance(where, track, velocity * seconds) : where;
    this.vx[slot] = moves ? (end.lon - where.lon) / 360 / seconds : 0;
    this.vy[slot] = moves ? (mercatorY(end.lat) - this.y[slot]!) / seconds : 0;
  }

  #grow(): void {
    for (const field of FIELDS) {
      const larger = new Float64Array(2 * this[field].length);
      larger.set(this[field]);
      this[field] = larger;
    }
  }
}

/** How much of a correction is left after `seconds`: 1 at first, 0 after `GLIDE`, with no kink at either end. */
export function fading(seconds: number): number {
  if (!(seconds < GLIDE)) return 0;
  const t = Math.max(0, seconds / GLIDE);
  return (1 - t) * (1 - t) * (1 + 2 * t);
}
