/** Online map tiles above the backdrop, as long as they come; without a network nothing tells that they are missing. */

import * as L from "../leaflet";

const ADDRESS = "https://tile.openstreetmap.org/{z}/{x}/{y}.png";
const CREDIT = '© <a href="https://www.openstreetmap.org/copyright">OpenStreetMap</a> contributors';
const NOTHING = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="; // a transparent pixel
const ENOUGH = 4; // failures in a row, and no tile is asked for any more
const AGAIN = 60_000; // ms until the network is tried anew

export function addTiles(map: L.Map, signal: AbortSignal): void {
  const tiles = L.tileLayer(ADDRESS, { maxZoom: 19, attribution: CREDIT, errorTileUrl: NOTHING, className: "tiles" });
  let failures = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const begin = () => {
    clearTimeout(timer);
    failures = 0;
    if (navigator.onLine) tiles.addTo(map);
  };
  tiles.on("tileload", () => (failures = 0));
  tiles.on("tileerror", () => {
    failures += 1;
    if (failures !== ENOUGH) return;
    tiles.remove();
    timer = setTimeout(begin, AGAIN);
  });
  addEventListener("online", begin, { signal });
  signal.addEventListener("abort", () => clearTimeout(timer));
  begin();
}
