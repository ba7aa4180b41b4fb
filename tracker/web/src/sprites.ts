/**
 * The symbols as pixels: each shape at each of `TURNS` angles, or at rest, in each colour; made when first asked for; pure.
 *
 * Drawn from the distance of each pixel to the outline, so that they are the same in every browser.
 */
import { DOT_RADIUS, SHAPES, SQUARE, type Corners } from "./shapes";
import { COLOURS, GROUND, STALE } from "./symbols";

/** How each slot looks. */
export interface Looks {
  /** A colour, a shape and a turn; see `look`. Negative: it is not shown. */
  readonly look: Int32Array;
  /** From when on it is stale, s. */
  readonly staleAt: Float64Array;
}

export type Theme = "light" | "dark";

/** How many angles a symbol has: a step of 5 degrees. */
export const TURNS = 72;

/** The turn of an object of which nobody knows where it moves. */
export const ROUND = TURNS;

/** Of one colour: each shape has `TURNS` and one more. */
const LOOKS = SHAPES.length * (TURNS + 1);

export const OUTLINE: Readonly<Record<Theme, string>> = { light: "#1d1d1d", dark: "#f4f4f4" };
export const STALE_OUTLINE: Readonly<Record<Theme, string>> = { light: "#777777", dark: "#5c5c5c" };

/** How far the corners of a shape lie from its middle at most, of its width. */
const REACH = 0.59;

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

/** A class of colour, a turn and a shape as one number. */
export function look(colour: number, turn: number, shape: number = 0): number {
  return colour * LOOKS + shape * (TURNS + 1) + turn;
}

/** The same shape and turn in the colour of what is stale. */
export function staled(of: number): number {
  return STALE * LOOKS + (of % LOOKS);
}

export function turnOf(track: number | null): number {
  if (track === null || !Number.isFinite(track)) return ROUND;
  return ((Math.round((track / 360) * TURNS) % TURNS) + TURNS) % TURNS;
}

/** All symbols of one size and theme. */
export class Sheet {
  /** Of its full length from the start: it is looked into for each symbol of each frame, and must not be sparse. */
  readonly #sprites = new Array<Sprite | undefined>(COLOURS.length * LOOKS);
  readonly #traces = new Map<string, Trace>();

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

  #make(colour: number, of: number): Sprite {
    const outline = (colour === STALE ? STALE_OUTLINE : OUTLINE)[this.theme];
    return painted(this.#trace(of, colour === GROUND ? this.size * GROUND_SCALE : this.size), COLOURS[colour]!, outline);
  }

  /** What all colours of a shape and turn share, and what costs most. */
  #trace(of: number, size: number): Trace {
    const name = `${of} ${size}`;
    let trace = this.#traces.get(name);
    if (!trace) this.#traces.set(name, (trace = traceOf(Math.floor(of / (TURNS + 1)), of % (TURNS + 1), size)));
    return trace;
  }
}

function traceOf(number: number, turn: number, size: number): Trace {
  const { corners, still, scale: wide } = SHAPES[number]!;
  const scale = (size / SQUARE) * wide;
  const line = Math.max(0.6, 1.1 * scale);
  const half = Math.ceil(size * wide * REACH) + 1;
  if (turn !== ROUND) return traced(polygon(corners, scale, (turn / TURNS) * 2 * Math.PI), half, line);
  return traced(still === null ? round(DOT_RADIUS * scale) : polygon(still, scale, 0), half, line);
}

/** How far outside a shape a place is, px; negative within. */
type Outside = (x: number, y: number) => number;

function round(radius: number): Outside {
  return (x, y) => Math.hypot(x, y) - radius;
}

function polygon(corners: Corners, scale: number, angle: number): Outside {
  const cos = Math.cos(angle) * scale;
  const sin = Math.sin(angle) * scale;
  const middle = SQUARE / 2;
  const turned = corners.map(([x, y]) => {
    return [(x - middle) * cos - (y - middle) * sin, (x - middle) * sin + (y - middle) * cos] as const;
  });
  return (x, y) => polygonDistance(turned, x, y);
}

function polygonDistance(corners: Corners, x: number, y: number): number {
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
interface Trace {
  readonly half: number;
  readonly dots: readonly Dot[];
  readonly solid: number;
}

function traced(outside: Outside, half: number, line: number): Trace {
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

function painted({ half, dots, solid }: Trace, fill: string, outline: string): Sprite {
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
