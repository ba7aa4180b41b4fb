/** Which box the page subscribes to for what its map shows. */

import type { Box } from "../protocol";

/** What a map shows, deg; longitudes go on beyond 180 where it shows the antimeridian. */
export interface Bounds {
  readonly west: number;
  readonly south: number;
  readonly east: number;
  readonly north: number;
}

/** The server widens boxes to tiles of this size, deg: a smaller step would ask anew for the same aircraft. */
const TILE = 10;
const PAD = 0.1; // of the width and height, so that a short drag finds its aircraft there
const SHRUNK = 0.5; // of the area that was asked for: with less in view it is asked for anew
/** So that an eastern or northern edge does not begin the next tile. */
const INSIDE = 1e-6;

/** The box that holds the bounds, padded and widened to tiles; null: the world. */
export function boxAround(bounds: Bounds): Box | null {
  const [padX, padY] = [PAD * (bounds.east - bounds.west), PAD * (bounds.north - bounds.south)];
  const west = Math.floor((bounds.west - padX) / TILE) * TILE;
  const east = Math.ceil((bounds.east + padX) / TILE) * TILE;
  const south = Math.max(-90, Math.floor((bounds.south - padY) / TILE) * TILE);
  const north = Math.min(90, Math.ceil((bounds.north + padY) / TILE) * TILE);
  if (east - west >= 360) return null;
  return [wrapped(west), south, wrapped(east - INSIDE), north === 90 ? 90 : north - INSIDE];
}

/** The box to ask for: the one that is held, as long as it holds the bounds and is not far larger. */
export function boxFor(bounds: Bounds, held: Box | null | undefined): Box | null {
  const next = boxAround(bounds);
  if (held === undefined || (next !== null && area(next) < SHRUNK * area(held))) return next;
  return holds(held, bounds) ? held : next;
}

/** Whether two boxes are the same. */
export function same(one: Box | null, other: Box | null): boolean {
  return one === other || (one !== null && other !== null && one.every((edge, place) => edge === other[place]));
}

/** Whether a position lies within what a map shows. */
export function shows(bounds: Bounds, lat: number, lon: number): boolean {
  if (lat < bounds.south || lat > bounds.north) return false;
  return mod(lon - bounds.west, 360) <= bounds.east - bounds.west;
}

function holds(box: Box | null, { west, south, east, north }: Bounds): boolean {
  if (box === null) return true;
  const from = mod(west - box[0], 360);
  return south >= Math.max(box[1], -90) && north <= box[3] + INSIDE && from + (east - west) <= width(box) + INSIDE;
}

function area(box: Box | null): number {
  return box === null ? 360 * 180 : width(box) * (box[3] - box[1]);
}

function width(box: Box): number {
  return box[2] - box[0] + (box[2] < box[0] ? 360 : 0);
}

function wrapped(lon: number): number {
  return mod(lon + 180, 360) - 180;
}

function mod(value: number, by: number): number {
  return ((value % by) + by) % by;
}
