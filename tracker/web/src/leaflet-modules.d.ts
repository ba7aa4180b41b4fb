/** What Leaflet's own modules export, which its types tell of the whole alone. */

declare module "leaflet/src/control/Control.Attribution.js";
declare module "leaflet/src/control/Control.Scale.js" {
  export const scale: typeof import("leaflet").control.scale;
}
declare module "leaflet/src/control/Control.Zoom.js" {
  export const zoom: typeof import("leaflet").control.zoom;
}
declare module "leaflet/src/dom/DomUtil.js" {
  export const { create, setTransform }: typeof import("leaflet").DomUtil;
}
declare module "leaflet/src/geo/LatLng.js" {
  export { latLng as toLatLng } from "leaflet";
}
declare module "leaflet/src/geo/LatLngBounds.js" {
  export { latLngBounds as toLatLngBounds } from "leaflet";
}
declare module "leaflet/src/layer/Layer.js" {
  export { Layer } from "leaflet";
}
declare module "leaflet/src/layer/tile/GridLayer.js" {
  export { GridLayer } from "leaflet";
}
declare module "leaflet/src/layer/tile/TileLayer.js" {
  export { tileLayer } from "leaflet";
}
declare module "leaflet/src/map/index.js" {
  export { map } from "leaflet";
}
