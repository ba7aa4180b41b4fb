/**
 * The symbols as pixels: a plane at each of `TURNS` angles, or a dot, in each colour; made when first asked for; pure.
 *
 * Drawn from the distance of each pixel to the outline, so that they are the same in every browser.
 */
import { COLOURS, GROUND, STALE } from "./symbols";

/** How each slot looks. */
export interface Looks {
  /** A colour and a turn; see `look`. Negative: it is not shown. */
  readonly look: Int32Array;
  /** From when on it is stale, s. */
  readonly staleAt: Float64Array;
}

export type Theme = "light" | "dark";

/** How many angles a symbol has: a step of 5 degrees. */
export const TURNS = 72;

/** The turn of an aircraft of which nobody knows where it flies. */
export const ROUND = TURNS;

const LOOKS = TURNS + 1;

/** An aircraft that flies north, seen from above, in a square of 24. */
export const PLANE: readonly (readonly [number, number])[] = [
  [12, 0.8], [13.6, 2.6], [14.1, 5], [14.1, 8.6], [23, 14.2], [23, 17.4], [14.1, 15], [13.7, 18.6], [17, 20.8],
  [17, 23.2], [12, 21.9], [7, 23.2], [7, 20.8], [10.3, 18.6], [9.9, 15], [1, 17.4], [1, 14.2], [9.9, 8.6], [9.9, 5],
  [10.4, 2.6],
]; // prettier-ignore
export const SQUARE = 24;
export const DOT_RADIUS = 5.5;

export const OUTLINE: Readonly<Record<Theme, string>> = { light: "#1d1d1d", dark: "#f4f4f4" };
export const STALE_OUTLINE: Readonly<Record<Theme, string>> = { light: "#777777", dark: "#5c5c5c" };

/** On the ground they stand close together. */
const GROUND_SCALE = 0.75;

/** From this opacity on a pixel hides what is under it. */
const SOLID = 200;
/** Below this one it is left out. */
const FAINT = 24;

/** The opaque pixels of a symbol first, then those of its soft edge; places count from its middle. */
export interface Sprite {
  readonly half: number;
  readonly dx: Int16Array;
  readonly dy: Int16Array;
  /** As in an ImageData, read as 32-bit numbers. */
  readonly pixels: Uint32Array;
  readonly solid: number;
  /** The places in an image `stride` wide. */
  readonly offsets: Int32Array;
  stride: number;
}

/** A class of colour and a turn as one number. */
export function look(colour: number, turn: number): number {
  return colour * LOOKS + turn;
}

/** The same turn in the colour of what is stale. */
export function staled(of: number): number {
  return STALE * LOOKS + (of % LOOKS);
}

export function turnOf(track: number | null): number {
  if (track === null || !Number.isFinite(track)) return ROUND;
  return ((Math.round((track / 360) * TURNS) % TURNS) + TURNS) % TURNS;
}

/** All symbols of one size and theme. */
export class Sheet {
  readonly #sprites: (Sprite | undefined)[] = [];
  readonly #shapes = new Map<string, Shape>();

  constructor(
    /** Width of a symbol, device px. */
    readonly size: number,
    readonly theme: Theme,
  ) {}

  get(of: number): Sprite {
    return (this.#sprites[of] ??= this.#make(Math.floor(of / LOOKS), of % LOOKS));
  }

  /** What a slot looks like. */
  of(looks: Looks, slot: number, now: number): Sprite {
    const is = looks.look[slot]!;
    return this.get(now > looks.staleAt[slot]! ? staled(is) : is);
  }

  #make(colour: number, turn: number): Sprite {
    const outline = (colour === STALE ? STALE_OUTLINE : OUTLINE)[this.theme];
    return painted(this.#shape(turn, colour === GROUND ? this.size * GROUND_SCALE : this.size), COLOURS[colour]!, outline);
  }

  /** What all colours of a turn share, and what costs most. */
  #shape(turn: number, size: number): Shape {
    const name = `${turn} ${size}`;
    let shape = this.#shapes.get(name);
    if (!shape) {
      const scale = size / SQUARE;
      const outside = turn === ROUND ? round(DOT_RADIUS * scale) : plane(scale, (turn / TURNS) * 2 * Math.PI);
      shape = traced(outside, Math.ceil(size * 0.55) + 1, Math.max(0.6, 1.1 * scale));
      this.#shapes.set(name, shape);
    }
    return shape;
  }
}

/** How far outside a shape a place is, px; negative within. */
type Outside = (x: number, y: number) => number;

function round(radius: number): Outside {
  return (x, y) => Math.hypot(x, y) - radius;
}

function plane(scale: number, angle: number): Outside {
  const cos = Math.cos(angle) * scale;
  const sin = Math.sin(angle) * scale;
  const middle = SQUARE / 2;
  const corners = PLANE.map(([x, y]) => {
    return [(x - middle) * cos - (y - middle) * sin, (x - middle) * sin + (y - middle) * cos] as const;
  });
  return (x, y) => polygonDistance(corners, x, y);
}

function polygonDistance(corners: readonly (readonly [number, number])[], x: number, y: number): number {
  let nearest = Infinity;
  let inside = false;
  let [ax, ay] = corners[corners.length - 1]!;
  for (const [bx, by] of corners) {
    const ex = bx - ax;
    const ey = by - ay;
    const t = Math.max(0, Math.min(1, ((x - ax) * ex + (y - ay) * ey) / (ex * ex + ey * ey)));
    nearest = Math.min(nearest, Math.hypot(x - ax - t * ex, y - ay - t * ey));
    if (ay > y !== by > y && x < ax + ((y - ay) / ey) * ex) inside = !inside;
    ax = bx;
    ay = by;
  }
  return inside ? -nearest : nearest;
}

/** A pixel of a symbol that has no colours yet; places count from the middle. */
interface Dot {
  readonly dx: number;
  readonly dy: number;
  /** Opacity, 0 to 255. */
  readonly alpha: number;
  /** How much of it is outline and not filling, 0 to 1. */
  readonly outline: number;
}

/** The solid pixels first. */
interface Shape {
  readonly half: number;
  readonly dots: readonly Dot[];
  readonly solid: number;
}

function traced(outside: Outside, half: number, line: number): Shape {
  const dots: Dot[] = [];
  for (let dy = -half; dy <= half; dy++) {
    for (let dx = -half; dx <= half; dx++) {
      const d = outside(dx, dy);
      const alpha = Math.round(255 * share(0.5 + line / 2 - d));
      if (alpha >= FAINT) dots.push({ dx, dy, alpha, outline: share(0.5 + line / 2 + d) });
    }
  }
  dots.sort((a, b) => Number(b.alpha >= SOLID) - Number(a.alpha >= SOLID));
  return { half, dots, solid: dots.filter(({ alpha }) => alpha >= SOLID).length };
}

function painted({ half, dots, solid }: Shape, fill: string, outline: string): Sprite {
  return {
    half,
    solid,
    dx: Int16Array.from(dots, ({ dx }) => dx),
    dy: Int16Array.from(dots, ({ dy }) => dy),
    pixels: Uint32Array.from(dots, (dot) => blend(fill, outline, dot.outline, dot.alpha)),
    offsets: new Int32Array(dots.length),
    stride: 0,
  };
}

function share(value: number): number {
  return Math.max(0, Math.min(1, value));
}

/** A pixel between two colours, `#rrggbb`. */
function blend(from: string, to: string, part: number, alpha: number): number {
  let pixel = 0;
  for (const at of [5, 3, 1]) {
    const a = parseInt(from.slice(at, at + 2), 16);
    const b = parseInt(to.slice(at, at + 2), 16);
    pixel = (pixel << 8) | Math.round(a + (b - a) * part);
  }
  return ((alpha << 24) | pixel) >>> 0; // the order of bytes in memory is red, green, blue, alpha
}
