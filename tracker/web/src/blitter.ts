/**
 * Thousands of symbols into one image, pixel by pixel; pure. Without a GPU this is several times as fast as any drawing
 * call an aircraft: see `docs/decisions/`.
 */
import { fading, GLIDE, type Motion } from "./motion";
import type { Looks, Sheet, Sprite } from "./sprites";

/** What the canvas shows of the world. */
export interface View {
  /** Place of the canvas's corner on the square of Web Mercator, fractions of the world. */
  readonly left: number;
  readonly top: number;
  /** Width of the world, device px. */
  readonly world: number;
  /** Of the canvas, device px. */
  readonly width: number;
  readonly height: number;
}

/** What was drawn, and where; an aircraft is there once for each copy of the world that shows it. */
export class Drawn {
  size = 0;
  /** How many aircraft have their middle in the canvas. */
  inView = 0;
  slot = new Int32Array(64);
  /** Middle, device px. */
  x = new Float64Array(64);
  y = new Float64Array(64);

  clear(): void {
    this.size = this.inView = 0;
  }

  add(slot: number, x: number, y: number): void {
    if (this.size === this.slot.length) this.#grow();
    this.slot[this.size] = slot;
    this.x[this.size] = x;
    this.y[this.size++] = y;
  }

  /** The slot that was drawn nearest to a place, at most `reach` px away; -1 where there is none. */
  nearest(x: number, y: number, reach: number): number {
    let found = -1;
    let best = reach * reach;
    for (let i = 0; i < this.size; i++) {
      const dx = this.x[i]! - x;
      const dy = this.y[i]! - y;
      const square = dx * dx + dy * dy;
      if (square > best) continue;
      best = square; // of two in one place the upper one, drawn later
      found = this.slot[i]!;
    }
    return found;
  }

  #grow(): void {
    const longer = <T extends Int32Array | Float64Array>(to: T, from: T): T => (to.set(from), to);
    const size = 2 * this.slot.length;
    this.slot = longer(new Int32Array(size), this.slot);
    this.x = longer(new Float64Array(size), this.x);
    this.y = longer(new Float64Array(size), this.y);
  }
}

/** An image's pixels, read as 32-bit numbers. */
export class Raster {
  constructor(
    readonly pixels: Uint32Array,
    readonly width: number,
    readonly height: number,
  ) {}

  /** Put a symbol's middle on the pixel that holds a place. */
  put(sprite: Sprite, x: number, y: number): void {
    const column = Math.floor(x);
    const row = Math.floor(y);
    const { half } = sprite;
    if (column >= half && row >= half && column < this.width - half && row < this.height - half) {
      this.#copy(sprite, row * this.width + column);
    } else this.#clip(sprite, column, row);
  }

  #copy(sprite: Sprite, base: number): void {
    if (sprite.stride !== this.width) restride(sprite, this.width);
    const { offsets, pixels: from, solid } = sprite;
    const to = this.pixels;
    for (let i = 0; i < solid; i++) to[base + offsets[i]!] = from[i]!;
    // A soft edge would cut a hole into what lies under it.
    for (let i = solid; i < from.length; i++) {
      const at = base + offsets[i]!;
      if (to[at] === 0) to[at] = from[i]!;
    }
  }

  #clip(sprite: Sprite, column: number, row: number): void {
    const { dx, dy, pixels: from, solid } = sprite;
    for (let i = 0; i < from.length; i++) {
      const x = column + dx[i]!;
      const y = row + dy[i]!;
      if (x < 0 || y < 0 || x >= this.width || y >= this.height) continue;
      const at = y * this.width + x;
      if (i < solid || this.pixels[at] === 0) this.pixels[at] = from[i]!;
    }
  }
}

function restride(sprite: Sprite, stride: number): void {
  const { dx, dy, offsets } = sprite;
  for (let i = 0; i < offsets.length; i++) offsets[i] = dy[i]! * stride + dx[i]!;
  sprite.stride = stride;
}

/** What lies so near to the edge of the square, fractions of the world, is beyond it: it is drawn whole, inside. */
const EDGE = 1e-9;

/** Draw all that is in view where it is `now`, and tell it to `drawn`. */
export function plot(motion: Motion, looks: Looks, now: number, view: View, sheet: Sheet, raster: Raster, drawn: Drawn): void {
  const { x, y, vx, vy, at, until, dx, dy, gliding, size } = motion;
  const { look } = looks;
  const { left, top, world, width, height } = view;
  const margin = sheet.size; // a symbol reaches no further than this from its middle
  const half = margin / 2;
  drawn.clear();
  for (let i = 0; i < size; i++) {
    if (look[i]! < 0) continue;
    const flown = (now < until[i]! ? now : until[i]!) - at[i]!;
    let placeX = x[i]! + vx[i]! * flown;
    let placeY = y[i]! + vy[i]! * flown;
    const glided = now - gliding[i]!;
    if (glided < GLIDE) {
      const part = fading(glided);
      placeX += dx[i]! * part;
      placeY += dy[i]! * part;
    }
    let down = (placeY - top) * world;
    if (placeY < EDGE) down += half;
    else if (placeY > 1 - EDGE) down -= half;
    if (!(down > -margin && down < height + margin)) continue;
    let across = placeX - left; // the origin goes before the scale: a double is exact to a pixel at any zoom
    across = (across - Math.floor(across)) * world;
    if (across > world - margin) across -= world;
    if (across >= width + margin) continue;
    const sprite = sheet.of(looks, i, now);
    let inside = false;
    for (; across < width + margin; across += world) {
      raster.put(sprite, across, down);
      drawn.add(i, across, down);
      inside ||= across >= 0 && across < width && down >= 0 && down < height;
    }
    if (inside) drawn.inView++;
  }
}
