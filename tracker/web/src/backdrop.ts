/** Natural Earth under the aircraft. */
import type * as L from "leaflet";

export interface Backdrop {
  setTheme(theme: "light" | "dark"): void;
}

export function addBackdrop(_map: L.Map, _options: { theme: "light" | "dark"; signal: AbortSignal }): Backdrop {
  return { setTheme() {} };
}
