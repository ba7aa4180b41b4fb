/**
 * Where an aircraft has been: what the server knows of it, then each position that comes in; pure.
 *
 * x is not wrapped, so that a trail that crosses the antimeridian stays in one piece.
 */
import type { Aircraft } from "./fleet";
import { isJump, mercatorX, mercatorY, shortWay, type Place } from "./reckon";
import { classOf } from "./symbols";

export interface TrailPoint {
  lat: number;
  lon: number;
  /** s since 1970 */
  time: number;
  /** m */
  altitude: number | null;
}

/** A report, as far as a trail wants it; `time` is null where it is not known. */
interface Report extends Place {
  readonly time: number | null;
  readonly altitude: number | null;
  readonly on_ground?: boolean | null;
}

/** A place of a trail. */
interface Bend {
  /** Fractions of the world; x may lie outside 0 to 1. */
  readonly x: number;
  readonly y: number;
  /** Of the colour, from here to the next one. */
  readonly colour: number;
  /** Nothing flies here from the one before: a new segment begins. */
  readonly gap: boolean;
  readonly report: Report;
}

/** Two hours at a report a second; the oldest go first. */
const MOST = 7_200;

export class Trail {
  #past: Bend[] = [];

  get bends(): readonly Bend[] {
    return this.#past;
  }

  /** The next position; the same one again is nothing new. */
  add(report: Report): void {
    const before = this.#past.at(-1);
    if (before && before.report.lat === report.lat && before.report.lon === report.lon) return;
    const x = mercatorX(report.lon);
    this.#past.push({
      x: before ? before.x + shortWay(x - before.x) : x,
      y: mercatorY(report.lat),
      colour: classOf(report.altitude, report.on_ground ?? null),
      gap: before !== undefined && isJump(before.report, report, between(before.report, report)),
      report,
    });
    if (this.#past.length > MOST * 1.1) this.#past = this.#past.slice(-MOST);
  }

  /** What the server knows of the past; newer positions that came in already stay. */
  begin(points: readonly TrailPoint[]): void {
    const last = points.at(-1)?.time ?? -Infinity;
    const newer = this.#past.filter(({ report }) => report.time === null || report.time > last);
    this.#past = [];
    for (const point of points) this.add(point);
    for (const { report } of newer) this.add(report);
  }
}

/** The trails of those few aircraft that have one. */
export class Trails {
  readonly #trails = new Map<string, Trail>();

  get(key: string): Trail | undefined {
    return this.#trails.get(key);
  }

  /** An aircraft's newest position; its trail begins where it has none yet. */
  record(aircraft: Aircraft): void {
    this.#of(aircraft.key).add(aircraft);
  }

  begin(key: string, points: readonly TrailPoint[]): void {
    this.#of(key).begin(points);
  }

  /** Forget all trails but these. */
  keep(wanted: ReadonlySet<string>): void {
    for (const key of [...this.#trails.keys()]) if (!wanted.has(key)) this.#trails.delete(key);
  }

  #of(key: string): Trail {
    let trail = this.#trails.get(key);
    if (!trail) this.#trails.set(key, (trail = new Trail()));
    return trail;
  }
}

/** s; where a time is not known, so much that nothing counts as a jump but what no aircraft flies in a minute. */
function between(before: Report, after: Report): number {
  return before.time !== null && after.time !== null ? after.time - before.time : 60;
}
