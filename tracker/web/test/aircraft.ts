/** Aircraft and other objects for tests: all is not known, but for what is given. */

import type { Aircraft } from "../src/fleet";

export function aircraft(part: Partial<Aircraft> = {}): Aircraft {
  const unknown = { icao24: null, callsign: null, squawk: null, time: null, velocity: null, track: null };
  const heights = { altitude: null, geo_altitude: null, vertical_rate: null, on_ground: null };
  const described = { kind: "aircraft", position_source: null, typecode: null, registration: null, category: null } as const;
  return { key: "3c6514", lat: 48.9, lon: 2.4, heardAt: 0, ...unknown, ...heights, ...described, ...part };
}
