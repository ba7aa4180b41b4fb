import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { COLUMNS, decode, encode, FRAMES, SUBSCRIBE, ProtocolError, type Delta, type Subscribe } from "../src/protocol";

type Message = { type: string; columns?: object } & Record<string, unknown>;

/** What Python's tests hold the server to. */
const golden = JSON.parse(
  readFileSync(new URL("../../../tests/tracker/stream/protocol_golden.json", import.meta.url), "utf8"),
) as Message[];
const sent = golden.filter(({ type }) => type !== "subscribe");
const asked = golden.filter(({ type }) => type === "subscribe");

function fieldsOf(messages: readonly Message[]): Set<string> {
  return new Set(messages.flatMap((message) => Object.keys(message)).filter((field) => field !== "type"));
}

describe("the golden file", () => {
  test.each(sent)("the server's frame is read as it was written: $type", (message) => {
    expect(decode(JSON.stringify(message))).toEqual(message);
  });

  test.each(asked)("a wish is written as the server reads it", ({ type: _, ...wish }) => {
    expect(JSON.parse(encode(wish as Subscribe))).toEqual({ type: "subscribe", ...wish });
  });

  test("each type of frame is named here, and no other", () => {
    expect(new Set(Object.keys(FRAMES))).toEqual(new Set(sent.map(({ type }) => type)));
  });

  test.each(Object.keys(FRAMES))("each field of %s is named here, and no other", (type) => {
    const fields = Object.keys(FRAMES[type as keyof typeof FRAMES]);
    expect(new Set(fields)).toEqual(fieldsOf(sent.filter((message) => message.type === type)));
  });

  test("each field of subscribe is named here, and no other", () => {
    expect(new Set<string>(SUBSCRIBE)).toEqual(fieldsOf(asked));
  });

  test("each column is named here, and no other", () => {
    expect(new Set(Object.keys(COLUMNS))).toEqual(new Set(sent.flatMap(({ columns }) => Object.keys(columns ?? {}))));
  });
});

function delta(columns: unknown, removed: unknown = []): string {
  return JSON.stringify({ type: "delta", seq: 1, columns, removed });
}

describe("what a later server may add is skipped", () => {
  test("a type of frame that is not known is no frame", () => {
    expect(decode('{"type":"weather","wind":3}')).toBeNull();
    expect(decode('{"type":"subscribe"}')).toBeNull();
    expect(decode('{"type":"constructor"}')).toBeNull();
  });

  test("fields and columns that are not known are left out", () => {
    const frame = decode('{"type":"bye","code":1001,"reason":"the server stops","mood":"sad"}');
    expect(frame).toEqual({ type: "bye", code: 1001, reason: "the server stops" });
    expect((decode(delta({ key: ["a"], wind: [1] })) as Delta).columns).toEqual({ key: ["a"] });
  });

  test("a column of nulls and one that is null are values not known", () => {
    const frame = decode(delta({ key: ["a", "b"], velocity: [null, null], heard: [null, 1], squawk: null })) as Delta;
    expect(frame.columns).toEqual({ key: ["a", "b"], velocity: [null, null], heard: [null, 1] });
  });
});

describe("what is not as the protocol says is refused by name, value and limit", () => {
  test.each([
    ["hello", "message = \"hello\": must be JSON"],
    ["[]", 'message = "[]": must be a JSON object'],
    ["{}", "type = undefined: must be text"],
    ['{"type":"hello","epoch":7,"server_time":1}', "epoch = 7: must be text"],
    ['{"type":"hello","epoch":"x"}', "server_time = undefined: must be a number"],
    ['{"type":"snapshot","seq":-1,"columns":{}}', "seq = -1: must be an integer from 0"],
    ['{"type":"snapshot","seq":1.5,"columns":{}}', "seq = 1.5: must be an integer from 0"],
    ['{"type":"snapshot","seq":1,"columns":[]}', "columns = []: must be an object of lists"],
    ['{"type":"lag","behind_s":1,"cause":"weather"}', 'cause = "weather": must be client or broker'],
    [delta({ key: "a" }), 'columns.key = "a": must be a list of keys'],
    [delta({ key: [null] }), "columns.key[0] = null: must be text"],
    [delta({ key: ["a"], lat: [1, 2] }), "columns.lat.length = 2: must be 1, as many as there are keys"],
    [delta({ lat: [1] }), "columns.lat.length = 1: must be 0, as many as there are keys"],
    [delta({ key: ["a"], lat: ["48.9"] }), 'columns.lat[0] = "48.9": must be a number or null'],
    [delta({ key: ["a"], on_ground: [1] }), "columns.on_ground[0] = 1: must be a flag or null"],
    [delta({}, [1]), "removed[0] = 1: must be text"],
    [delta({}, null), "removed = null: must be a list of keys"],
  ])("%s", (message, reason) => {
    expect(() => decode(message)).toThrow(new ProtocolError(...split(reason)));
  });

  test.each<[Subscribe, string]>([
    [{ bbox: [-181, 0, 0, 1] }, "bbox.west = -181: -180 to 180 is allowed"],
    [{ bbox: [0, 0, 0, 91] }, "bbox.north = 91: -90 to 90 is allowed"],
    [{ bbox: [0, 2, 0, 1] }, "bbox.south = 2: must not lie above north, 1"],
    [{ bbox: [NaN, 0, 0, 1] }, "bbox.west = null: -180 to 180 is allowed"],
    [{ max_hz: 0 }, "max_hz = 0: must lie above 0 and be at most 50"],
    [{ max_hz: 51 }, "max_hz = 51: must lie above 0 and be at most 50"],
    [{ resume: { epoch: "x", seq: -1 } }, "resume.seq = -1: must be an integer from 0"],
  ])("a wish that the server would refuse: %j", (wish, reason) => {
    expect(() => encode(wish)).toThrow(reason);
  });

  test("a long value is shown in part", () => {
    expect(() => decode("x".repeat(1_000_000))).toThrow(/^message = "x{56}\.\.\.: must be JSON$/);
  });
});

/** The three parts of a reason. */
function split(reason: string): [string, unknown, string] {
  const [, field = "", value = "", allowed = ""] = /^(.*?) = (.*): (.*)$/.exec(reason) ?? [];
  return [field, value === "undefined" ? undefined : JSON.parse(value), allowed];
}

test("a wish for the whole world as often as there is news has no field", () => {
  expect(encode({})).toBe('{"type":"subscribe"}');
  expect(encode({ bbox: null, max_hz: null, resume: null })).toBe('{"type":"subscribe"}');
});
