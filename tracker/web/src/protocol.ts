/**
 * The frames of the socket, as `docs/protocol.md` has them: `flights.v1.json`. Its twin in Python is
 * `tracker/stream/protocol.py`; one golden file holds both to the document.
 *
 *     text ──> decode ──> Frame        Subscribe ──> encode ──> text
 *
 * What a later server adds (types, fields, columns) is skipped; what it must send and does not is a `ProtocolError`.
 */

export const DIALECT = "flights.v1.json";
export const PATH = "/ws/flights";

/** deg; `west` above `east` crosses the antimeridian. */
export type Box = readonly [west: number, south: number, east: number, north: number];

/** Lists of one length, a place an aircraft; null is a value not known, and so is a column that is absent. */
export interface Columns {
  key?: string[];
  callsign?: (string | null)[];
  squawk?: (string | null)[];
  /** Event time, s since 1970. */
  time?: (number | null)[];
  lat?: (number | null)[];
  lon?: (number | null)[];
  /** Ground speed, m/s. */
  velocity?: (number | null)[];
  /** deg clockwise from true north, [0, 360). */
  track?: (number | null)[];
  /** Barometric, m. */
  altitude?: (number | null)[];
  /** Above the WGS84 ellipsoid, m. */
  geo_altitude?: (number | null)[];
  /** m/s, up is positive. */
  vertical_rate?: (number | null)[];
  on_ground?: (boolean | null)[];
  /** How long before the frame was sent the aircraft was last heard, s. */
  heard?: (number | null)[];
  /** null is an aircraft. */
  kind?: (string | null)[];
  /** How the position was had. */
  position_source?: (string | null)[];
  typecode?: (string | null)[];
  registration?: (string | null)[];
  category?: (string | null)[];
}

export interface Hello {
  type: "hello";
  epoch: string;
  server_time: number;
  /** After how long without being heard an aircraft is stale, s; an older server does not say. */
  stale_after?: number;
  /** After how long without being heard the server removes an aircraft, s. */
  lost_after?: number;
}
export interface Snapshot {
  type: "snapshot";
  seq: number;
  columns: Columns;
}
export interface Delta {
  type: "delta";
  seq: number;
  columns: Columns;
  removed: string[];
}
export interface Lag {
  type: "lag";
  behind_s: number;
  cause: "client" | "broker";
}
export interface Fault {
  type: "error";
  reason: string;
}
export interface Bye {
  type: "bye";
  code: number;
  reason: string;
}
export type Frame = Hello | Snapshot | Delta | Lag | Fault | Bye;

export interface Subscribe {
  bbox?: Box | null;
  max_hz?: number | null;
  resume?: { epoch: string; seq: number } | null;
}

/** A message that is not what the protocol says: it names the field, its value and what is allowed. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";

  constructor(field: string, value: unknown, allowed: string) {
    super(`${field} = ${shorten(value)}: ${allowed}`);
  }
}

type Kind = "text" | "number" | "flag";

/** What each column of `columns` holds. */
export const COLUMNS: Readonly<Record<keyof Columns, Kind>> = {
  key: "text",
  callsign: "text",
  squawk: "text",
  time: "number",
  lat: "number",
  lon: "number",
  velocity: "number",
  track: "number",
  altitude: "number",
  geo_altitude: "number",
  vertical_rate: "number",
  on_ground: "flag",
  heard: "number",
  kind: "text",
  position_source: "text",
  typecode: "text",
  registration: "text",
  category: "text",
};

type Check = (field: string, value: unknown) => unknown;

/** The fields of each frame that the server sends, beside `type`. */
export const FRAMES: Readonly<Record<Frame["type"], Readonly<Record<string, Check>>>> = {
  hello: { epoch: text, server_time: number, stale_after: optional(number), lost_after: optional(number) },
  snapshot: { seq: count, columns },
  delta: { seq: count, columns, removed: keys },
  lag: { behind_s: number, cause },
  error: { reason: text },
  bye: { code: count, reason: text },
};

/** The fields of `subscribe`, the one frame that a client sends, beside `type`. */
export const SUBSCRIBE: readonly (keyof Subscribe)[] = ["bbox", "max_hz", "resume"];

const MAX_HZ = 50;

/**
 * Read a frame.
 *
 * @returns null for a type that this version does not know.
 * @throws {ProtocolError} for a message that is not as the protocol says.
 */
export function decode(message: string): Frame | null {
  const parsed = parse(message);
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    throw new ProtocolError("message", message, "must be a JSON object");
  }
  const fields = parsed as Record<string, unknown>;
  const type = text("type", fields["type"]);
  if (!Object.hasOwn(FRAMES, type)) return null;
  const frame: Record<string, unknown> = { type };
  for (const [field, check] of Object.entries(FRAMES[type as Frame["type"]])) frame[field] = check(field, fields[field]);
  return frame as unknown as Frame;
}

/**
 * Write a wish; its fields that are undefined or null are left out.
 *
 * @throws {ProtocolError} for a wish that the server would refuse.
 */
export function encode(wish: Subscribe): string {
  const { bbox, max_hz, resume } = wish;
  if (bbox) box(bbox);
  if (max_hz != null && !(max_hz > 0 && max_hz <= MAX_HZ)) {
    throw new ProtocolError("max_hz", max_hz, `must lie above 0 and be at most ${MAX_HZ}`);
  }
  if (resume) count("resume.seq", resume.seq);
  return JSON.stringify({
    type: "subscribe",
    ...(bbox ? { bbox } : {}),
    ...(max_hz != null ? { max_hz } : {}),
    ...(resume ? { resume: { epoch: resume.epoch, seq: resume.seq } } : {}),
  });
}

function parse(message: string): unknown {
  try {
    return JSON.parse(message);
  } catch {
    throw new ProtocolError("message", message, "must be JSON");
  }
}

function box(value: Box): void {
  value.forEach((degrees, i) => {
    const limit = i % 2 === 0 ? 180 : 90;
    if (!(Math.abs(degrees) <= limit)) {
      throw new ProtocolError(`bbox.${["west", "south", "east", "north"][i]}`, degrees, `-${limit} to ${limit} is allowed`);
    }
  });
  if (value[1] > value[3]) throw new ProtocolError("bbox.south", value[1], `must not lie above north, ${value[3]}`);
}

function text(field: string, value: unknown): string {
  if (typeof value !== "string") throw new ProtocolError(field, value, "must be text");
  return value;
}

function number(field: string, value: unknown): number {
  if (typeof value !== "number") throw new ProtocolError(field, value, "must be a number");
  return value;
}

function optional(check: Check): Check {
  return (field, value) => (value === undefined ? undefined : check(field, value));
}

function count(field: string, value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) {
    throw new ProtocolError(field, value, "must be an integer from 0");
  }
  return value as number;
}

function cause(field: string, value: unknown): "client" | "broker" {
  if (value !== "client" && value !== "broker") throw new ProtocolError(field, value, "must be client or broker");
  return value;
}

function keys(field: string, value: unknown): string[] {
  if (!Array.isArray(value)) throw new ProtocolError(field, value, "must be a list of keys");
  value.forEach((key, i) => text(`${field}[${i}]`, key));
  return value as string[];
}

function columns(field: string, value: unknown): Columns {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ProtocolError(field, value, "must be an object of lists");
  }
  const lists = value as Record<string, unknown>;
  const names = Object.keys(COLUMNS).filter((name) => lists[name] != null) as (keyof Columns)[];
  const rows = names.includes("key") ? keys(`${field}.key`, lists["key"]).length : 0;
  const known: Record<string, unknown> = {};
  for (const name of names) known[name] = column(`${field}.${name}`, lists[name], COLUMNS[name], rows);
  return known as Columns;
}

const TYPE_OF: Readonly<Record<Kind, string>> = { text: "string", number: "number", flag: "boolean" };

function column(field: string, value: unknown, kind: Kind, rows: number): unknown[] {
  if (!Array.isArray(value)) throw new ProtocolError(field, value, "must be a list");
  if (value.length !== rows) {
    throw new ProtocolError(`${field}.length`, value.length, `must be ${rows}, as many as there are keys`);
  }
  const type = TYPE_OF[kind];
  for (let i = 0; i < rows; i++) {
    const item: unknown = value[i];
    if (item !== null && typeof item !== type) throw new ProtocolError(`${field}[${i}]`, item, `must be a ${kind} or null`);
  }
  return value;
}

function shorten(value: unknown): string {
  const written = JSON.stringify(value) ?? String(value);
  return written.length > 60 ? `${written.slice(0, 57)}...` : written;
}
