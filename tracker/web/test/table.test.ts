import { describe, expect, test } from "vitest";
import { mixOf } from "../src/page/mix";
import { cell, columnsOf, heading, ordered, pressed, type Sort } from "../src/page/table";
import { MEASURES } from "../src/page/units";
import { aircraft } from "./aircraft";

const fleet = [
  aircraft({ key: "a", callsign: "BAW1", altitude: 9000, velocity: 200 }),
  aircraft({ key: "b", callsign: "AFR1", altitude: null, velocity: 100 }),
  aircraft({ key: "c", callsign: null, altitude: 300, on_ground: false }),
  aircraft({ key: "d", callsign: "CSA1", altitude: 500, on_ground: true }),
];
const keys = (sort: Sort) => ordered(fleet, sort, () => 0).map(({ key }) => key).join("");

describe("table", () => {
  test("rows are ordered either way", () => {
    expect(keys({ by: "callsign", descending: false })).toBe("badc");
    expect(keys({ by: "callsign", descending: true })).toBe("dabc");
  });

  test("what is not known comes last either way", () => {
    expect(keys({ by: "speed", descending: false })).toBe("bacd");
    expect(keys({ by: "speed", descending: true })).toBe("abcd");
  });

  test("on the ground is below everything that flies", () => {
    expect(keys({ by: "altitude", descending: false })).toBe("dcab");
  });

  test("equal rows keep their order from one second to the next", () => {
    const same = ["k", "a", "z"].map((key) => aircraft({ key, velocity: 5 }));
    const sort: Sort = { by: "speed", descending: true };
    expect(ordered(same, sort, () => 0).map(({ key }) => key)).toEqual(["a", "k", "z"]);
    expect(ordered([...same].reverse(), sort, () => 0).map(({ key }) => key)).toEqual(["a", "k", "z"]);
  });

  test("rows of an age that looks the same are ordered by key, and do not swap with tenths", () => {
    const rows = ["c", "a", "b"].map((key) => aircraft({ key }));
    const ages: Record<string, number> = { a: 1.4, b: 0.2, c: 0.9 };
    expect(ordered(rows, { by: "age", descending: false }, ({ key }) => ages[key]!).map(({ key }) => key)).toEqual(
      ["a", "b", "c"],
    ); // prettier-ignore
  });

  test("ages are those of the clock that is given", () => {
    const rows = [aircraft({ key: "old", heardAt: 1 }), aircraft({ key: "new", heardAt: 8 })];
    const age = ({ heardAt }: { heardAt: number }) => 10 - heardAt;
    expect(ordered(rows, { by: "age", descending: false }, age).map(({ key }) => key)).toEqual(["new", "old"]);
  });

  test("the list that was given keeps its order", () => {
    const before = [...fleet];
    ordered(fleet, { by: "callsign", descending: false }, () => 0);
    expect(fleet).toEqual(before);
  });

  test("a heading pressed again turns the order; numbers begin with the highest, names with the first", () => {
    expect(pressed({ by: "callsign", descending: false }, "altitude")).toEqual({ by: "altitude", descending: true });
    expect(pressed({ by: "altitude", descending: true }, "altitude")).toEqual({ by: "altitude", descending: false });
    expect(pressed({ by: "altitude", descending: true }, "callsign")).toEqual({ by: "callsign", descending: false });
  });

  test("columns in which nobody has anything are left out", () => {
    const bare = ["callsign", "address", "altitude", "speed", "rate", "track", "age"];
    expect(columnsOf(mixOf([aircraft()]))).toEqual(bare);
    expect(columnsOf(mixOf([aircraft({ typecode: "A320" })]))).toEqual([...bare.slice(0, 2), "type", ...bare.slice(2)]);
    expect(columnsOf(mixOf([aircraft({ registration: "D-AINA" })]))).toContain("registration");
  });

  test("what is no aircraft stands with its id where aircraft have their callsigns, and is sorted by it", () => {
    const truck = aircraft({ key: "id:CAB 7", kind: "vehicle", registration: "HH 1" });
    expect(cell("callsign", truck, 0, MEASURES.aviation)).toBe("CAB 7");
    expect(cell("callsign", aircraft({ registration: "D-AINA" }), 0, MEASURES.aviation)).toBe("");
    const rows = ordered([...fleet, truck], { by: "callsign", descending: false }, () => 0);
    expect(rows.map(({ key }) => key)).toEqual(["b", "a", "id:CAB 7", "d", "c"]);
    expect([false, true].map((mixed) => heading("callsign", MEASURES.aviation, mixed).title)).toEqual(["Callsign", "Name"]);
  });

  test("an aircraft on the ground shows no altitude", () => {
    expect(cell("altitude", aircraft({ altitude: 118, on_ground: true }), 0, MEASURES.aviation)).toBe("ground");
    expect(cell("altitude", aircraft({ altitude: 3048 }), 0, MEASURES.aviation)).toBe("10,000");
  });
});
