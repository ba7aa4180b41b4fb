/**
 * A Leaflet layer that draws a fleet on one canvas: symbols, trails, callsigns, and who is under the pointer.
 *
 *     Fleet ──> looks, motion ──> blitter ──> ImageData ──> canvas <── marks (trails, rings), labels
 *
 * It knows neither the page nor the socket. A frame is drawn for each of the screen's while an aircraft may move, and
 * none while the page is hidden, the map is out of sight, or all are stale.
 */
import { Drawn, plot, Raster, type View } from "./blitter";
import type { Placed } from "./captions";
import type { Aircraft, Fleet } from "./fleet";
import { Labels } from "./labels";
import * as L from "./leaflet";
import { FleetLooks } from "./looks";
import { Marks } from "./marks";
import type { Scene } from "./scene";
import { watchSight } from "./sight";
import { Sheet, type Theme } from "./sprites";
import type { TrailPoint } from "./trails";

export type { Theme } from "./sprites";
export type { TrailPoint } from "./trails";

export interface FlightLayerOptions {
  /** The fleet's clock, s; `performance.now() / 1000` unless given. */
  clock?: () => number;
  theme?: Theme;
  /** Where the canvas lies; Leaflet's `overlayPane` unless given. */
  pane?: string;
}

const WORLD = 256; // CSS px at zoom 0

/** What Leaflet lets its own layers know of an animated zoom. */
interface Zooming {
  _animatingZoom?: boolean;
  _latLngToNewLayerPoint(place: L.LatLng, zoom: number, center: L.LatLng): L.Point;
}

export class FlightLayer extends L.Layer {
  readonly #fleet: Fleet;
  readonly #clock: () => number;
  #theme: Theme;
  #canvas: HTMLCanvasElement | null = null;
  #context!: CanvasRenderingContext2D;
  #image!: ImageData;
  #raster!: Raster;
  #ratio = 1;
  #sheet: Sheet | null = null;
  readonly #looks = new FleetLooks();
  readonly #drawn = new Drawn();
  readonly #marks: Marks;
  readonly #labels: Labels;
  #wanted: ((aircraft: Aircraft) => boolean) | null = null;
  #inSight = true;
  #frame = 0;
  #corner = L.latLng(0, 0);
  #zoom = 0;
  #ending = new AbortController();

  constructor(fleet: Fleet, options: FlightLayerOptions = {}) {
    super({ pane: options.pane ?? "overlayPane" });
    this.#fleet = fleet;
    this.#marks = new Marks(fleet);
    this.#labels = new Labels(fleet, this.#marks);
    this.#clock = options.clock ?? (() => performance.now() / 1000);
    this.#theme = options.theme ?? "light";
  }

  /** The key of the aircraft under the pointer. */
  get hovered(): string | null {
    return this.#marks.hovered;
  }

  get selected(): string | null {
    return this.#marks.selected;
  }

  /** How many aircraft the last frame showed. */
  get inView(): number {
    return this.#drawn.inView;
  }

  /** The callsigns that the last frame showed, and where, device px. */
  get written(): readonly Placed[] {
    return this.#labels.written;
  }

  /** The fleet has news. */
  changed(): void {
    this.#marks.record();
    this.#request();
  }

  /** Show those alone for which this is true; null: all. */
  show(wanted: ((aircraft: Aircraft) => boolean) | null): void {
    this.#wanted = wanted;
    this.#looks.forget();
    this.#request();
  }

  select(key: string | null): void {
    if (this.#marks.select(key)) this.#request();
  }

  /** What the server knows of an aircraft's past, in time order; from there the layer goes on by itself. */
  setTrail(key: string, points: readonly TrailPoint[]): void {
    this.#marks.setTrail(key, points);
    this.#request();
  }

  setTheme(theme: Theme): void {
    this.#theme = theme;
    this.#request();
  }

  override onAdd(map: L.Map): this {
    this.#ending = new AbortController();
    const canvas = (this.#canvas = L.DomUtil.create("canvas", "leaflet-zoom-animated", this.getPane()));
    canvas.style.position = "absolute";
    canvas.style.pointerEvents = "none";
    canvas.setAttribute("aria-hidden", "true");
    // Pixels that are written by the processor stay with it: no copy through a GPU in every frame.
    this.#context = canvas.getContext("2d", { willReadFrequently: true })!;
    watchSight(map.getContainer(), this.#ending.signal, (within) => {
      this.#inSight = within;
      this.#request();
    });
    this.#draw();
    return this;
  }

  override onRemove(): this {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#ending.abort();
    this.#hover(null);
    this.#canvas?.remove();
    this.#canvas = null;
    return this;
  }

  override getEvents(): Record<string, L.LeafletEventHandlerFn> {
    const on = (handler: (event: never) => void): L.LeafletEventHandlerFn => handler as L.LeafletEventHandlerFn;
    return {
      move: () => this.#request(),
      zoom: () => this.#draw(),
      viewreset: () => this.#draw(),
      resize: () => this.#draw(),
      moveend: () => this.#request(),
      zoomanim: on((event: L.ZoomAnimEvent) => this.#stretch(event)),
      mousemove: on((event: L.LeafletMouseEvent) => this.#point(event.containerPoint)),
      mouseout: () => this.#point(null),
      click: on((event: L.LeafletMouseEvent) => this.fire("aircraftclick", { key: this.#under(event.containerPoint) })),
    };
  }

  #request(): void {
    if (this.#canvas && !this.#frame && this.#inSight && !document.hidden) {
      this.#frame = requestAnimationFrame(() => this.#draw());
    }
  }

  #draw(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    const map = this._map as (L.Map & Zooming) | null;
    if (!map || !this.#canvas || !this.#inSight || document.hidden) return;
    const now = this.#clock();
    if (!map._animatingZoom) this.#paint(map, now);
    const moving = this.#fleet.size > 0 && now <= Math.max(this.#fleet.motion.end, this.#looks.end);
    if (moving || map._animatingZoom) this.#request();
  }

  #paint(map: L.Map, now: number): void {
    const view = this.#fit(map);
    if (!view) return;
    this.#looks.refresh(this.#fleet, this.#wanted);
    const sheet = this.#sheetFor(map.getZoom());
    this.#raster.pixels.fill(0);
    plot(this.#fleet.motion, this.#looks, now, view, sheet, this.#raster, this.#drawn);
    const { pointer } = this.#marks;
    this.#hover(pointer && this.#marks.under(pointer, this.#drawn, this.#ratio));
    const scene: Scene = {
      view,
      sheet,
      looks: this.#looks,
      drawn: this.#drawn,
      alarmed: this.#looks.alarmed,
      theme: this.#theme,
      ratio: this.#ratio,
      now,
    };
    this.#marks.raise(this.#raster, scene);
    this.#context.putImageData(this.#image, 0, 0);
    this.#marks.draw(this.#context, scene);
    this.#labels.write(this.#context, scene);
  }

  /** The canvas over the whole map, in the screen's own pixels. */
  #fit(map: L.Map): View | null {
    const canvas = this.#canvas!;
    const size = map.getSize();
    this.#ratio = window.devicePixelRatio || 1;
    const width = Math.round(size.x * this.#ratio);
    const height = Math.round(size.y * this.#ratio);
    if (width === 0 || height === 0) return null;
    if (canvas.width !== width || canvas.height !== height || !this.#image) this.#resize(width, height);
    L.DomUtil.setTransform(canvas, map.containerPointToLayerPoint([0, 0]), 1);
    this.#zoom = map.getZoom();
    this.#corner = map.containerPointToLatLng([0, 0]);
    const world = WORLD * 2 ** this.#zoom;
    const origin = map.getPixelBounds().min!;
    return { left: origin.x / world, top: origin.y / world, world: world * this.#ratio, width, height };
  }

  #resize(width: number, height: number): void {
    const canvas = this.#canvas!;
    canvas.width = width;
    canvas.height = height;
    canvas.style.width = `${width / this.#ratio}px`;
    canvas.style.height = `${height / this.#ratio}px`;
    this.#image = new ImageData(width, height);
    this.#raster = new Raster(new Uint32Array(this.#image.data.buffer), width, height);
  }

  #sheetFor(zoom: number): Sheet {
    const size = symbolSize(zoom) * this.#ratio;
    if (this.#sheet?.size !== size || this.#sheet.theme !== this.#theme) this.#sheet = new Sheet(size, this.#theme);
    return this.#sheet;
  }

  /** During an animated zoom the last picture is stretched, as Leaflet does with its own. */
  #stretch({ zoom, center }: L.ZoomAnimEvent): void {
    const map = this._map as L.Map & Zooming;
    const offset = map._latLngToNewLayerPoint(this.#corner, zoom, center);
    L.DomUtil.setTransform(this.#canvas!, offset, map.getZoomScale(zoom, this.#zoom));
  }

  #point(at: L.Point | null): void {
    this.#marks.pointer = at;
    this.#request();
  }

  /** The key of the aircraft that is drawn at a place of the map. */
  #under(at: L.Point): string | null {
    if (!this.#looks.isOf(this.#fleet)) this.#draw(); // slots have changed hands since
    return this.#marks.under(at, this.#drawn, this.#ratio);
  }

  #hover(key: string | null): void {
    if (!this.#marks.hover(key)) return;
    if (this._map) this._map.getContainer().style.cursor = key === null ? "" : "pointer";
    this.#request();
    this.fire("aircrafthover", { key });
  }
}

/** Width of a symbol, CSS px: 10 for the world, 24 around an airport. */
export function symbolSize(zoom: number): number {
  return Math.max(10, Math.min(24, 2 * Math.round(zoom) + 2));
}
