import { expect, test } from "vitest";
import { facts } from "../src/page/facts";
import { MEASURES } from "../src/page/units";
import type { Aircraft } from "../src/fleet";
import { aircraft } from "./aircraft";

const TODAY = new Date("2026-01-01T12:00:00Z");

function told(part: Partial<Aircraft>): Record<string, string> {
  return Object.fromEntries(facts(aircraft(part), MEASURES.aviation, 0, TODAY).map(({ name, value }) => [name, value]));
}

test("of an aircraft it is told what is not known, but for its description", () => {
  expect(told({ icao24: "3c6514" })).toEqual({
    Address: "3c6514",
    Squawk: "not known",
    "Barometric altitude": "not known",
    "Geometric altitude": "not known",
    "Ground speed": "not known",
    "Vertical rate": "not known",
    Track: "not known",
    "On the ground": "not known",
    Position: "48.9000° N, 2.4000° E",
    Reported: "not known",
    "Last heard": "now",
  });
});

test("codes are told in words", () => {
  const jet = { typecode: "A388", registration: "A6-EDA", category: "A5", position_source: "mlat", squawk: "7600" } as const;
  expect(told(jet)).toMatchObject({
    Registration: "A6-EDA",
    Type: "A388",
    Category: "A5 heavy",
    "Position by": "multilateration",
    Squawk: "7600: radio failure",
  });
  const alarming = facts(aircraft(jet), MEASURES.aviation, 0, TODAY).filter((fact) => fact.alarming);
  expect(alarming.map(({ name }) => name)).toEqual(["Squawk"]);
});

test("of a truck only what is known is told, and nothing that only aircraft have", () => {
  expect(told({ key: "id:TRUCK-7", kind: "vehicle", velocity: 10, on_ground: true })).toEqual({
    Kind: "vehicle",
    Id: "TRUCK-7",
    "Ground speed": "19 kt",
    Position: "48.9000° N, 2.4000° E",
    "Last heard": "now",
  });
});
