/** The facts of one object in words: of what is no aircraft only those that are known; pure. */

import type { Aircraft } from "../fleet";
import { categoryName, idOf, sourceName } from "../kinds";
import { emergency } from "../squawks";
import { ageSaid, clockTime, compass, position, signed, withUnit, type Measure, type Measures } from "./units";

export interface Fact {
  readonly name: string;
  readonly value: string;
  /** Whether everybody has to notice it. */
  readonly alarming: boolean;
}

export const UNKNOWN = "not known";

/**
 * Tell the facts in the order in which they are shown.
 *
 * @param age s since it was heard.
 * @param today By which moments of today are told without their day.
 */
export function facts(aircraft: Aircraft, measures: Measures, age: number, today: Date): Fact[] {
  const told = [...described(aircraft), ...reported(aircraft, measures), ...heard(aircraft, age, today)];
  return told
    .filter(([, value]) => value !== null && (aircraft.kind === "aircraft" || value !== UNKNOWN))
    .map(([name, value]) => ({ name, value: value!, alarming: name === "Squawk" && emergency(aircraft) !== null }));
}

/** A value that is null has no place among the facts where it is not known. */
type Told = readonly [name: string, value: string | null];

function described(aircraft: Aircraft): Told[] {
  const { kind, icao24, callsign, typecode, registration, category } = aircraft;
  const flies = kind === "aircraft";
  return [
    ["Kind", flies ? null : kind],
    ["Id", idOf(aircraft)],
    ["Callsign", flies ? null : callsign],
    ["Address", icao24 ?? (flies ? "none" : null)],
    ["Registration", registration],
    ["Type", typecode],
    ["Category", category && categoryName(category)],
  ];
}

function reported(aircraft: Aircraft, { altitude, speed, verticalRate }: Measures): Told[] {
  const { kind, on_ground: grounded } = aircraft;
  return [
    ["Squawk", squawk(aircraft)],
    ["Barometric altitude", withUnit(altitude, aircraft.altitude)],
    ["Geometric altitude", withUnit(altitude, aircraft.geo_altitude)],
    ["Ground speed", withUnit(speed, aircraft.velocity)],
    ["Vertical rate", climb(verticalRate, aircraft.vertical_rate)],
    ["Track", compass(aircraft.track)],
    ["On the ground", kind !== "aircraft" ? null : grounded === null ? UNKNOWN : grounded ? "yes" : "no"],
    ["Position", position(aircraft.lat, aircraft.lon)],
    ["Position by", aircraft.position_source && sourceName(aircraft.position_source)],
  ];
}

function heard(aircraft: Aircraft, age: number, today: Date): Told[] {
  const said = ageSaid(age);
  return [
    ["Reported", clockTime(aircraft.time, today)],
    ["Last heard", said === "now" ? said : `${said} ago`],
  ];
}

function squawk(aircraft: Aircraft): string {
  const alarm = emergency(aircraft);
  return alarm === null ? (aircraft.squawk ?? UNKNOWN) : `${alarm.code}: ${alarm.meaning}`;
}

function climb(measure: Measure, value: number | null): string {
  return value === null ? UNKNOWN : `${signed(measure, value)} ${measure.unit}`;
}
