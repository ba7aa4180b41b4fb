import { expect, test } from "vitest";
import { captionOf } from "../src/labels";
import { aircraft } from "./aircraft";

const jet = aircraft({ callsign: "DLH4AB", typecode: "A20N" });
const truck = aircraft({ key: "id:TRUCK-7", kind: "vehicle" });

test("beside an object stands its name, and what it is where it is marked", () => {
  expect([jet, truck].map((one) => captionOf(one, false, false))).toEqual(["DLH4AB", "TRUCK-7"]);
  expect([jet, truck].map((one) => captionOf(one, true, false))).toEqual(["DLH4AB A20N", "TRUCK-7 vehicle"]);
  expect(captionOf(aircraft({ callsign: "X" }), true, false)).toBe("X");
});

test("an emergency is written with its code and in words", () => {
  expect(captionOf({ ...jet, squawk: "7700" }, false, false)).toBe("DLH4AB 7700 emergency");
  expect(captionOf({ ...jet, squawk: "1000" }, false, false)).toBe("DLH4AB");
});

test("two under one key are told as what they are", () => {
  expect(captionOf(jet, false, true)).toBe("DLH4AB (two aircraft?)");
  expect(captionOf(truck, false, true)).toBe("TRUCK-7 (two objects?)");
});
