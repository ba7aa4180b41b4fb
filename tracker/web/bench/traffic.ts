/** Made-up aircraft over a continent, each on a great circle, as the columns of the socket; the same at every run. */
import { advance } from "../src/reckon";
import type { Columns } from "../src/protocol";

const BOX = { west: -12, east: 32, south: 35, north: 62 } as const; // deg

/** Numbers in [0, 1) that are the same at every run (mulberry32). */
export function randomly(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Flight {
  readonly key: string;
  readonly lat: number;
  readonly lon: number;
  /** deg at the start */
  readonly course: number;
  /** m/s */
  readonly velocity: number;
  /** m */
  readonly altitude: number;
}

export class Traffic {
  private readonly flights: readonly Flight[];

  constructor(aircraft: number, seed = 1) {
    const random = randomly(seed);
    this.flights = Array.from({ length: aircraft }, (_, i) => ({
      key: i.toString(16).padStart(6, "0"),
      lat: BOX.south + random() * (BOX.north - BOX.south),
      lon: BOX.west + random() * (BOX.east - BOX.west),
      course: random() * 360,
      velocity: 90 + random() * 180,
      altitude: 300 + random() * 12_200,
    }));
  }

  /** All of them `seconds` after the start, each whole. */
  at(seconds: number): Columns {
    const { flights } = this;
    // They turn back every quarter of an hour, so that the box stays full.
    const flown = Math.abs((((seconds + 900) % 1_800) + 1_800) % 1_800 - 900);
    const out = ((Math.floor(seconds / 900) % 2) + 2) % 2 === 0;
    const here = flights.map((flight) => advance(flight, flight.course, flight.velocity * flown));
    const ahead = flights.map((flight) => advance(flight, flight.course, flight.velocity * (flown + (out ? 1 : -1))));
    return {
      key: flights.map(({ key }) => key),
      callsign: flights.map((_, i) => `TST${i}`),
      time: flights.map(() => seconds),
      lat: here.map(({ lat }) => lat),
      lon: here.map(({ lon }) => lon),
      velocity: flights.map(({ velocity }) => velocity),
      track: here.map((from, i) => bearing(from, ahead[i]!)),
      altitude: flights.map(({ altitude }) => altitude),
      heard: flights.map(() => 0),
    };
  }
}

function bearing(from: { lat: number; lon: number }, to: { lat: number; lon: number }): number {
  const east = (to.lon - from.lon) * Math.cos((from.lat * Math.PI) / 180);
  return ((Math.atan2(east, to.lat - from.lat) * 180) / Math.PI + 360) % 360;
}
