/** What is shown, and how it stands in the URL's fragment, so that a link opens the same view. */

import { KINDS, POSITION_SOURCES } from "../kinds";
import { EVERYTHING, isEmpty, parseAirline, parseType, SURFACES, type Band, type Filters, type Prefix } from "./filters";
import { COLUMNS, UNSORTED, type Sort } from "./table";
import { UNITS, type Units } from "./units";

/** Where the map looks. */
export interface Place {
  readonly lat: number;
  readonly lon: number;
  readonly zoom: number;
}

export interface View {
  /** null: wherever aircraft are. */
  readonly place: Place | null;
  /** Key of the aircraft whose details are shown. */
  readonly selected: string | null;
  /** The map stays with the selected aircraft. */
  readonly follow: boolean;
  readonly filters: Filters;
  readonly search: string;
  readonly sort: Sort;
  readonly units: Units;
}

export const FIRST: View = {
  place: null,
  selected: null,
  follow: false,
  filters: EVERYTHING,
  search: "",
  sort: UNSORTED,
  units: "aviation",
};

export const MIN_ZOOM = 2;
export const MAX_ZOOM = 18;
/** Beyond it Web Mercator has no map. */
export const MAX_LATITUDE = 85.05;
const LONGEST = 40; // characters of a search, twice the longest callsign

/** Problems are sentences that name the parameter, its value and what is allowed; the rest of the view holds. */
export interface Parsed {
  readonly view: View;
  readonly problems: readonly string[];
}

/** A view out of a URL's fragment, with or without its `#`. */
export function parse(fragment: string): Parsed {
  const fields = new URLSearchParams(fragment.replace(/^#/, ""));
  const problems: string[] = [];
  const read = <T>(name: string, otherwise: T, from: (text: string) => T): T => {
    const text = fields.get(name);
    if (text === null || text === "") return otherwise;
    try {
      return from(text);
    } catch (error) {
      problems.push(`${name}=${text.slice(0, 60)}: ${(error as Error).message}`);
      return otherwise;
    }
  };
  const selected = read("flight", null as string | null, (text) => text);
  const view: View = {
    place: read("map", null as Place | null, parsePlace),
    selected,
    follow: read("follow", false, parseYes) && selected !== null,
    filters: {
      altitude: read("altitude", EVERYTHING.altitude, parseBand),
      speed: read("speed", EVERYTHING.speed, parseBand),
      airline: read("airline", "", (text) => prefix(parseAirline(short(text)))),
      surface: read("surface", EVERYTHING.surface, (text) => oneOf(SURFACES, text)),
      kind: read("kind", EVERYTHING.kind, (text) => oneOf(["any", ...KINDS], text)),
      type: read("type", "", (text) => prefix(parseType(short(text)))),
      source: read("source", EVERYTHING.source, (text) => oneOf(["any", ...POSITION_SOURCES], text)),
    },
    search: read("search", "", short),
    sort: read("sort", UNSORTED, parseSort),
    units: read("units", FIRST.units, (text) => oneOf(UNITS, text)),
  };
  return { view, problems };
}

/** The fragment of a view, without its `#`; what is as at first is left out. */
export function format(view: View): string {
  const { place, filters, sort } = view;
  const fields: [string, string | null][] = [
    ["map", place && `${+place.zoom.toFixed(2)}/${place.lat.toFixed(4)}/${place.lon.toFixed(4)}`],
    ["flight", view.selected],
    ["follow", view.follow ? "1" : null],
    ["search", view.search || null],
    ["altitude", band(filters.altitude, 1)],
    ["speed", band(filters.speed, 2)],
    ["airline", filters.airline || null],
    ["surface", filters.surface === "any" ? null : filters.surface],
    ["kind", filters.kind === "any" ? null : filters.kind],
    ["type", filters.type || null],
    ["source", filters.source === "any" ? null : filters.source],
    ["sort", sort.by === UNSORTED.by && !sort.descending ? null : `${sort.descending ? "-" : ""}${sort.by}`],
    ["units", view.units === FIRST.units ? null : view.units],
  ];
  return fields
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}=${encodeURIComponent(value!).replace(/%2F/g, "/").replace(/%3A/g, ":")}`)
    .join("&");
}

function parsePlace(text: string): Place {
  const numbers = text.split("/").map(number);
  const [zoom, lat, lon] = numbers;
  if (numbers.length !== 3 || zoom === undefined || lat === undefined || lon === undefined) {
    throw new Error("zoom/latitude/longitude is needed, as in 6/48.9/2.4");
  }
  return {
    zoom: limited("zoom", zoom, MIN_ZOOM, MAX_ZOOM),
    lat: limited("latitude", lat, -MAX_LATITUDE, MAX_LATITUDE),
    lon: limited("longitude", lon, -180, 180),
  };
}

function parseBand(text: string): Band {
  const ends = text.split("..");
  if (ends.length !== 2) throw new Error("from..to is needed in SI units, as in 3000..9000; either may be absent");
  const [from, to] = ends.map((end) => (end === "" ? null : number(end)));
  const parsed: Band = [from ?? null, to ?? null];
  if (isEmpty(parsed)) throw new Error(`${from} is above ${to}`);
  return parsed;
}

function parseSort(text: string): Sort {
  const descending = text.startsWith("-");
  return { by: oneOf(COLUMNS, descending ? text.slice(1) : text), descending };
}

function prefix(parsed: Prefix): string {
  if ("problem" in parsed) throw new Error(parsed.problem.replace(/\.$/, ""));
  return parsed.prefix;
}

function parseYes(text: string): boolean {
  return oneOf(["0", "1"] as const, text) === "1";
}

function oneOf<T extends string>(allowed: readonly T[], text: string): T {
  const found = allowed.find((name) => name === text);
  if (found === undefined) throw new Error(`${allowed.join(", ")} are allowed`);
  return found;
}

function limited(name: string, value: number, least: number, most: number): number {
  if (value < least || value > most) throw new Error(`${name} ${value}: ${least} to ${most} is allowed`);
  return value;
}

function number(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) throw new Error(`${JSON.stringify(text)} is not a number`);
  return value;
}

function short(text: string): string {
  if (text.length > LONGEST) throw new Error(`${text.length} characters: at most ${LONGEST} are allowed`);
  return text;
}

function band([from, to]: Band, digits: number): string | null {
  if (from === null && to === null) return null;
  const end = (value: number | null) => (value === null ? "" : `${+value.toFixed(digits)}`);
  return `${end(from)}..${end(to)}`;
}
