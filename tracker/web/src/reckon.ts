/**
 * Dead reckoning on the great circle, and the square of Web Mercator; pure.
 *
 * A place on the square is a pair of fractions: x grows to the east from 0 at 180 W to 1 at 180 E, y to the south from
 * 0 at 85.05 N to 1 at 85.05 S. Doubles hold it to a ten-millionth of a pixel at zoom 18.
 */

/** Mean radius of the earth, m. */
export const EARTH_RADIUS = 6_371_008.8;

/** Where the square of the projection ends, deg. */
export const MAX_LATITUDE = 85.0511287798066;

/** 1,500 kt in m/s; no airliner has flown as fast (Concorde cruised at some 1,150): what seems faster is an error. */
export const JUMP_SPEED = (1_500 * 1_852) / 3_600;

const RADIANS = Math.PI / 180;

export interface Place {
  /** deg */
  readonly lat: number;
  /** deg */
  readonly lon: number;
}

export function mercatorX(lon: number): number {
  return lon / 360 + 0.5;
}

/** Whether a latitude lies beyond the square: it is drawn on the edge, and stands there. */
export function isOffMap(lat: number): boolean {
  return Math.abs(lat) > MAX_LATITUDE;
}

/** Latitudes beyond the projection lie on its edge. */
export function mercatorY(lat: number): number {
  const s = Math.sin(Math.max(-MAX_LATITUDE, Math.min(MAX_LATITUDE, lat)) * RADIANS);
  return 0.5 - Math.log((1 + s) / (1 - s)) / (4 * Math.PI);
}

export function latitude(y: number): number {
  return Math.atan(Math.sinh((0.5 - y) * 2 * Math.PI)) / RADIANS;
}

/** deg, [-180, 180). */
export function longitude(x: number): number {
  return (x - Math.floor(x)) * 360 - 180;
}

/** Where one comes to who flies `metres` along the great circle that leaves `from` on `track`, deg. */
export function advance(from: Place, track: number, metres: number): Place {
  const angle = metres / EARTH_RADIUS;
  const lat = from.lat * RADIANS;
  const course = track * RADIANS;
  const south = Math.cos(angle);
  const along = Math.sin(angle);
  const sine = Math.sin(lat) * south + Math.cos(lat) * along * Math.cos(course);
  const turn = Math.atan2(Math.sin(course) * along * Math.cos(lat), south - Math.sin(lat) * sine);
  return { lat: Math.asin(Math.max(-1, Math.min(1, sine))) / RADIANS, lon: from.lon + turn / RADIANS };
}

/** Along the great circle, m. */
export function distance(a: Place, b: Place): number {
  const up = Math.sin(((b.lat - a.lat) * RADIANS) / 2);
  const across = Math.sin(((b.lon - a.lon) * RADIANS) / 2);
  const h = up * up + Math.cos(a.lat * RADIANS) * Math.cos(b.lat * RADIANS) * across * across;
  return 2 * EARTH_RADIUS * Math.asin(Math.min(1, Math.sqrt(h)));
}

/** Whether nothing flies from one place to the other in `seconds`; less than one second counts as one. */
export function isJump(from: Place, to: Place, seconds: number): boolean {
  const limit = JUMP_SPEED * Math.max(1, seconds);
  // No way is longer than the one along a parallel and a meridian: that clears nearly all without a sine.
  if ((Math.abs(to.lat - from.lat) + Math.abs(to.lon - from.lon)) * RADIANS * EARTH_RADIUS <= limit) return false;
  return distance(from, to) > limit;
}

/** The difference of two x, the short way round the world: [-0.5, 0.5). */
export function shortWay(dx: number): number {
  return dx - Math.floor(dx + 0.5);
}
