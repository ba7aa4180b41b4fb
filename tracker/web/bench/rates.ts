/**
 * Frames a second with many aircraft that report once a second, at rest and while the map is panned.
 *
 *     ?n=10000&mode=layer&seconds=5&zoom=5&backdrop=none
 *
 * Each second brings one delta with all of them, which counts as well. The page's address says what is measured.
 */
import * as L from "../src/leaflet";
import { addBackdrop } from "../src/backdrop";
import { Fleet } from "../src/fleet";
import { FlightLayer } from "../src/layer";
import type { Columns } from "../src/protocol";
import { Traffic } from "./traffic";

export interface Rate {
  /** Frames a second. */
  readonly frames: number;
  /** The longest time between two frames, ms. */
  readonly longest: number;
}

export interface Result {
  readonly mode: string;
  readonly aircraft: number;
  readonly inView: number;
  readonly rest: Rate;
  readonly panning: Rate;
  /** Mean of taking in a delta with all aircraft, ms. */
  readonly apply: number;
}

declare global {
  interface Window {
    result?: Result;
  }
}

/** A way of drawing that is measured. */
export interface Drawing {
  readonly map: L.Map;
  /** Takes in a frame of the socket. */
  apply(columns: Columns): void;
  inView(): number;
}

/** Where its map begins. */
export interface Start {
  readonly center: [lat: number, lon: number];
  readonly zoom: number;
}

export type Make = (element: HTMLElement, start: Start) => Promise<Drawing>;

/** Ours. */
export async function layer(element: HTMLElement, { center, zoom }: Start): Promise<Drawing> {
  const map = L.map(element, { zoomSnap: 0 }).setView(center, zoom);
  const fleet = new Fleet();
  const flights = new FlightLayer(fleet).addTo(map);
  return {
    map,
    apply: (columns) => {
      fleet.apply(columns, [], performance.now() / 1_000);
      flights.changed();
    },
    inView: () => flights.inView,
  };
}

/** Count the screen's frames for some seconds; `each` runs before each of them. */
function measure(seconds: number, each: () => void = () => {}): Promise<Rate> {
  return new Promise((resolve) => {
    const start = performance.now();
    let frames = 0;
    let longest = 0;
    let last = start;
    const tick = (): void => {
      const now = performance.now();
      longest = Math.max(longest, now - last);
      last = now;
      frames++;
      if (now - start < seconds * 1_000) {
        each();
        requestAnimationFrame(tick);
      } else resolve({ frames: (frames * 1_000) / (now - start), longest });
    };
    requestAnimationFrame(tick);
  });
}

/** Round and round, so that the same aircraft stay in view. */
function panning(map: L.Map): () => void {
  let step = 0;
  return () => {
    const angle = (step++ / 120) * 2 * Math.PI;
    map.panBy([Math.round(6 * Math.cos(angle)), Math.round(6 * Math.sin(angle))], { animate: false });
  };
}

/** Measure the way of drawing that the page's address names. */
export async function run(modes: Readonly<Record<string, Make>>): Promise<Result> {
  const query = new URLSearchParams(location.search);
  const aircraft = Number(query.get("n") ?? 10_000);
  const mode = query.get("mode") ?? "layer";
  const seconds = Number(query.get("seconds") ?? 5);
  const make = modes[mode];
  if (!make) throw new Error(`mode = ${mode}: one of ${Object.keys(modes).join(", ")}`);
  const start: Start = { center: [50, 10], zoom: Number(query.get("zoom") ?? 5) };
  const drawing = await make(document.getElementById("map")!, start);
  if (query.get("backdrop") !== "none") {
    addBackdrop(drawing.map, { theme: "light", signal: new AbortController().signal });
  }
  const traffic = new Traffic(aircraft);
  // Made beforehand: what is measured is the page, not the maker of its data.
  const frames = Array.from({ length: Math.ceil(2 * seconds) + 10 }, (_, second) => traffic.at(second));
  const applied: number[] = [];
  let second = 0;
  const tell = (): void => {
    const columns = frames[second++ % frames.length]!;
    const begun = performance.now();
    drawing.apply(columns);
    applied.push(performance.now() - begun);
  };
  tell();
  setInterval(tell, 1_000);
  await measure(2); // until all is compiled
  const rest = await measure(seconds);
  const inView = drawing.inView();
  const moved = await measure(seconds, panning(drawing.map));
  const apply = applied.reduce((sum, ms) => sum + ms, 0) / applied.length;
  return { mode, aircraft, inView, rest, panning: moved, apply };
}
