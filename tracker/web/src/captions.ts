/**
 * Which callsigns are written, and where: beside their aircraft, over no other aircraft and no other callsign; pure.
 *
 *     Caption, sizes, symbols ──> Captions.arrange ──> Placed ──> pen
 */

/** A text that wants to stand beside an aircraft. */
export interface Caption {
  readonly key: string;
  readonly text: string;
  /** Middle of the aircraft, device px. */
  readonly x: number;
  readonly y: number;
  /** Written even where it hides something. */
  readonly must: boolean;
  /** How much further from the aircraft than others it begins, px; none where it is not given. */
  readonly further?: number;
}

/** A rectangle, device px. */
export interface Spot {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Placed {
  readonly caption: Caption;
  readonly spot: Spot;
}

/** Around an aircraft, the first choice first; the order decides nothing but looks. */
const SIDES: readonly (readonly [dx: -1 | 0 | 1, dy: -1 | 0 | 1])[] = [[1, 0], [-1, 0], [0, 1], [0, -1]]; // prettier-ignore

export class Captions {
  /** On which side each one was written last time. */
  #before: ReadonlyMap<string, number> = new Map();

  /**
   * Find a place for as many captions as have one within the canvas. One that was written last time goes before
   * those that were not, and keeps its side where that is free, so that nothing flickers.
   *
   * @param sizeOf How much a text takes.
   * @param aside How far from the middle of an aircraft its text begins, px.
   * @param symbols What must not be covered.
   */
  arrange(
    captions: readonly Caption[],
    sizeOf: (text: string) => Size,
    aside: number,
    symbols: Iterable<Spot>,
    canvas: Size,
  ): Placed[] {
    const taken = new Taken();
    for (const symbol of symbols) taken.add(symbol);
    const sides = new Map<string, number>();
    const placed: Placed[] = [];
    const rank = ({ must, key }: Caption): number => (must ? 0 : this.#before.has(key) ? 1 : 2);
    for (const turn of [0, 1, 2]) {
      for (const caption of captions) {
        if (rank(caption) !== turn) continue;
        const size = sizeOf(caption.text);
        const last = this.#before.get(caption.key) ?? 0;
        const spotOn = (side: number): Spot => spotAt(side, caption, size, aside);
        const isFree = (side: number): boolean => {
          const spot = spotOn(side);
          return within(spot, canvas) && taken.isFree(spot);
        };
        let side = isFree(last) ? last : SIDES.findIndex((_, other) => isFree(other));
        if (side < 0 && caption.must) side = 0;
        if (side < 0) continue;
        const spot = spotOn(side);
        taken.add(spot);
        sides.set(caption.key, side);
        placed.push({ caption, spot });
      }
    }
    this.#before = sides;
    return placed;
  }
}

const CELL = 64; // px: about as wide as a callsign
const ROW = 1 << 16; // more cells than any canvas is wide

/** What is covered already, by the cells in which it lies, so that few comparisons are needed. */
class Taken {
  readonly #cells = new Map<number, Spot[]>();

  add(spot: Spot): void {
    this.#some(spot, (held, cell) => {
      if (held) held.push(spot);
      else this.#cells.set(cell, [spot]);
      return false;
    });
  }

  isFree(spot: Spot): boolean {
    return !this.#some(spot, (held) => held !== undefined && held.some((other) => overlap(spot, other)));
  }

  /** Whether something holds for one of the cells that a spot touches. */
  #some({ left, top, right, bottom }: Spot, holds: (held: Spot[] | undefined, cell: number) => boolean): boolean {
    for (let row = Math.floor(top / CELL); row * CELL < bottom; row++) {
      for (let column = Math.floor(left / CELL); column * CELL < right; column++) {
        const cell = row * ROW + column;
        if (holds(this.#cells.get(cell), cell)) return true;
      }
    }
    return false;
  }
}

function spotAt(side: number, { x, y, further = 0 }: Caption, { width, height }: Size, aside: number): Spot {
  const [dx, dy] = SIDES[side]!;
  const away = aside + further;
  const left = Math.round(x + dx * (away + width / 2) - width / 2);
  const top = Math.round(y + dy * (away + height / 2) - height / 2);
  return { left, top, right: left + width, bottom: top + height };
}

function within({ left, top, right, bottom }: Spot, { width, height }: Size): boolean {
  return left >= 0 && top >= 0 && right <= width && bottom <= height;
}

function overlap(a: Spot, b: Spot): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
