/**
 * Land and borders of Natural Earth on the square of Web Mercator, cut to the tiles of a map; pure.
 *
 *     topology ──> survey ──> Land ──> clipRing, clipLine ──> backdrop
 */
import type { Geometry, Position } from "geojson";
import { feature, mesh } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import { mercatorX, mercatorY, shortWay } from "./reckon";
import type { Theme } from "./sprites";

export interface Paint {
  readonly sea: string;
  readonly land: string;
  readonly coast: string;
  readonly border: string;
}

/** Pale, so that the aircraft stand out: see the test of their contrast. */
export const PAINTS: Readonly<Record<Theme, Paint>> = {
  light: { sea: "#d3e2ec", land: "#f4f1e8", coast: "#9fb2bd", border: "#c2b8c4" },
  dark: { sea: "#0f151c", land: "#232b34", coast: "#4a5a68", border: "#475361" },
};

/** x and y in turn, fractions of the world; x is not wrapped, so that no edge runs round the world. */
export interface Path {
  readonly points: Float64Array;
  readonly box: Rectangle;
}

export interface Rectangle {
  readonly west: number;
  readonly north: number;
  readonly east: number;
  readonly south: number;
}

export interface Land {
  /** Closed; a hole is a ring as well. */
  readonly rings: readonly Path[];
  readonly borders: readonly Path[];
}

export interface Atlas extends Topology {
  objects: { land: GeometryCollection; countries: GeometryCollection };
}

export function survey(atlas: Atlas): Land {
  const land = feature(atlas, atlas.objects.land);
  const rings = land.features.flatMap(({ geometry }) => ringsOf(geometry)).map((ring) => closed(unwrapped(ring)));
  const borders = mesh(atlas, atlas.objects.countries, (a, b) => a !== b);
  return { rings: rings.map(path), borders: borders.coordinates.map((line) => path(unwrapped(line))) };
}

function ringsOf(geometry: Geometry): Position[][] {
  if (geometry.type === "Polygon") return geometry.coordinates;
  if (geometry.type === "MultiPolygon") return geometry.coordinates.flat();
  return [];
}

/** Mercator, each point the short way from the one before. */
function unwrapped(line: readonly Position[]): number[] {
  const points: number[] = [];
  let before = mercatorX(line[0]?.[0] ?? 0);
  for (const [lon = 0, lat = 0] of line) {
    before += shortWay(mercatorX(lon) - before);
    points.push(before, mercatorY(lat));
  }
  return points;
}

/** A ring that goes round a pole is closed along the edge of the projection. */
function closed(ring: number[]): number[] {
  const [x = 0, y = 0] = ring;
  const end = ring[ring.length - 2] ?? x;
  if (Math.abs(end - x) < 0.5) return ring;
  const edge = y > 0.5 ? 1.01 : -0.01; // the stroke runs outside
  return [...ring, end, edge, x, edge];
}

function path(points: readonly number[]): Path {
  let [west, north, east, south] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < points.length; i += 2) {
    west = Math.min(west, points[i]!);
    east = Math.max(east, points[i]!);
    north = Math.min(north, points[i + 1]!);
    south = Math.max(south, points[i + 1]!);
  }
  return { points: Float64Array.from(points), box: { west, north, east, south } };
}

/** By how many worlds a path is shifted to come to lie in a rectangle: one shift for each time that it does. */
export function shifts(box: Rectangle, within: Rectangle): number[] {
  if (box.south < within.north || box.north > within.south) return [];
  const found: number[] = [];
  for (let k = Math.ceil(within.west - box.east); k <= Math.floor(within.east - box.west); k++) found.push(k);
  return found;
}

/** What of a ring lies in a rectangle (Sutherland and Hodgman): x and y in turn; empty where nothing does. */
export function clipRing(points: ArrayLike<number>, within: Rectangle): ArrayLike<number> {
  let ring = points;
  for (const [axis, limit, sign] of sides(within)) ring = clipSide(ring, axis, limit, sign);
  return ring;
}

/** The axis (0: x, 1: y), the limit, and on which side of it one is inside. */
function sides({ west, north, east, south }: Rectangle): [0 | 1, number, 1 | -1][] {
  return [[0, west, 1], [0, east, -1], [1, north, 1], [1, south, -1]]; // prettier-ignore
}

function clipSide(ring: ArrayLike<number>, axis: 0 | 1, limit: number, sign: 1 | -1): number[] {
  const kept: number[] = [];
  const last = ring.length - 2;
  for (let i = 0; i <= last; i += 2) {
    const j = i === 0 ? last : i - 2;
    const here = (ring[i + axis]! - limit) * sign;
    const before = (ring[j + axis]! - limit) * sign;
    if (here >= 0 !== before >= 0) {
      const t = before / (before - here);
      kept.push(ring[j]! + (ring[i]! - ring[j]!) * t, ring[j + 1]! + (ring[i + 1]! - ring[j + 1]!) * t);
    }
    if (here >= 0) kept.push(ring[i]!, ring[i + 1]!);
  }
  return kept;
}

/** The pieces of a line whose edges may touch a rectangle. */
export function clipLine(points: ArrayLike<number>, { west, north, east, south }: Rectangle): number[][] {
  const pieces: number[][] = [];
  let piece: number[] | null = null;
  for (let i = 2; i < points.length; i += 2) {
    const [ax, ay, bx, by] = [points[i - 2]!, points[i - 1]!, points[i]!, points[i + 1]!];
    const outside =
      Math.max(ax, bx) < west || Math.min(ax, bx) > east || Math.max(ay, by) < north || Math.min(ay, by) > south;
    if (outside) piece = null;
    else if (piece) piece.push(bx, by);
    else pieces.push((piece = [ax, ay, bx, by]));
  }
  return pieces;
}
