/**
 * A Leaflet layer that draws a fleet on one canvas: symbols, trails, callsigns, and who is under the pointer.
 *
 *     Fleet ──> looks, motion ──> blitter ──> ImageData ──> canvas <── pen (trails, rings, callsigns)
 *
 * It knows neither the page nor the socket. A frame is drawn for each of the screen's while an aircraft may move, and
 * none while the page is hidden, the map is out of sight, or all are stale.
 */
import * as L from "./leaflet";
import { Drawn, plot, Raster, type View } from "./blitter";
import type { Aircraft, Fleet } from "./fleet";
import { FleetLooks } from "./looks";
import { drawRing, drawTrail, Labels, type Caption } from "./pen";
import { watchSight } from "./sight";
import { Sheet, type Theme } from "./sprites";
import { Trails, type TrailPoint } from "./trails";

export type { Theme } from "./sprites";
export type { TrailPoint } from "./trails";

export interface FlightLayerOptions {
  /** The fleet's clock, s; `performance.now() / 1000` unless given. */
  clock?: () => number;
  theme?: Theme;
  /** Where the canvas lies; Leaflet's `overlayPane` unless given. */
  pane?: string;
}

/** Callsigns are written while at most so many aircraft are in view. */
const MOST_LABELS = 300;

/** How far from an aircraft's middle the pointer still means it, CSS px. */
const REACH = 12;

const WORLD = 256; // CSS px at zoom 0

/** What Leaflet lets its own layers know of an animated zoom. */
interface Zooming {
  _animatingZoom?: boolean;
  _latLngToNewLayerPoint(place: L.LatLng, zoom: number, center: L.LatLng): L.Point;
}

export class FlightLayer extends L.Layer {
  private readonly clock: () => number;
  private theme: Theme;
  private canvas: HTMLCanvasElement | null = null;
  private context!: CanvasRenderingContext2D;
  private image!: ImageData;
  private raster!: Raster;
  private ratio = 1;
  private sheet: Sheet | null = null;
  private readonly looks = new FleetLooks();
  private readonly drawn = new Drawn();
  private readonly trails = new Trails();
  private readonly labels = new Labels();
  private wanted: ((aircraft: Aircraft) => boolean) | null = null;
  private selectedKey: string | null = null;
  private hoveredKey: string | null = null;
  private pointer: L.Point | null = null;
  private inSight = true;
  private frame = 0;
  private corner = L.latLng(0, 0);
  private zoom = 0;
  private ending = new AbortController();

  constructor(
    private readonly fleet: Fleet,
    options: FlightLayerOptions = {},
  ) {
    super({ pane: options.pane ?? "overlayPane" });
    this.clock = options.clock ?? (() => performance.now() / 1000);
    this.theme = options.theme ?? "light";
  }

  /** The key of the aircraft under the pointer. */
  get hovered(): string | null {
    return this.hoveredKey;
  }

  get selected(): string | null {
    return this.selectedKey;
  }

  /** How many aircraft the last frame showed. */
  get inView(): number {
    return this.drawn.inView;
  }

  /** The fleet has news. */
  changed(): void {
    for (const key of this.marked()) {
      const aircraft = this.fleet.get(key);
      if (aircraft) this.trails.record(aircraft);
    }
    this.request();
  }

  /** Show those alone for which this is true; null: all. */
  show(wanted: ((aircraft: Aircraft) => boolean) | null): void {
    this.wanted = wanted;
    this.looks.forget();
    this.request();
  }

  select(key: string | null): void {
    if (key === this.selectedKey) return;
    this.selectedKey = key;
    this.remark();
  }

  /** What the server knows of an aircraft's past, in time order; from there the layer goes on by itself. */
  setTrail(key: string, points: readonly TrailPoint[]): void {
    this.trails.begin(key, points);
    this.request();
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    this.request();
  }

  override onAdd(map: L.Map): this {
    this.ending = new AbortController();
    const canvas = (this.canvas = L.DomUtil.create("canvas", "leaflet-zoom-animated", this.getPane()));
    canvas.style.position = "absolute";
    canvas.style.pointerEvents = "none";
    canvas.setAttribute("aria-hidden", "true");
    // Pixels that are written by the processor stay with it: no copy through a GPU in every frame.
    this.context = canvas.getContext("2d", { willReadFrequently: true })!;
    watchSight(map.getContainer(), this.ending.signal, (within) => {
      this.inSight = within;
      this.request();
    });
    this.draw();
    return this;
  }

  override onRemove(): this {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.ending.abort();
    this.hover(null);
    this.canvas?.remove();
    this.canvas = null;
    return this;
  }

  override getEvents(): Record<string, L.LeafletEventHandlerFn> {
    const on = (handler: (event: never) => void): L.LeafletEventHandlerFn => handler as L.LeafletEventHandlerFn;
    return {
      move: () => this.request(),
      zoom: () => this.draw(),
      viewreset: () => this.draw(),
      resize: () => this.draw(),
      moveend: () => this.request(),
      zoomanim: on((event: L.ZoomAnimEvent) => this.stretch(event)),
      mousemove: on((event: L.LeafletMouseEvent) => this.point(event.containerPoint)),
      mouseout: () => this.point(null),
      click: on((event: L.LeafletMouseEvent) => this.fire("aircraftclick", { key: this.under(event.containerPoint) })),
    };
  }

  private request(): void {
    if (this.canvas && !this.frame && this.inSight && !document.hidden) {
      this.frame = requestAnimationFrame(() => this.draw());
    }
  }

  private draw(): void {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    const map = this._map as (L.Map & Zooming) | null;
    if (!map || !this.canvas || !this.inSight || document.hidden) return;
    const now = this.clock();
    if (!map._animatingZoom) this.paint(map, now);
    const moving = this.fleet.size > 0 && now <= Math.max(this.fleet.motion.end, this.looks.end);
    if (moving || map._animatingZoom) this.request();
  }

  private paint(map: L.Map, now: number): void {
    const view = this.fit(map);
    if (!view) return;
    this.looks.refresh(this.fleet, this.wanted);
    const sheet = this.sheetFor(map.getZoom());
    this.raster.pixels.fill(0);
    plot(this.fleet.motion, this.looks, now, view, sheet, this.raster, this.drawn);
    this.findHovered();
    this.raise(sheet, now);
    this.context.putImageData(this.image, 0, 0);
    this.decorate(view, sheet, now);
  }

  /** The canvas over the whole map, in the screen's own pixels. */
  private fit(map: L.Map): View | null {
    const canvas = this.canvas!;
    const size = map.getSize();
    this.ratio = window.devicePixelRatio || 1;
    const width = Math.round(size.x * this.ratio);
    const height = Math.round(size.y * this.ratio);
    if (width === 0 || height === 0) return null;
    if (canvas.width !== width || canvas.height !== height || !this.image) this.resize(width, height);
    L.DomUtil.setTransform(canvas, map.containerPointToLayerPoint([0, 0]), 1);
    this.zoom = map.getZoom();
    this.corner = map.containerPointToLatLng([0, 0]);
    const world = WORLD * 2 ** this.zoom;
    const origin = map.getPixelBounds().min!;
    return { left: origin.x / world, top: origin.y / world, world: world * this.ratio, width, height };
  }

  private resize(width: number, height: number): void {
    const canvas = this.canvas!;
    canvas.width = width;
    canvas.height = height;
    canvas.style.width = `${width / this.ratio}px`;
    canvas.style.height = `${height / this.ratio}px`;
    this.image = new ImageData(width, height);
    this.raster = new Raster(new Uint32Array(this.image.data.buffer), width, height);
  }

  private sheetFor(zoom: number): Sheet {
    const size = symbolSize(zoom) * this.ratio;
    if (this.sheet?.size !== size || this.sheet.theme !== this.theme) this.sheet = new Sheet(size, this.theme);
    return this.sheet;
  }

  /** The marked ones once more, over all others. */
  private raise(sheet: Sheet, now: number): void {
    const { drawn, looks } = this;
    const slots = new Set([...this.marked()].map((key) => this.fleet.slotOf(key)));
    if (slots.size === 0) return;
    for (let i = 0; i < drawn.size; i++) {
      const slot = drawn.slot[i]!;
      if (slots.has(slot)) this.raster.put(sheet.of(looks, slot, now), drawn.x[i]!, drawn.y[i]!);
    }
  }

  private decorate(view: View, sheet: Sheet, now: number): void {
    const { context, drawn, fleet, ratio, theme } = this;
    for (const key of this.marked()) {
      const trail = this.trails.get(key);
      const slot = fleet.slotOf(key);
      if (!trail || slot === undefined || this.looks.look[slot]! < 0) continue;
      const tip = { x: fleet.motion.xAt(slot, now), y: fleet.motion.yAt(slot, now) };
      drawTrail(context, trail, tip, view, theme, ratio);
    }
    for (const key of this.marked()) {
      const width = (key === this.selectedKey ? 2.5 : 1.5) * ratio;
      drawRing(context, drawn, fleet.slotOf(key) ?? -1, sheet.size * 0.5 + 4 * ratio, width, theme);
    }
    this.write(sheet);
  }

  /** Callsigns: of all while they are few, else of the marked ones. */
  private write(sheet: Sheet): void {
    const { drawn, fleet, ratio } = this;
    const all = drawn.inView <= MOST_LABELS;
    const marked = new Set([...this.marked()].map((key) => fleet.slotOf(key)));
    if (!all && marked.size === 0) return;
    const aside = sheet.size * 0.5 + 3 * ratio;
    const captions: Caption[] = [];
    for (let i = 0; i < drawn.size; i++) {
      const slot = drawn.slot[i]!;
      const must = marked.has(slot);
      if (!all && !must) continue;
      const { callsign, key } = fleet.at(slot);
      captions.push({ key, text: callsign ?? key, x: drawn.x[i]! + aside, y: drawn.y[i]!, must });
    }
    this.labels.write(this.context, captions, this.theme, ratio);
  }

  /** During an animated zoom the last picture is stretched, as Leaflet does with its own. */
  private stretch({ zoom, center }: L.ZoomAnimEvent): void {
    const map = this._map as L.Map & Zooming;
    const offset = map._latLngToNewLayerPoint(this.corner, zoom, center);
    L.DomUtil.setTransform(this.canvas!, offset, map.getZoomScale(zoom, this.zoom));
  }

  private point(at: L.Point | null): void {
    this.pointer = at;
    this.request();
  }

  private findHovered(): void {
    this.hover(this.pointer ? this.under(this.pointer) : null);
  }

  /** The key of the aircraft that is drawn at a place of the map. */
  private under(at: L.Point): string | null {
    if (!this.looks.isOf(this.fleet)) this.draw(); // slots have changed hands since
    const { ratio } = this;
    const slot = this.drawn.nearest(at.x * ratio, at.y * ratio, REACH * ratio);
    return slot < 0 || slot >= this.fleet.size ? null : this.fleet.at(slot).key;
  }

  private hover(key: string | null): void {
    if (key === this.hoveredKey) return;
    this.hoveredKey = key;
    if (this._map) this._map.getContainer().style.cursor = key === null ? "" : "pointer";
    this.remark();
    this.fire("aircrafthover", { key });
  }

  /** Another one is selected or hovered. */
  private remark(): void {
    this.trails.keep(new Set(this.marked()));
    this.changed();
  }

  private *marked(): Iterable<string> {
    if (this.selectedKey !== null) yield this.selectedKey;
    if (this.hoveredKey !== null && this.hoveredKey !== this.selectedKey) yield this.hoveredKey;
  }
}

/** Width of a symbol, CSS px: 10 for the world, 24 around an airport. */
export function symbolSize(zoom: number): number {
  return Math.max(10, Math.min(24, 2 * Math.round(zoom) + 2));
}
