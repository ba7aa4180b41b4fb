import { expect, test } from "vitest";
import { Fleet } from "../src/fleet";
import { FleetLooks } from "../src/looks";
import { look, ROUND } from "../src/sprites";
import { GROUND, UNKNOWN } from "../src/symbols";

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
