import { expect, test } from "vitest";
import { emergency } from "../src/squawks";

const of = (squawk: string | null, kind = "aircraft" as const) => emergency({ kind, squawk })?.meaning ?? null;

test("three codes of an aircraft say something by themselves", () => {
  expect(["7500", "7600", "7700"].map((code) => of(code))).toEqual(["unlawful interference", "radio failure", "emergency"]);
  expect(["7000", "7501", "0770", "77000", null].map((code) => of(code))).toEqual([null, null, null, null, null]);
});

test("what is no aircraft has no transponder that could say it", () => {
  expect(emergency({ kind: "vehicle", squawk: "7700" })).toBeNull();
});
