import { expect, test } from "vitest";
import { Fleet } from "../src/fleet";
import { FleetLooks } from "../src/looks";
import { CONTAINER, HEAVY, VESSEL } from "../src/shapes";
import { look, ROUND } from "../src/sprites";
import { GROUND, NO_AIRCRAFT, UNKNOWN } from "../src/symbols";

const NOW = 100;

function fleetOf(count: number, fleet = new Fleet()): Fleet {
  const key = Array.from({ length: count }, (_, i) => `key ${i}`);
  fleet.apply({ key, lat: key.map(() => 1), lon: key.map(() => 2) }, [], NOW);
  return fleet;
}

test("each slot has the colour of its altitude and the turn of its track", () => {
  const fleet = new Fleet();
  fleet.apply(
    { key: ["a", "b"], lat: [1, 1], lon: [2, 2], altitude: [null, 0], track: [90, null], on_ground: [null, true] },
    [],
    NOW,
  );
  const looks = new FleetLooks();
  looks.refresh(fleet, null);
  expect([...looks.look.slice(0, 2)]).toEqual([look(UNKNOWN, 18), look(GROUND, ROUND)]);
  expect([...looks.staleAt.slice(0, 2)]).toEqual([NOW + 15, NOW + 15]);
  expect(looks.end).toBe(NOW + 15);
});

test("the shape is that of kind and category, and a container is not turned", () => {
  const fleet = new Fleet();
  const key = ["a", "b", "c"];
  fleet.apply({ key, lat: [1, 1, 1], lon: [2, 2, 2], altitude: [0, 900, 0], track: [90, 90, 90], on_ground: [true, false, true],
    kind: [null, "vessel", "container"], category: ["A5", null, null] }, [], NOW); // prettier-ignore
  const looks = new FleetLooks();
  looks.refresh(fleet, null);
  expect([...looks.look.slice(0, 3)]).toEqual([
    look(GROUND, 18, HEAVY),
    look(NO_AIRCRAFT, 18, VESSEL),
    look(NO_AIRCRAFT, ROUND, CONTAINER),
  ]);
});

test("emergencies are told, of those that are shown", () => {
  const fleet = new Fleet();
  fleet.apply({ key: ["a", "b", "c"], lat: [1, 1, 1], lon: [2, 2, 2], squawk: ["7700", "7000", "7600"] }, [], NOW);
  const looks = new FleetLooks();
  looks.refresh(fleet, ({ key }) => key !== "c");
  expect([...looks.alarmed]).toEqual([0]);
  fleet.apply({ key: ["a"], lat: [1], lon: [2], squawk: ["1000"] }, [], NOW);
  looks.refresh(fleet, null);
  expect([...looks.alarmed]).toEqual([2]);
});

test("those that are not wanted are hidden", () => {
  const looks = new FleetLooks();
  looks.refresh(fleetOf(3), ({ key }) => key === "key 1");
  expect([...looks.look.slice(0, 3)].map((is) => is < 0)).toEqual([true, false, true]);
});

test("nothing is done twice for the same fleet, unless others are wanted", () => {
  const fleet = fleetOf(1);
  const looks = new FleetLooks();
  looks.refresh(fleet, null);
  looks.refresh(fleet, () => false);
  expect(looks.look[0]).toBeGreaterThanOrEqual(0);
  looks.forget();
  looks.refresh(fleet, () => false);
  expect(looks.look[0]).toBeLessThan(0);
});

test("while nothing is heard, all are stale", () => {
  const fleet = fleetOf(2);
  fleet.silence(NOW);
  const looks = new FleetLooks();
  looks.refresh(fleet, null);
  expect([...looks.staleAt.slice(0, 2)]).toEqual([-Infinity, -Infinity]);
});

test("a fleet that grows finds room", () => {
  const looks = new FleetLooks();
  const fleet = fleetOf(1);
  looks.refresh(fleet, null);
  looks.refresh(fleetOf(500, fleet), null);
  expect([looks.look.length, looks.staleAt.length].every((size) => size >= 500)).toBe(true);
  expect(looks.look[499]).toBe(look(UNKNOWN, ROUND));
});
