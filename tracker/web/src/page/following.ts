/** Keeps the map centred on a place that moves, until somebody pans. */

import type * as L from "../leaflet";

const PANNING_KEYS = new Set(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"]);

export interface Followed {
  /** Where it is now; undefined: not known. */
  place(): { lat: number; lon: number } | undefined;
  /** Somebody wants to see another place. */
  leave(): void;
}

export class Following {
  readonly #map: L.Map;
  #frame = 0;
  #zooming = false;
  #followed: Followed | null = null;

  constructor(map: L.Map, signal: AbortSignal) {
    this.#map = map;
    map.on("zoomstart", () => (this.#zooming = true));
    map.on("zoomend", () => (this.#zooming = false));
    map.on("dragstart", () => this.#followed?.leave());
    const panned = (event: KeyboardEvent) => {
      if (PANNING_KEYS.has(event.key)) this.#followed?.leave();
    };
    map.getContainer().addEventListener("keydown", panned, { signal });
    signal.addEventListener("abort", () => this.follow(null));
  }

  /** Follow another place; null: none. */
  follow(followed: Followed | null): void {
    if (followed !== null && this.#followed === null) this.#jump(followed);
    this.#followed = followed;
    // The wheel zooms on what is followed, not on what lies under the mouse.
    this.#map.options.scrollWheelZoom = followed === null ? true : "center";
    this.#map.options.doubleClickZoom = followed === null ? true : "center";
    cancelAnimationFrame(this.#frame);
    if (followed !== null) this.#frame = requestAnimationFrame(this.#step);
  }

  readonly #step = () => {
    const place = this.#followed?.place();
    if (place !== undefined && !this.#zooming) this.#centre(place);
    this.#frame = requestAnimationFrame(this.#step);
  };

  /** Move by whole pixels, without the work of a new view, and not beyond the edge of the world. */
  #centre(place: { lat: number; lon: number }): void {
    const map = this.#map;
    const [size, shown, world] = [map.getSize(), map.getPixelBounds(), map.getPixelWorldBounds()];
    const offset = map.latLngToContainerPoint(nearest(map, place)).subtract(size.divideBy(2)).round();
    offset.y = withinWorld(offset.y, { top: world.min!.y - shown.min!.y, bottom: world.max!.y - shown.min!.y }, size.y);
    if (offset.x === 0 && offset.y === 0) return;
    if (size.contains(offset)) map.panBy(offset, { animate: false });
    else map.setView(nearest(map, place), map.getZoom(), { animate: false });
  }

  #jump(followed: Followed): void {
    const place = followed.place();
    if (place !== undefined) this.#map.setView(nearest(this.#map, place), this.#map.getZoom(), { animate: false });
  }
}

/** The copy of a place that lies nearest to the middle of the map, which may be beyond the antimeridian. */
export function nearest(map: L.Map, { lat, lon }: { lat: number; lon: number }): L.LatLngTuple {
  return [lat, lon + 360 * Math.round((map.getCenter().lng - lon) / 360)];
}

/**
 * How far down a map may move that is asked to: it shows nothing beyond the world, and stays where it is higher than that.
 *
 * @param world Where the world begins and ends, px from the map's upper edge.
 * @param height Of the map, px.
 */
export function withinWorld(step: number, world: { top: number; bottom: number }, height: number): number {
  if (world.bottom - world.top < height) return 0;
  return Math.round(Math.max(world.top, Math.min(world.bottom - height, step)));
}
