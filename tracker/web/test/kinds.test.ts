import { expect, test } from "vitest";
import { categoryName, idOf, kindOf, nameOf, sourceOf } from "../src/kinds";
import { aircraft } from "./aircraft";

test("what does not say what it is is an aircraft, and a kind of a later server is another one", () => {
  expect([null, undefined, "vessel", "submarine"].map(kindOf)).toEqual(["aircraft", "aircraft", "vessel", "other"]);
  expect([null, undefined, "mlat", "gps"].map(sourceOf)).toEqual([null, null, "mlat", "other"]);
});

test("a category is told with what it means; one that is reserved, as it is", () => {
  expect(["A5", "C2", "D3", "A0"].map(categoryName)).toEqual(["A5 heavy", "C2 service vehicle", "D3", "A0"]);
});

test("an aircraft is called by its callsign, registration or key", () => {
  const known = { key: "3c6514", callsign: "DLH4AB", registration: "D-AINA" };
  expect(nameOf(aircraft(known))).toBe("DLH4AB");
  expect(nameOf(aircraft({ ...known, callsign: null }))).toBe("D-AINA");
  expect(nameOf(aircraft({ key: "3c6514" }))).toBe("3c6514");
});

test("anything else is called by its id, without the mark of the key", () => {
  const ship = aircraft({ key: "id:211", kind: "vessel", callsign: "DABC", registration: "R1" });
  expect([idOf(ship), nameOf(ship)]).toEqual(["211", "211"]);
  expect(nameOf({ ...ship, key: "3c6514" })).toBe("DABC");
  expect(idOf({ key: "cs:id:7" })).toBeNull();
});
