/**
 * How far from its next report an aircraft is drawn: the Paris recording, played into a `Fleet` as if it came live.
 *
 *     node bench/run.mjs reckoning.ts
 *
 * For each aircraft and each gap: the fleet is given a report, hears nothing for 1, 5 or 10 s, and is asked for the
 * place at the moment of the report that follows. That one is the truth, as far as the recording holds it: a position
 * that is repeated unchanged by an aircraft in flight is an old one with a new date, and is counted apart.
 */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { Fleet } from "../src/fleet";
import { distance } from "../src/reckon";

const RECORDING = new URL("../../../producer/data/paris_2021-10-07_1300-1330.csv.gz", import.meta.url);
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

/** Whether a pair of reports, the last one told and the next one, is looked at. */
type Counts = (flight: readonly Report[], last: number, next: number) => boolean;

const KINDS: Readonly<Record<string, Counts>> = {
  "all reports": () => true,
  "the next position is new": (flight, _, next) => !repeats(flight, next),
  "both positions are new": (flight, last, next) => !repeats(flight, next) && !repeats(flight, last),
};

/** m from each report to where its aircraft was drawn then; the reports between it and the one `gap` s before are kept back. */
function errors(flight: readonly Report[], gap: number, counts: Counts): number[] {
  const found: number[] = [];
  for (let i = 1; i < flight.length; i++) {
    const last = flight[i]!;
    const next = flight.slice(i + 1).find(({ time }) => time >= last.time + gap);
    if (!next || next.time !== last.time + gap) continue;
    if (last.velocity === null || last.track === null) continue; // drawn as a dot that does not move
    if (!counts(flight, i, flight.indexOf(next))) continue;
    const fleet = new Fleet();
    // The report before, too: a position that is only repeated is known as such.
    for (const report of flight.slice(Math.max(0, i - 15), i + 1)) tell(fleet, report);
    found.push(distance(fleet.place(last.key, next.time)!, next));
  }
  return found;
}

function repeats(flight: readonly Report[], i: number): boolean {
  const [before, report] = [flight[i - 1]!, flight[i]!];
  return before.lat === report.lat && before.lon === report.lon && (report.velocity ?? 0) > 1;
}

function quantile(sorted: readonly number[], share: number): string {
  return (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN).toFixed(0).padStart(7);
}

function main(): void {
  const flights = [...read().values()];
  const reports = flights.flat().length;
  const repeated = flights.flatMap((flight) => flight.slice(1).filter((_, i) => repeats(flight, i + 1))).length;
  console.log(`${reports} reports of ${flights.length} aircraft; ${repeated} repeat the position before them in flight`);
  console.log("gap, s   reports    p50, m  p95, m  p99, m  max, m");
  for (const [kind, counts] of Object.entries(KINDS)) {
    console.log(kind);
    for (const gap of [1, 5, 10]) {
      const sorted = flights.flatMap((flight) => errors(flight, gap, counts)).sort((a, b) => a - b);
      const row = [0.5, 0.95, 0.99, 1].map((share) => quantile(sorted, share)).join(" ");
      console.log(`${String(gap).padStart(6)} ${String(sorted.length).padStart(9)}   ${row}`);
    }
  }
}

main();
