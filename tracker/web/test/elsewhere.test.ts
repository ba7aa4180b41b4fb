import { expect, test } from "vitest";
import { questions } from "../src/page/elsewhere";

test("the server is asked for the beginning of a callsign, in capitals and without blanks", () => {
  expect(questions(" afr 12 ")).toEqual(["api/flights?callsign=AFR12"]);
  expect(questions("a&b=c")).toEqual(["api/flights?callsign=A%26B%3DC"]);
});

test("what could be an address is asked for as one, too", () => {
  expect(questions("3C6514")).toEqual(["api/flights?callsign=3C6514", "api/flights?icao24=3c6514"]);
  expect(questions("~00f00d")[1]).toBe("api/flights?icao24=~00f00d");
});

test("a callsign is never asked for with more than the server takes", () => {
  expect(questions("A".repeat(40))).toEqual([`api/flights?callsign=${"A".repeat(16)}`]);
});

test("nothing is asked for without a search", () => {
  expect(questions("  ")).toEqual([]);
});
