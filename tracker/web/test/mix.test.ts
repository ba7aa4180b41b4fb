import { expect, test } from "vitest";
import { explained, mixOf, NONE, nounOf, sameMix } from "../src/page/mix";
import { AIRLINER, HEAVY, VESSEL } from "../src/shapes";
import { aircraft } from "./aircraft";

test("of aircraft of which nothing more is known there is nothing to choose and nothing to explain", () => {
  const mix = mixOf([aircraft(), aircraft({ category: "A3" })]);
  expect(mix).toEqual({ ...NONE, kinds: ["aircraft"], sources: [null], shapes: [AIRLINER] });
  expect([nounOf(mix), explained(mix)]).toEqual(["flights", []]);
});

test("what differs is told in an order that does not depend on theirs", () => {
  const objects = [
    aircraft({ kind: "vessel", position_source: "other" }),
    aircraft({ category: "A5", typecode: "A388", registration: "A6-EDA", position_source: "adsb" }),
  ];
  const mix = mixOf(objects);
  expect(mix).toEqual({
    kinds: ["aircraft", "vessel"],
    sources: ["adsb", "other"],
    shapes: [HEAVY, VESSEL],
    typed: true,
    typesDiffer: true,
    registered: true,
  });
  expect(sameMix(mix, mixOf(objects.reverse()))).toBe(true);
  expect([nounOf(mix), explained(mix)]).toEqual(["objects", [HEAVY, VESSEL]]);
});

test("a type that all have is shown, and makes no difference", () => {
  const same = mixOf([aircraft({ typecode: "A320" }), aircraft({ typecode: "A320" })]);
  expect(same).toMatchObject({ typed: true, typesDiffer: false });
  expect(mixOf([aircraft({ typecode: "A320" }), aircraft()])).toMatchObject({ typed: true, typesDiffer: true });
});
