import { afterEach, expect, test, vi } from "vitest";
import { elsewhere, questions } from "../src/page/elsewhere";
import { EVERYTHING } from "../src/page/filters";

afterEach(() => void vi.unstubAllGlobals());

test("the server is asked for the beginning of a callsign, in capitals and without blanks", () => {
  expect(questions(" afr 12 ", false)).toEqual(["api/flights?callsign=AFR12"]);
  expect(questions("a&b=c", false)).toEqual(["api/flights?callsign=A%26B%3DC"]);
});

test("what could be an address is asked for as one, too", () => {
  expect(questions("3C6514", false)).toEqual(["api/flights?callsign=3C6514", "api/flights?icao24=3c6514"]);
  expect(questions("~00f00d", false)[1]).toBe("api/flights?icao24=~00f00d");
});

test("a callsign is never asked for with more than the server takes", () => {
  expect(questions("A".repeat(40), false)).toEqual([`api/flights?callsign=${"A".repeat(16)}`]);
});

test("nothing is asked for without a search", () => {
  expect(questions("  ", true)).toEqual([]);
});

test("where there are other objects than aircraft, an id is asked for as it was typed", () => {
  expect(questions(" Truck 7/b ", true)).toEqual(["api/flights?callsign=TRUCK7%2FB", "api/flights/id%3ATruck%207%2Fb"]);
});

/** Answers of a server, by what it is asked for; 404 for all else. */
function serve(answers: Record<string, object>): void {
  vi.stubGlobal("fetch", async (question: string) => {
    const answer = answers[question];
    return new Response(JSON.stringify(answer ?? {}), { status: answer === undefined ? 404 : 200 });
  });
}

const TRUCK = { key: "id:T1", kind: "vehicle", callsign: "T1", lat: 48, lon: 2, altitude: null, heard: 1 };

test("what is found twice is told once, and as the filters want it", async () => {
  serve({ "api/flights?callsign=T1": { flights: [TRUCK, { ...TRUCK, key: "cs:T1", kind: "aircraft" }] }, "api/flights/id%3AT1": TRUCK });
  const find = async (filters = {}) => {
    const found = await elsewhere("T1", { ...EVERYTHING, ...filters }, true, new AbortController().signal);
    return found.map(({ key }) => key);
  };
  expect(await find()).toEqual(["id:T1", "cs:T1"]);
  expect(await find({ kind: "vehicle" })).toEqual(["id:T1"]);
  expect(await find({ altitude: [0, null] })).toEqual([]);
});

test("what an older server does not tell of an aircraft is not known", async () => {
  serve({ "api/flights?callsign=T1": { flights: [{ key: "3c6514", lat: 48, lon: 2, heard: 1 }] } });
  const [found] = await elsewhere("T1", EVERYTHING, false, new AbortController().signal);
  expect(found).toMatchObject({ kind: "aircraft", position_source: null, typecode: null, heardAt: -1 });
});
