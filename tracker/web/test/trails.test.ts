import { expect, test } from "vitest";
import { Fleet, type Aircraft } from "../src/fleet";
import { Trail, Trails, type TrailPoint } from "../src/trails";

function aircraft(lat: number, lon: number, time: number | null, altitude: number | null = 3_000): Aircraft {
  const fleet = new Fleet();
  fleet.apply({ key: ["a"], lat: [lat], lon: [lon], time: [time], altitude: [altitude] }, [], 0);
  return fleet.get("a")!;
}

function point(lat: number, lon: number, time: number): TrailPoint {
  return { lat, lon, time, altitude: 3_000 };
}

function lons(trail: Trail): number[] {
  return trail.bends.map(({ report }) => report.lon);
}

test("a position that is repeated is no new bend", () => {
  const trail = new Trail();
  trail.add(aircraft(50, 8, 1));
  trail.add(aircraft(50, 8, 2));
  trail.add(aircraft(50, 8.001, 3));
  expect(lons(trail)).toEqual([8, 8.001]);
});

test("across the antimeridian it goes on in one piece, both ways", () => {
  const trail = new Trail();
  for (const [i, lon] of [179.9, -179.9, -179.7, 179.8].entries()) trail.add(aircraft(0, lon, i * 120));
  const xs = trail.bends.map(({ x }) => x);
  for (let i = 1; i < xs.length; i++) expect(Math.abs(xs[i]! - xs[i - 1]!)).toBeLessThan(0.002);
  expect(trail.bends.some(({ gap }) => gap)).toBe(false);
});

test("an implausible jump begins a new segment; a long gap in time does not", () => {
  const trail = new Trail();
  trail.add(aircraft(50, 8, 0));
  trail.add(aircraft(50, 8.5, 10)); // 36 km in 10 s
  trail.add(aircraft(50, 9, 200));
  expect(trail.bends.map(({ gap }) => gap)).toEqual([false, true, false]);
});

test("the colour of each bend is that of its altitude", () => {
  const trail = new Trail();
  trail.add(aircraft(50, 8, 0, 100));
  trail.add(aircraft(50, 8.001, 1, 12_500));
  expect(trail.bends.map(({ colour }) => colour)).toEqual([0, 9]);
});

test("what the server knows comes first; newer positions that came in meanwhile stay", () => {
  const trail = new Trail();
  trail.add(aircraft(50, 8.03, 30));
  trail.add(aircraft(50, 8.04, 40));
  trail.begin([point(50, 8.01, 10), point(50, 8.02, 20), point(50, 8.035, 35)]);
  expect(lons(trail)).toEqual([8.01, 8.02, 8.035, 8.04]);
  trail.begin([]);
  expect(lons(trail)).toEqual([8.01, 8.02, 8.035, 8.04]);
});

test("it is bounded: the oldest positions go first", () => {
  const trail = new Trail();
  for (let i = 0; i < 20_000; i++) trail.add(aircraft(50, i / 1_000, i));
  expect(trail.bends.length).toBeLessThanOrEqual(8_000);
  expect(lons(trail).at(-1)).toBe(19.999);
});

test("trails of those that are no longer marked are forgotten", () => {
  const trails = new Trails();
  trails.record(aircraft(50, 8, 0));
  trails.begin("b", [point(1, 1, 1)]);
  trails.keep(new Set(["b"]));
  expect(trails.get("a")).toBeUndefined();
  expect(trails.get("b")?.bends).toHaveLength(1);
});
