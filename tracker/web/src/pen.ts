/** What the layer draws with the canvas's own calls, because there are few of it: trails, rings and alarms. */
import type { Drawn, View } from "./blitter";
import type { Theme } from "./sprites";
import { COLOURS } from "./symbols";
import type { Trail } from "./trails";

const CASING: Readonly<Record<Theme, string>> = { light: "rgb(29 29 29 / 55%)", dark: "rgb(244 244 244 / 55%)" };
/** The arcs around an emergency, and the line around them. */
export const ALARM: Readonly<Record<Theme, string>> = { light: "#c00020", dark: "#ff7373" };
export const ALARM_CASING: Readonly<Record<Theme, string>> = { light: "#ffffff", dark: "#10141a" };
const RING: Readonly<Record<Theme, string>> = { light: "#0b57d0", dark: "#8ab4f8" };

/** Widths in CSS px. */
const TRAIL = 2.5;
const AROUND = 1.25;
/** How far from the edge of a symbol the arcs of an emergency are drawn, CSS px. */
export const ALARM_GAP = 8;

type Context = CanvasRenderingContext2D;

export interface TrailLook {
  readonly theme: Theme;
  /** Device px a CSS px. */
  readonly ratio: number;
  /** A class for all of it; null: by the altitudes. */
  readonly colour: number | null;
}

/** A trail, under what is drawn already, to where the object is drawn now: `tip`, fractions of the world. */
export function drawTrail(context: Context, trail: Trail, tip: Tip | null, view: View, look: TrailLook): void {
  const { theme, ratio } = look;
  context.save();
  context.globalCompositeOperation = "destination-over";
  context.lineJoin = context.lineCap = "round";
  for (const offset of copies(trail, view)) {
    const strokes = paths(trail, tip, view, offset);
    context.lineWidth = TRAIL * ratio;
    for (const { colour, path } of strokes) {
      context.strokeStyle = COLOURS[look.colour ?? colour]!;
      context.stroke(path);
    }
    context.lineWidth = (TRAIL + 2 * AROUND) * ratio;
    context.strokeStyle = CASING[theme];
    const all = new Path2D();
    for (const { path } of strokes) all.addPath(path);
    context.stroke(all);
  }
  context.restore();
}

export interface Tip {
  readonly x: number;
  readonly y: number;
}

/** By how many worlds a trail is shifted for each copy that may be in view. */
function* copies(trail: Trail, view: View): Iterable<number> {
  let west = Infinity;
  let east = -Infinity;
  for (const { x } of trail.bends) {
    if (x < west) west = x;
    if (x > east) east = x;
  }
  const right = view.left + view.width / view.world;
  for (let k = Math.ceil(view.left - east); k <= Math.floor(right - west); k++) yield k;
}

/** A path for each run of one colour. */
function paths(trail: Trail, tip: Tip | null, view: View, offset: number): { colour: number; path: Path2D }[] {
  const runs: { colour: number; path: Path2D }[] = [];
  const px = (x: number): number => (x + offset - view.left) * view.world;
  const py = (y: number): number => (y - view.top) * view.world;
  let run: { colour: number; path: Path2D } | null = null;
  let lastX = 0;
  let lastY = 0;
  for (const { x, y, colour, gap } of trail.bends) {
    if (run && !gap) run.path.lineTo(px(x), py(y));
    if (!run || gap || run.colour !== colour) {
      run = { colour, path: new Path2D() };
      run.path.moveTo(px(x), py(y));
      runs.push(run);
    }
    lastX = x;
    lastY = y;
  }
  if (run && tip) {
    const nearX = tip.x + Math.round(lastX - tip.x);
    if (px(nearX) !== px(lastX) || py(tip.y) !== py(lastY)) run.path.lineTo(px(nearX), py(tip.y));
  }
  return runs;
}

/** A ring around each place where an aircraft is drawn. */
export function drawRing(context: Context, drawn: Drawn, slot: number, radius: number, width: number, theme: Theme): void {
  context.strokeStyle = RING[theme];
  context.lineWidth = width;
  for (let i = 0; i < drawn.size; i++) {
    if (drawn.slot[i] !== slot) continue;
    context.beginPath();
    context.arc(drawn.x[i]!, drawn.y[i]!, radius, 0, 2 * Math.PI);
    context.stroke();
  }
}

/** Four arcs around each place where an object is drawn: not to be taken for the ring of the selected one. */
export function drawAlarm(context: Context, drawn: Drawn, slot: number, radius: number, theme: Theme, ratio: number): void {
  const [quarter, arc] = [Math.PI / 2, Math.PI / 3];
  context.save();
  context.lineCap = "round";
  for (let i = 0; i < drawn.size; i++) {
    if (drawn.slot[i] !== slot) continue;
    const arcs = new Path2D();
    for (let turn = 0; turn < 4; turn++) {
      const from = turn * quarter - arc / 2;
      arcs.moveTo(drawn.x[i]! + radius * Math.cos(from), drawn.y[i]! + radius * Math.sin(from));
      arcs.arc(drawn.x[i]!, drawn.y[i]!, radius, from, from + arc);
    }
    for (const [width, colour] of [[5, ALARM_CASING], [3, ALARM]] as const) {
      context.lineWidth = width * ratio;
      context.strokeStyle = colour[theme];
      context.stroke(arcs);
    }
  }
  context.restore();
}
