/**
 * Land and borders under everything else, so that a map without a network is one: Natural Earth by `world-atlas`.
 *
 * Tiles that are drawn here. Leaflet keeps them while the map moves, and repeats them for each copy of the world.
 */
import * as L from "./leaflet";
import coarseUrl from "world-atlas/countries-110m.json?url";
import fineUrl from "world-atlas/countries-50m.json?url";
import { clipLine, clipRing, PAINTS, shifts, survey, type Atlas, type Land, type Paint, type Rectangle } from "./land";
import type { Theme } from "./sprites";

export interface Backdrop {
  setTheme(theme: Theme): void;
}

/** From this zoom on the coast is worth its 1:50m. */
const FINE_FROM = 5;
const TILE = 512; // CSS px
const WORLD = 256; // CSS px at zoom 0
/** So far beyond a tile it is drawn on, px, so that no stroke is seen where it was cut. */
const MARGIN = 4;

/**
 * Put the land under a map; it takes the map's background for the sea.
 *
 * @param options.signal Ends it: what was put there goes, what is still loading is dropped.
 */
export function addBackdrop(map: L.Map, { theme, signal }: { theme: Theme; signal: AbortSignal }): Backdrop {
  const pane = map.getPane("backdrop") ?? map.createPane("backdrop");
  pane.style.zIndex = "150"; // under the tiles
  pane.style.pointerEvents = "none";
  const tiles = new LandTiles({ pane: "backdrop", tileSize: TILE, keepBuffer: 1, updateWhenIdle: false });
  const container = map.getContainer();
  const before = container.style.background;
  const setTheme = (to: Theme): void => {
    container.style.background = PAINTS[to].sea;
    tiles.paint(PAINTS[to]);
  };
  setTheme(theme);
  tiles.addTo(map);
  bring(map, coarseUrl, () => true, (coarse) => tiles.know({ coarse }), signal);
  bring(map, fineUrl, () => map.getZoom() >= FINE_FROM, (fine) => tiles.know({ fine }), signal);
  signal.addEventListener("abort", () => {
    tiles.remove();
    container.style.background = before;
  });
  return { setTheme };
}

/** Load an atlas once it is needed; one that cannot be had is tried again when the map has moved. */
function bring(map: L.Map, url: string, needed: () => boolean, know: (land: Land) => void, signal: AbortSignal): void {
  const ask = (): void => {
    if (!needed()) return;
    map.off("moveend", ask);
    void load(url, signal).then((land) => {
      if (land) know(land);
      else if (!signal.aborted) map.on("moveend", ask);
    });
  };
  map.on("moveend", ask);
  map.whenReady(ask);
  signal.addEventListener("abort", () => map.off("moveend", ask));
}

/** null: the sea alone is shown, because it was called off or cannot be had. */
async function load(url: string, signal: AbortSignal): Promise<Land | null> {
  try {
    const answer = await fetch(url, { signal });
    if (!answer.ok) throw new Error(`${url}: ${answer.status} ${answer.statusText}`);
    return survey((await answer.json()) as Atlas);
  } catch (error) {
    if (!signal.aborted) console.warn("the backdrop stays empty:", error);
    return null;
  }
}

class LandTiles extends L.GridLayer {
  #coarse: Land | null = null;
  #fine: Land | null = null;
  #colours = PAINTS.light;

  know({ coarse, fine }: { coarse?: Land; fine?: Land }): void {
    this.#coarse = coarse ?? this.#coarse;
    this.#fine = fine ?? this.#fine;
    this.redraw();
  }

  paint(colours: Paint): void {
    this.#colours = colours;
    this.redraw();
  }

  protected override createTile({ x, y, z }: L.Coords): HTMLElement {
    const canvas = document.createElement("canvas");
    const ratio = window.devicePixelRatio || 1;
    canvas.width = canvas.height = TILE * ratio;
    const land = (z >= FINE_FROM ? this.#fine : null) ?? this.#coarse ?? this.#fine;
    if (land) {
      const side = TILE / (WORLD * 2 ** z); // of a tile, fractions of the world
      drawTile(canvas.getContext("2d")!, land, { west: x * side, north: y * side }, (TILE * ratio) / side, this.#colours);
    }
    return canvas;
  }
}

type Context = CanvasRenderingContext2D;

function drawTile(
  context: Context,
  land: Land,
  corner: { west: number; north: number },
  world: number,
  paint: Paint,
): void {
  const { width, height } = context.canvas;
  const margin = MARGIN / world;
  const within = {
    west: corner.west - margin,
    north: corner.north - margin,
    east: corner.west + width / world + margin,
    south: corner.north + height / world + margin,
  };
  const pixels = { west: corner.west, north: corner.north, world };
  context.lineWidth = Math.max(1, width / TILE);
  context.beginPath();
  traceLand(context, land, within, pixels);
  context.fillStyle = paint.land;
  context.fill("evenodd");
  context.strokeStyle = paint.coast;
  context.stroke();
  context.beginPath();
  traceBorders(context, land, within, pixels);
  context.strokeStyle = paint.border;
  context.stroke();
}

interface Pixels {
  readonly west: number;
  readonly north: number;
  readonly world: number;
}

function traceLand(context: Context, land: Land, within: Rectangle, pixels: Pixels): void {
  for (const { points, box } of land.rings) {
    for (const shift of shifts(box, within)) {
      trace(context, clipRing(points, shifted(within, -shift)), shift, pixels);
      context.closePath();
    }
  }
}

function traceBorders(context: Context, land: Land, within: Rectangle, pixels: Pixels): void {
  for (const { points, box } of land.borders) {
    for (const shift of shifts(box, within)) {
      for (const piece of clipLine(points, shifted(within, -shift))) trace(context, piece, shift, pixels);
    }
  }
}

function shifted(box: Rectangle, by: number): Rectangle {
  return { ...box, west: box.west + by, east: box.east + by };
}

function trace(context: Context, points: ArrayLike<number>, shift: number, { west, north, world }: Pixels): void {
  for (let i = 0; i < points.length; i += 2) {
    const x = (points[i]! + shift - west) * world;
    const y = (points[i + 1]! - north) * world;
    if (i === 0) context.moveTo(x, y);
    else context.lineTo(x, y);
  }
}
