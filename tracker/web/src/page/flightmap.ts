/** The map: backdrop, tiles and aircraft, bound to the view; knows neither React nor the socket. */

import * as L from "../leaflet";
import { addBackdrop } from "../backdrop";
import type { Aircraft, Fleet } from "../fleet";
import { FlightLayer } from "../layer";
import type { Bounds } from "./boxes";
import { wanted } from "./filters";
import { Following, nearest } from "./following";
import type { Theme } from "./theme";
import { addTiles } from "./tiles";
import { MAX_LATITUDE, MAX_ZOOM, MIN_ZOOM, type Place, type View } from "./view";
import type { Views } from "./views";
import type { Watched } from "./watched";

const WORLD: Place = { lat: 30, lon: 0, zoom: MIN_ZOOM };
const SETTLED = 250; // ms after the last movement, at most four times so long while it goes on
const CLOSE = 9; // zoom to which the first aircraft are fitted at most
const NEAR = 8; // zoom at which a single one is shown
const LEAST = 5; // zoom at which somebody looks at one of them
const EDGE = 40; // px: nearer to the edge of the map an aircraft does not count as in view

export interface Hooks {
  readonly clock: () => number;
  /** The map shows something else; comes when it has settled, not with each frame. */
  readonly moved: (bounds: Bounds) => void;
  /** How much of the map's right side lies under a panel, px. */
  readonly covered: () => number;
  /** An aircraft was clicked; null: the map beside them. */
  readonly picked: (key: string | null) => void;
  /** The mouse is over an aircraft; null: over none. */
  readonly hovered: (key: string | null) => void;
}

export class FlightMap {
  readonly map: L.Map;
  readonly layer: FlightLayer;
  readonly #fleet: Fleet;
  readonly #views: Views;
  readonly #hooks: Hooks;
  readonly #following: Following;
  #settling: ReturnType<typeof setTimeout> | undefined;
  /** A link, somebody's hand or the first aircraft have chosen where it looks. */
  #placed: boolean;
  #credit = "";

  constructor(
    element: HTMLElement,
    fleet: Fleet,
    views: Views,
    theme: Watched<Theme>,
    hooks: Hooks,
    signal: AbortSignal,
  ) {
    this.#fleet = fleet;
    this.#views = views;
    this.#hooks = hooks;
    this.#placed = views.current.place !== null;
    this.map = leafletMap(element, views.current.place ?? WORLD);
    const backdrop = addBackdrop(this.map, { theme: theme.get(), signal });
    addTiles(this.map, signal);
    this.layer = new FlightLayer(fleet, { clock: hooks.clock, theme: theme.get() }).addTo(this.map);
    this.#following = new Following(this.map, signal);
    this.#listen(element, signal);
    const ends = [
      views.view.watch((view) => this.#show(view)),
      views.wish.watch((place) => place !== null && this.#go(place)),
      theme.watch((name) => {
        this.layer.setTheme(name);
        backdrop.setTheme(name);
      }),
    ];
    this.#show(views.current);
    signal.addEventListener("abort", () => {
      clearTimeout(this.#settling);
      for (const end of ends) end();
      this.map.remove();
    });
  }

  /** Name the sources of what it shows, in the place of those before; HTML. */
  credit(attribution: string): void {
    const { attributionControl } = this.map;
    if (this.#credit !== "") attributionControl.removeAttribution(this.#credit);
    if (attribution !== "") attributionControl.addAttribution(attribution);
    this.#credit = attribution;
  }

  /** What it shows; where that is the edge of the projection, also what lies beyond: it is drawn there. */
  bounds(): Bounds {
    const bounds = this.map.getBounds();
    const [south, north] = [bounds.getSouth(), bounds.getNorth()];
    return {
      west: bounds.getWest(),
      south: south < -MAX_LATITUDE ? -90 : south,
      east: bounds.getEast(),
      north: north > MAX_LATITUDE ? 90 : north,
    };
  }

  /** Show where the aircraft are, unless a link or somebody's hand has chosen a place. */
  fit(aircraft: Iterable<Aircraft>): void {
    if (this.#placed) return;
    const { selected } = this.#views.current;
    const one = selected === null ? undefined : this.#fleet.get(selected);
    const places = (one === undefined ? [...aircraft] : [one]).map(({ lat, lon }) => L.latLng(lat, lon));
    if (places.length === 0) return;
    this.#placed = true;
    this.map.fitBounds(L.latLngBounds(places), { maxZoom: one ? NEAR : CLOSE, padding: [24, 24], animate: false });
  }

  /** Bring an aircraft into view, where it is not, once its details have taken their part of the window. */
  reveal(key: string): void {
    requestAnimationFrame(() => {
      this.map.invalidateSize({ animate: false });
      const place = this.#place(key);
      if (place === undefined) return;
      const there = nearest(this.map, place);
      if (!this.map.getBounds().contains(there)) this.map.setView(there, this.map.getZoom());
      this.map.panInside(there, {
        paddingTopLeft: [EDGE, EDGE],
        paddingBottomRight: [EDGE + this.#hooks.covered(), EDGE],
      });
    });
  }

  /** Show a place in the middle. */
  centre(place: { lat: number; lon: number }): void {
    this.map.setView(nearest(this.map, place), Math.max(this.map.getZoom(), LEAST));
  }

  /** Where an aircraft is drawn now. */
  #place(key: string): { lat: number; lon: number } | undefined {
    return this.#fleet.place(key, this.#hooks.clock());
  }

  #show(view: View): void {
    this.layer.show(wanted(view.filters, view.search));
    this.layer.select(view.selected);
    const { selected } = view;
    const leave = () => this.#views.change({ follow: false });
    this.#following.follow(view.follow && selected !== null ? { place: () => this.#place(selected), leave } : null);
  }

  #go({ lat, lon, zoom }: Place): void {
    this.#placed = true;
    this.map.setView([lat, lon], zoom, { animate: false });
  }

  #listen(element: HTMLElement, signal: AbortSignal): void {
    const size = new ResizeObserver(() => this.map.invalidateSize({ animate: false }));
    size.observe(element);
    signal.addEventListener("abort", () => size.disconnect());
    for (const event of ["pointerdown", "wheel", "keydown"]) {
      element.addEventListener(event, () => (this.#placed = true), { signal, passive: true, capture: true });
    }
    this.map.on("moveend", () => {
      this.#settling ??= setTimeout(() => this.#settle(), SETTLED);
    });
    this.layer.on("aircraftclick", (event) => this.#hooks.picked(keyOf(event)));
    this.layer.on("aircrafthover", (event) => this.#hooks.hovered(keyOf(event)));
  }

  #settle(): void {
    this.#settling = undefined;
    const centre = this.map.getCenter().wrap();
    const lat = Math.max(-MAX_LATITUDE, Math.min(MAX_LATITUDE, centre.lat));
    if (this.#placed) this.#views.change({ place: { lat, lon: centre.lng, zoom: this.map.getZoom() } });
    this.#hooks.moved(this.bounds());
  }
}

function leafletMap(element: HTMLElement, { lat, lon, zoom }: Place): L.Map {
  const animated = !matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map = L.map(element, {
    center: [lat, lon],
    zoom,
    minZoom: MIN_ZOOM,
    maxZoom: MAX_ZOOM,
    zoomControl: false,
    worldCopyJump: true,
    zoomAnimation: animated,
    fadeAnimation: animated,
    inertia: animated,
    maxBounds: [
      [-89, -Infinity],
      [89, Infinity],
    ],
  });
  map.attributionControl.setPrefix('<a href="https://leafletjs.com">Leaflet</a>');
  map.attributionControl.addAttribution('<a href="https://www.naturalearthdata.com">Natural Earth</a>');
  L.zoom({ position: "topright" }).addTo(map);
  L.scale({ position: "bottomleft", maxWidth: 90 }).addTo(map);
  return map;
}

function keyOf(event: L.LeafletEvent): string | null {
  return (event as L.LeafletEvent & { key: string | null }).key;
}
