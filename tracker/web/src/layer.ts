/** A Leaflet layer that draws a fleet on one canvas. */
import * as L from "leaflet";
import type { Aircraft, Fleet } from "./fleet";

export interface TrailPoint {
  lat: number;
  lon: number;
  /** s since 1970 */
  time: number;
  /** m */
  altitude: number | null;
}

export type Theme = "light" | "dark";

export interface FlightLayerOptions {
  /** s; as the fleet's. */
  clock?: () => number;
  theme?: Theme;
  pane?: string;
}

export class FlightLayer extends L.Layer {
  constructor(
    readonly fleet: Fleet,
    readonly settings: FlightLayerOptions = {},
  ) {
    super(settings.pane ? { pane: settings.pane } : {});
  }
  get hovered(): string | null {
    return null;
  }
  get selected(): string | null {
    return null;
  }
  get inView(): number {
    return 0;
  }
  changed(): void {}
  show(_wanted: ((aircraft: Aircraft) => boolean) | null): void {}
  select(_key: string | null): void {}
  setTrail(_key: string, _points: readonly TrailPoint[]): void {}
  setTheme(_theme: Theme): void {}
  override onAdd(): this {
    return this;
  }
  override onRemove(): this {
    return this;
  }
}
