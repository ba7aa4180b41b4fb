/** Which objects are wanted: on the map and in the table alike. */

import type { Aircraft } from "../fleet";
import { idOf, type Kind, type PositionSource } from "../kinds";

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
  readonly kind: Kind | "any";
  /** How type designators begin, as `parseType` gives it; empty: any. */
  readonly type: string;
  /** How the position was had. */
  readonly source: PositionSource | "any";
}

export const EVERYTHING: Filters = {
  altitude: [null, null],
  speed: [null, null],
  airline: "",
  surface: "any",
  kind: "any",
  type: "",
  source: "any",
};

/** What people type: blanks and case do not matter. */
export function normal(text: string): string {
  return text.replace(/\s+/g, "").toUpperCase();
}

/** How texts have to begin, or why what was typed is no beginning of any. */
export type Prefix = { readonly prefix: string } | { readonly problem: string };

/**
 * What was typed for an airline: its ICAO designator, or how its callsigns begin, such as `AFR` or `AFR12`.
 *
 * Names and IATA codes are not known here. A name would only be a prefix of no callsign, so it is refused.
 */
export function parseAirline(text: string): Prefix {
  const prefix = normal(text);
  if (/^([A-Z]{1,3}(\d[A-Z\d]*)?)?$/.test(prefix)) return { prefix };
  const typed = text.trim().slice(0, 20);
  return { problem: `“${typed}” is not an ICAO airline designator: type its three letters, as in AFR for Air France.` };
}

/** What was typed for a type: its ICAO designator, or how it begins, such as `A320` or `A3`. */
export function parseType(text: string): Prefix {
  const prefix = normal(text);
  if (/^[A-Z\d]{0,4}$/.test(prefix)) return { prefix };
  return { problem: `“${text.trim().slice(0, 20)}” is not an ICAO type designator: it has two to four letters and digits, as in A320.` };
}

/** How many of the filters say something. */
export function active(filters: Filters): number {
  const { altitude, speed, airline, surface, kind, type, source } = filters;
  const chosen = [surface, kind, source].map((choice) => choice !== "any");
  return [limits(altitude), limits(speed), airline !== "", type !== "", ...chosen].filter(Boolean).length;
}

/**
 * Whether an object is wanted. A value that is not known lies in no band.
 *
 * @param search Part of a callsign or id, or the beginning of an address; empty: any.
 * @returns null where everything is wanted.
 */
export function wanted(filters: Filters, search: string): ((aircraft: Aircraft) => boolean) | null {
  const text = normal(search);
  if (active(filters) === 0 && text === "") return null;
  const address = text.toLowerCase();
  return (aircraft) =>
    found(aircraft, text, address) &&
    (aircraft.callsign ?? "").startsWith(filters.airline) &&
    (aircraft.typecode ?? "").startsWith(filters.type) &&
    chosen(filters.kind, aircraft.kind) &&
    chosen(filters.source, aircraft.position_source) &&
    within(filters.altitude, aircraft.altitude) &&
    within(filters.speed, aircraft.velocity) &&
    onSurface(filters.surface, aircraft);
}

/** Whether nothing can lie in a band. */
export function isEmpty([from, to]: Band): boolean {
  return from !== null && to !== null && from > to;
}

function found(aircraft: Aircraft, text: string, address: string): boolean {
  if (text === "" || normal(aircraft.callsign ?? "").includes(text)) return true;
  const id = idOf(aircraft);
  return id === null ? aircraft.key.startsWith(address) : normal(id).includes(text);
}

function chosen(wanted: string, value: string | null): boolean {
  return wanted === "any" || wanted === value;
}

function limits(band: Band): boolean {
  return band[0] !== null || band[1] !== null;
}

function within(band: Band, value: number | null): boolean {
  if (!limits(band)) return true;
  return value !== null && value >= (band[0] ?? -Infinity) && value <= (band[1] ?? Infinity);
}

/** What is no aircraft does not fly, unless it says so. */
function onSurface(surface: Surface, { kind, on_ground }: Aircraft): boolean {
  if (surface === "any") return true;
  const grounded = on_ground ?? kind !== "aircraft";
  return surface === "ground" ? grounded : !grounded;
}
