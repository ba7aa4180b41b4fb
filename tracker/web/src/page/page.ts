/** Puts the page together: fleet, stream, map and view, which know each other only here. */

import type * as L from "../leaflet";
import { Fleet, type Aircraft } from "../fleet";
import type { FlightLayer } from "../layer";
import { PATH } from "../protocol";
import { boxFor } from "./boxes";
import { FlightMap } from "./flightmap";
import { Live } from "./live";
import { askWhy } from "./refusal";
import { askFlight, Selection } from "./selection";
import { socketUrl, Stream } from "./stream";
import { systemTheme, type Theme } from "./theme";
import { askTrack, Tracks } from "./tracks";
import { attributionOf } from "./sources";
import { askStats, Trouble } from "./trouble";
import { Views, windowAddress } from "./views";
import type { Watched } from "./watched";

const MAX_HZ = 4; // deltas a second: reports come at one a second, so none waits for long
const TICK = 1000; // ms
const HOVER_PAUSE = 150; // ms over an aircraft until its trail is asked for

/** What stands behind the page, for a console and for tests. */
export interface Inside {
  readonly fleet: Fleet;
  readonly stream: Stream;
  readonly map: L.Map;
  readonly layer: FlightLayer;
}

export class Page {
  readonly fleet = new Fleet();
  readonly theme: Watched<Theme>;
  readonly views: Views;
  readonly live: Live;
  readonly selection: Selection;
  readonly trouble = new Trouble(askStats, clock);
  readonly stream: Stream;
  readonly #tracks = new Tracks(askTrack, clock);
  #map: FlightMap | null = null;
  #hover: ReturnType<typeof setTimeout> | undefined;

  constructor(signal: AbortSignal) {
    const { fleet } = this;
    this.theme = systemTheme(signal);
    this.views = new Views(windowAddress(), signal);
    this.live = new Live(fleet, { view: () => this.views.current, bounds: () => this.#map?.bounds() ?? null }, clock);
    this.selection = new Selection({ fleet, tracks: this.#tracks, ask: askFlight, clock });
    this.stream = new Stream(socketUrl(document.baseURI, PATH), MAX_HZ, this.live, {
      open: (url, dialect) => new WebSocket(url, dialect),
      clock,
      chance: Math.random,
      why: askWhy,
    });
  }

  /** Show the map in an element, and begin. */
  show(element: HTMLElement, signal: AbortSignal): Inside {
    const shown = new FlightMap(element, this.fleet, this.views, this.theme, this.#hooks(element), signal);
    this.#map = shown;
    this.live.tell(() => shown.layer.changed());
    const ends = this.#wire(shown);
    const { place } = this.views.current;
    this.stream.start(place === null ? null : boxFor(shown.bounds(), undefined), signal);
    const timer = setInterval(() => this.#tick(), TICK);
    document.addEventListener("visibilitychange", () => this.#tick(), { signal });
    addEventListener("online", () => this.stream.retry(), { signal });
    signal.addEventListener("abort", () => {
      clearInterval(timer);
      clearTimeout(this.#hover);
      for (const end of ends) end();
      this.#map = null;
    });
    return { fleet: this.fleet, stream: this.stream, map: shown.map, layer: shown.layer };
  }

  /** Show the details of an aircraft, and the aircraft on the map; null: of none. */
  select(key: string | null): void {
    this.views.change({ selected: key });
    if (key !== null) this.#map?.reveal(key);
  }

  /** Select an aircraft that is not held, and show where it is. */
  visit({ key, lat, lon }: Aircraft): void {
    this.views.change({ selected: key });
    this.#map?.centre({ lat, lon });
  }

  /** Bring the selected aircraft into the middle of the map. */
  centre(): void {
    const aircraft = this.selection.selected.get()?.aircraft;
    if (aircraft != null) this.#map?.centre(this.fleet.place(aircraft.key, clock()) ?? aircraft);
  }

  #hooks(element: HTMLElement) {
    return {
      clock,
      moved: (bounds: Parameters<typeof boxFor>[0]) => this.stream.show(boxFor(bounds, this.stream.box)),
      covered: () => covered(element, document.getElementById("details")),
      picked: (key: string | null) => this.select(key),
      hovered: (key: string | null) => {
        clearTimeout(this.#hover);
        if (key !== null) this.#hover = setTimeout(() => this.#trail(key), HOVER_PAUSE);
      },
    };
  }

  #wire(shown: FlightMap): (() => void)[] {
    const { views, live, selection, fleet } = this;
    let key: string | null = null;
    let view = views.current;
    const choose = () => {
      key = views.current.selected;
      selection.select(key);
      if (key !== null) this.#trail(key);
    };
    choose();
    const credit = () => shown.credit(attributionOf(this.trouble.told.get().sources));
    credit();
    return [
      this.trouble.told.watch(credit),
      views.view.watch((next) => {
        if (next.selected !== key) choose();
        const sameRows = next.filters === view.filters && next.search === view.search && next.sort === view.sort;
        view = next;
        if (!sameRows) live.tick();
      }),
      live.filled.watch(() => shown.fit(fleet.all())),
      live.phases.watch((phase) => {
        if (phase.name !== "live") this.#tracks.interrupt();
        else {
          selection.reload();
          if (key !== null) this.#trail(key);
        }
      }),
    ];
  }

  #tick(): void {
    if (document.hidden) return;
    this.live.tick();
    const live = this.live.phases.get().name === "live" && this.live.filled.get();
    this.selection.tick(live);
    this.trouble.tick(live ? (this.fleet.size === 0 ? "empty" : "filled") : "away");
  }

  #trail(key: string): void {
    this.#tracks.load(key).then(
      (history) => this.#map?.layer.setTrail(key, history),
      () => undefined, // the layer draws what comes from now on
    );
  }
}

/** How much of the right side of one element lies under another, px. */
function covered(below: HTMLElement, above: HTMLElement | null): number {
  if (above === null) return 0;
  const [under, over] = [below.getBoundingClientRect(), above.getBoundingClientRect()];
  const meet = over.left < under.right && over.top < under.bottom && over.bottom > under.top;
  return meet ? under.right - over.left : 0;
}

/** s, never running back: the one clock of fleet, layer and stream. */
function clock(): number {
  return performance.now() / 1000;
}
