/** The columns of the table of flights, and their order. */

import type { Aircraft } from "../fleet";
import { nameOf } from "../kinds";
import type { Mix } from "./mix";
import { ageSaid, bearing, signed, wholeAge, written, type Measures } from "./units";

export const COLUMNS = ["callsign", "address", "type", "registration", "altitude", "speed", "rate", "track", "age"] as const;
export type Column = (typeof COLUMNS)[number];

export interface Sort {
  readonly by: Column;
  readonly descending: boolean;
}

export const UNSORTED: Sort = { by: "callsign", descending: false };

/** The columns that say something of the objects that there are. */
export function columnsOf({ typed, registered }: Mix): readonly Column[] {
  return COLUMNS.filter((column) => (column === "type" ? typed : column === "registration" ? registered : true));
}

/** What stands above a column, and its unit; `mixed`: not all are aircraft. */
export function heading(column: Column, measures: Measures, mixed: boolean): { title: string; unit: string } {
  switch (column) {
    case "callsign":
      return { title: mixed ? "Name" : "Callsign", unit: "" };
    case "address":
      return { title: "Address", unit: "" };
    case "type":
      return { title: "Type", unit: "" };
    case "registration":
      return { title: "Registration", unit: "" };
    case "altitude":
      return { title: "Altitude", unit: measures.altitude.unit };
    case "speed":
      return { title: "Speed", unit: measures.speed.unit };
    case "rate":
      return { title: "Vertical", unit: measures.verticalRate.unit };
    case "track":
      return { title: "Track", unit: "" };
    case "age":
      return { title: "Age", unit: "" };
  }
}

/** What stands in a cell. */
export function cell(column: Column, aircraft: Aircraft, age: number, measures: Measures): string {
  switch (column) {
    case "callsign":
      return named(aircraft) ?? "";
    case "address":
      return aircraft.icao24 ?? "";
    case "type":
      return aircraft.typecode ?? "";
    case "registration":
      return aircraft.registration ?? "";
    case "altitude":
      return aircraft.on_ground === true ? "ground" : written(measures.altitude, aircraft.altitude);
    case "speed":
      return written(measures.speed, aircraft.velocity);
    case "rate":
      return signed(measures.verticalRate, aircraft.vertical_rate);
    case "track":
      return bearing(aircraft.track);
    case "age":
      return ageSaid(age);
  }
}

/** The next order when a heading is pressed: numbers begin with the highest, texts and ages with the lowest. */
export function pressed(sort: Sort, column: Column): Sort {
  if (sort.by === column) return { by: column, descending: !sort.descending };
  return { by: column, descending: !["callsign", "address", "type", "registration", "age", "track"].includes(column) };
}

/**
 * The rows in order: what is not known comes last either way, and equal ones are ordered by key, so that rows do not
 * swap from one second to the next.
 *
 * @param age Seconds since an aircraft was heard.
 */
export function ordered(rows: readonly Aircraft[], sort: Sort, age: (aircraft: Aircraft) => number): Aircraft[] {
  const sign = sort.descending ? -1 : 1;
  const pairs = rows.map((aircraft) => ({ aircraft, value: value(sort.by, aircraft, age) }));
  pairs.sort((a, b) => {
    if (a.value === null || b.value === null) {
      if (a.value !== b.value) return a.value === null ? 1 : -1;
    } else if (a.value !== b.value) {
      return a.value < b.value ? -sign : sign;
    }
    return a.aircraft.key < b.aircraft.key ? -1 : 1;
  });
  return pairs.map((pair) => pair.aircraft);
}

/** In the column of callsigns: what is no aircraft has none, and a name all the same. */
export function named(aircraft: Aircraft): string | null {
  return aircraft.kind === "aircraft" && !aircraft.key.startsWith("id:") ? aircraft.callsign : nameOf(aircraft);
}

function value(column: Column, aircraft: Aircraft, age: (aircraft: Aircraft) => number): string | number | null {
  switch (column) {
    case "callsign":
      return named(aircraft);
    case "address":
      return aircraft.icao24;
    case "type":
      return aircraft.typecode;
    case "registration":
      return aircraft.registration;
    case "altitude":
      // As the cell shows it: on the ground is below everything that flies.
      return aircraft.on_ground === true ? -Infinity : aircraft.altitude;
    case "speed":
      return aircraft.velocity;
    case "rate":
      return aircraft.vertical_rate;
    case "track":
      return aircraft.track;
    case "age":
      return wholeAge(age(aircraft)); // as the cell shows it: rows that look alike keep their order
  }
}
