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

  /** null: nobody. */
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

  /** By whole pixels, without the work of a new view. */
  #centre(place: { lat: number; lon: number }): void {
    const map = this.#map;
    const point = map.latLngToContainerPoint(nearest(map, place));
    const offset = point.subtract(map.getSize().divideBy(2)).round();
    if (offset.x === 0 && offset.y === 0) return;
    if (map.getSize().contains(offset)) map.panBy(offset, { animate: false });
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
