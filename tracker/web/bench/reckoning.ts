/**
 * How far from its next report an aircraft is drawn: the Paris recording, played into a `Fleet` as if it came live.
 *
 *     node bench/run.mjs reckoning.ts
 *
 * Each report is told to the fleet as it came; then the fleet is asked where the aircraft will be 1, 5 and 10 s later
 * if nothing more is heard. The report of that moment is the truth, as far as the recording holds it: where its position
 * is the very one of the report before, though the aircraft flies, it is an old one with a new date. So the pairs are
 * counted by kind.
 */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { Fleet } from "../src/fleet";
import { distance } from "../src/reckon";

const RECORDING = new URL("../../../producer/data/paris_2021-10-07_1300-1330.csv.gz", import.meta.url);
const GAPS = [1, 5, 10]; // s
const KNOT = 1_852 / 3_600; // m/s
const FOOT = 0.3048; // m

interface Report {
  readonly key: string;
  readonly time: number;
  readonly lat: number;
  readonly lon: number;
  readonly velocity: number | null;
  readonly track: number | null;
  readonly altitude: number | null;
}

function read(): Map<string, Report[]> {
  const [head = "", ...lines] = gunzipSync(readFileSync(RECORDING)).toString("utf8").trim().split("\n");
  const names = head.split(",");
  const flights = new Map<string, Report[]>();
  for (const line of lines) {
    const cells = line.split(",");
    const cell = (name: string): string => cells[names.indexOf(name)] ?? "";
    const scaled = (name: string, unit: number): number | null => (cell(name) ? Number(cell(name)) * unit : null);
    const report = {
      key: cell("icao24"),
      time: Date.parse(cell("timestamp")) / 1_000,
      lat: Number(cell("latitude")),
      lon: Number(cell("longitude")),
      velocity: scaled("groundspeed", KNOT),
      track: scaled("track", 1),
      altitude: scaled("altitude", FOOT),
    };
    if (!flights.has(report.key)) flights.set(report.key, []);
    flights.get(report.key)!.push(report);
  }
  return flights;
}

function tell(fleet: Fleet, report: Report): void {
  const { key, time, lat, lon, velocity, track, altitude } = report;
  const columns = { key: [key], time: [time], lat: [lat], lon: [lon], velocity: [velocity], track: [track] };
  fleet.apply({ ...columns, altitude: [altitude], heard: [0] }, [], time);
}

/** Two reports of a flight, and how far from the later one the aircraft was drawn. */
interface Pair {
  readonly gap: number;
  /** Whether the position is that of the report before. */
  readonly lastRepeats: boolean;
  readonly nextRepeats: boolean;
  /** m */
  readonly error: number;
}

const KINDS: Readonly<Record<string, (pair: Pair) => boolean>> = {
  "all reports": () => true,
  "the next position is new": ({ nextRepeats }) => !nextRepeats,
  "both positions are new": ({ lastRepeats, nextRepeats }) => !lastRepeats && !nextRepeats,
  "the last position is a repeated one, the next is new": ({ lastRepeats, nextRepeats }) => lastRepeats && !nextRepeats,
};

function* pairs(flight: readonly Report[]): Iterable<Pair> {
  const fleet = new Fleet();
  for (const [i, last] of flight.entries()) {
    tell(fleet, last);
    if (last.velocity === null || last.track === null) continue; // drawn as a dot that does not move
    for (const gap of GAPS) {
      const then = after(flight, i, gap);
      const next = flight[then];
      if (next?.time !== last.time + gap) continue;
      const error = distance(fleet.place(last.key, next.time)!, next);
      yield { gap, lastRepeats: repeats(flight, i), nextRepeats: repeats(flight, then), error };
    }
  }
}

/** The index of the first report that is `gap` s or more later. */
function after(flight: readonly Report[], i: number, gap: number): number {
  let then = i + 1;
  while (then < flight.length && flight[then]!.time < flight[i]!.time + gap) then++;
  return then;
}

function repeats(flight: readonly Report[], i: number): boolean {
  const [before, report] = [flight[i - 1], flight[i]!];
  return before?.lat === report.lat && before.lon === report.lon && (report.velocity ?? 0) > 1;
}

function quantile(sorted: readonly number[], share: number): string {
  return (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN).toFixed(0).padStart(7);
}

function main(): void {
  const flights = [...read().values()];
  const found = flights.flatMap((flight) => [...pairs(flight)]);
  const repeated = flights.flatMap((flight) => flight.filter((_, i) => repeats(flight, i))).length;
  console.log(`${flights.flat().length} reports of ${flights.length} aircraft`);
  console.log(`${repeated} of them repeat the position before them in flight`);
  for (const [kind, counts] of Object.entries(KINDS)) {
    console.log(`\n${kind}\ngap, s   reports    p50, m  p95, m  p99, m  max, m`);
    for (const gap of GAPS) {
      const sorted = found.filter((pair) => pair.gap === gap && counts(pair)).map(({ error }) => error);
      sorted.sort((a, b) => a - b);
      const row = [0.5, 0.95, 0.99, 1].map((share) => quantile(sorted, share)).join(" ");
      console.log(`${String(gap).padStart(6)} ${String(sorted.length).padStart(9)}   ${row}`);
    }
  }
}

main();
