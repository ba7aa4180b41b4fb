/** What is known of an aircraft's past: the server's track, and the reports since. */

import type { Aircraft } from "../fleet";
import type { TrailPoint } from "../layer";

/** A report of the past, SI units. */
export interface Report extends TrailPoint {
  readonly velocity: number | null;
}

/** Reports in the order of event time. */
export type History = readonly Report[];

/** Reports beyond this many are forgotten, oldest first: an hour at one a second. */
const LONGEST = 3600;

/**
 * The answer of `api/flights/{key}/track` as reports.
 *
 * @throws Error where a column is missing or has another length, with its name.
 */
export function parseTrack(answer: unknown): History {
  const columns = (answer as { columns?: Record<string, unknown> } | null)?.columns ?? {};
  const times = column(columns, "time", undefined);
  const [lats, lons, altitudes, velocities] = ["lat", "lon", "altitude", "velocity"].map((name) =>
    column(columns, name, times.length),
  ) as [unknown[], unknown[], unknown[], unknown[]];
  return times.map((time, place) => ({
    time: time as number,
    lat: lats[place] as number,
    lon: lons[place] as number,
    altitude: known(altitudes[place]),
    velocity: known(velocities[place]),
  }));
}

/** The history with what was heard since; the same one where that is nothing new. */
export function extended(history: History, aircraft: Aircraft): History {
  const { time, lat, lon, altitude, velocity } = aircraft;
  const last = history.at(-1);
  if (time === null || (last !== undefined && time <= last.time)) return history;
  return [...history.slice(-LONGEST + 1), { time, lat, lon, altitude, velocity }];
}

function column(columns: Record<string, unknown>, name: string, length: number | undefined): unknown[] {
  const values = columns[name];
  if (!Array.isArray(values)) throw new Error(`track: no column ${name}`);
  if (length !== undefined && values.length !== length) {
    throw new Error(`track: ${values.length} values in ${name}, ${length} in time`);
  }
  return values;
}

function known(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}
