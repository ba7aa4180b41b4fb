import { describe, expect, test } from "vitest";
import { active, EVERYTHING, parseAirline, parseType, wanted, type Filters } from "../src/page/filters";
import { aircraft } from "./aircraft";

function passes(part: Partial<Filters>, search = "") {
  return wanted({ ...EVERYTHING, ...part }, search) ?? (() => true);
}

describe("filters", () => {
  test("without filters and search nothing is asked of an aircraft", () => {
    expect(wanted(EVERYTHING, "  ")).toBeNull();
  });

  test("a band holds its own limits", () => {
    const within = passes({ altitude: [3000, 9000] });
    expect([2999, 3000, 9000, 9001].map((altitude) => within(aircraft({ altitude })))).toEqual([false, true, true, false]);
  });

  test("a band may be open on either side", () => {
    expect(passes({ speed: [null, 100] })(aircraft({ velocity: 0 }))).toBe(true);
    expect(passes({ speed: [100, null] })(aircraft({ velocity: 99 }))).toBe(false);
  });

  test("a value that is not known lies in no band", () => {
    expect(passes({ altitude: [null, 9000] })(aircraft({ altitude: null }))).toBe(false);
    expect(passes({ speed: [0, null] })(aircraft({ velocity: null }))).toBe(false);
  });

  test("an airline is how callsigns begin", () => {
    const french = passes({ airline: "AFR" });
    expect(french(aircraft({ callsign: "AFR12" }))).toBe(true);
    expect(french(aircraft({ callsign: "XAFR1" }))).toBe(false);
    expect(french(aircraft({ callsign: null }))).toBe(false);
  });

  test("who does not say that it is on the ground counts as in the air", () => {
    const [air, ground] = [passes({ surface: "air" }), passes({ surface: "ground" })];
    expect([true, false, null].map((on_ground) => air(aircraft({ on_ground })))).toEqual([false, true, true]);
    expect([true, false, null].map((on_ground) => ground(aircraft({ on_ground })))).toEqual([true, false, false]);
  });

  test("what is no aircraft counts as on the ground, unless it says that it flies", () => {
    const [air, ground] = [passes({ surface: "air" }), passes({ surface: "ground" })];
    const trucks = [null, true, false].map((on_ground) => aircraft({ kind: "vehicle", on_ground }));
    expect(trucks.map(air)).toEqual([false, false, true]);
    expect(trucks.map(ground)).toEqual([true, true, false]);
  });

  test("a type is how designators begin; kind and source are one of their names", () => {
    const [jet, truck] = [aircraft({ typecode: "A320", position_source: "mlat" }), aircraft({ kind: "vehicle" })];
    expect(["", "A", "A32", "A320", "A321", "320"].map((type) => passes({ type })(jet))).toEqual(
      [true, true, true, true, false, false],
    ); // prettier-ignore
    expect(passes({ type: "A" })(truck)).toBe(false);
    expect([jet, truck].map(passes({ kind: "vehicle" }))).toEqual([false, true]);
    expect([jet, truck].map(passes({ source: "mlat" }))).toEqual([true, false]);
  });

  test("a search finds any part of an id, and its mark is no part of it", () => {
    const found = (search: string) => passes({}, search)(aircraft({ key: "id:Truck 7", callsign: null }));
    expect(["truck7", "uck", "k 7"].map(found)).toEqual([true, true, true]);
    expect(["id:", "id:truck"].map(found)).toEqual([false, false]);
  });

  test.each([["a320", "A320"], [" b7 ", "B7"], ["", ""]])("a type may be typed as %j", (typed, prefix) => {
    expect(parseType(typed)).toEqual({ prefix });
  }); // prettier-ignore

  test.each(["A320neo", "A-3", "Airbus A320"])("%j is refused as a type, and says what is needed", (typed) => {
    const { problem } = parseType(typed) as { problem: string };
    expect(problem).toBe(`“${typed}” is not an ICAO type designator: it has two to four letters and digits, as in A320.`);
  });

  test("a search finds part of a callsign or the beginning of an address, whatever its case and blanks", () => {
    const found = (search: string) => passes({}, search)(aircraft({ key: "3c6514", callsign: "DLH4AB" }));
    expect(["h4a", " dlh 4", "3C65", "3c6514"].map(found)).toEqual([true, true, true, true]);
    expect(["6514", "XYZ"].map(found)).toEqual([false, false]);
    expect(passes({}, "N 1")(aircraft({ callsign: "N 123" }))).toBe(true);
  });

  test("the number of active filters counts a band once", () => {
    expect(active(EVERYTHING)).toBe(0);
    const four = { ...EVERYTHING, altitude: [1, 2], speed: [null, 3], airline: "A", surface: "ground" } as const;
    expect(active(four)).toBe(4);
    expect(active({ ...four, kind: "vessel", type: "A", source: "mlat" })).toBe(7);
  });

  test.each([["afr", "AFR"], [" Dlh ", "DLH"], ["l", "L"], ["AFR12a", "AFR12A"], ["U2 34", "U234"], ["", ""]])(
    "an airline may be typed as %j: callsigns that begin with %j",
    (typed, prefix) => expect(parseAirline(typed)).toEqual({ prefix }),
  ); // prettier-ignore

  test.each(["Air France", "AIRF", "lufthansa", "3K", "TEST-1", "AF*"])("%j is refused as an airline, and says what is needed", (typed) => {
    const { problem } = parseAirline(typed) as { problem: string };
    expect(problem).toBe(`“${typed}” is not an ICAO airline designator: type its three letters, as in AFR for Air France.`);
  });
});
