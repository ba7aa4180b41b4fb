/** Which aircraft are wanted: on the map and in the table alike. */

import type { Aircraft } from "../fleet";

/** From and to, SI units, both included; null: no limit. */
export type Band = readonly [from: number | null, to: number | null];

export const SURFACES = ["any", "air", "ground"] as const;
export type Surface = (typeof SURFACES)[number];

export interface Filters {
  /** m. */
  readonly altitude: Band;
  /** Ground speed, m/s. */
  readonly speed: Band;
  /** How callsigns begin, as `parseAirline` gives it; empty: any. */
  readonly airline: string;
  readonly surface: Surface;
}

export const EVERYTHING: Filters = { altitude: [null, null], speed: [null, null], airline: "", surface: "any" };

/** What people type: blanks and case do not matter. */
export function normal(text: string): string {
  return text.replace(/\s+/g, "").toUpperCase();
}

/**
 * What was typed for an airline: its ICAO designator, or how its callsigns begin, such as `AFR` or `AFR12`.
 *
 * Names and IATA codes are not known here. A name would only be a prefix of no callsign, so it is refused.
 */
export function parseAirline(text: string): { readonly prefix: string } | { readonly problem: string } {
  const prefix = normal(text);
  if (/^([A-Z]{1,3}(\d[A-Z\d]*)?)?$/.test(prefix)) return { prefix };
  const typed = text.trim().slice(0, 20);
  return { problem: `“${typed}” is not an ICAO airline designator: type its three letters, as in AFR for Air France.` };
}

/** How many of the filters say something. */
export function active(filters: Filters): number {
  const { altitude, speed, airline, surface } = filters;
  return [limits(altitude), limits(speed), airline !== "", surface !== "any"].filter(Boolean).length;
}

/**
 * Whether an aircraft is wanted. A value that is not known lies in no band.
 *
 * @param search Part of a callsign, or the beginning of an address; empty: any.
 * @returns null where everything is wanted.
 */
export function wanted(filters: Filters, search: string): ((aircraft: Aircraft) => boolean) | null {
  const text = normal(search);
  if (active(filters) === 0 && text === "") return null;
  const address = text.toLowerCase();
  return (aircraft) =>
    found(aircraft, text, address) &&
    (aircraft.callsign ?? "").startsWith(filters.airline) &&
    within(filters.altitude, aircraft.altitude) &&
    within(filters.speed, aircraft.velocity) &&
    onSurface(filters.surface, aircraft.on_ground);
}

/** Whether nothing can lie in a band. */
export function isEmpty([from, to]: Band): boolean {
  return from !== null && to !== null && from > to;
}

function found(aircraft: Aircraft, text: string, address: string): boolean {
  return text === "" || normal(aircraft.callsign ?? "").includes(text) || aircraft.key.startsWith(address);
}

function limits(band: Band): boolean {
  return band[0] !== null || band[1] !== null;
}

function within(band: Band, value: number | null): boolean {
  if (!limits(band)) return true;
  return value !== null && value >= (band[0] ?? -Infinity) && value <= (band[1] ?? Infinity);
}

function onSurface(surface: Surface, onGround: boolean | null): boolean {
  if (surface === "any") return true;
  return surface === "ground" ? onGround === true : onGround !== true;
}
