/**
 * The parts of Leaflet that the page needs, each from a module of its own: a map with its controls, tiles and layers.
 *
 * The package's main file is one piece, and brings along vectors, markers and popups, which are drawn otherwise here:
 * 17 kB of gzipped script. Everything that uses Leaflet takes it from here, so that there is one of it.
 */
import "leaflet/src/control/Control.Attribution.js"; // gives each map its own
export { scale } from "leaflet/src/control/Control.Scale.js";
export { zoom } from "leaflet/src/control/Control.Zoom.js";
export * as DomUtil from "leaflet/src/dom/DomUtil.js";
export { toLatLng as latLng } from "leaflet/src/geo/LatLng.js";
export { toLatLngBounds as latLngBounds } from "leaflet/src/geo/LatLngBounds.js";
export { Layer } from "leaflet/src/layer/Layer.js";
export { GridLayer } from "leaflet/src/layer/tile/GridLayer.js";
export { tileLayer } from "leaflet/src/layer/tile/TileLayer.js";
export { map } from "leaflet/src/map/index.js"; // with all that a hand can do to it
export type {
  Coords, LatLng, LatLngTuple, LeafletEvent, LeafletEventHandlerFn, LeafletMouseEvent, Map, Point, ZoomAnimEvent,
} from "leaflet"; // prettier-ignore
