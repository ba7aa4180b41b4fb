/** Where the legend of altitudes writes its numbers: round ones in the unit that is shown; pure. */

import { RAMP } from "../symbols";
import { grouped, MEASURES, type Units } from "./units";

export interface Mark {
  /** Place on the ramp, whose classes are all as wide: 0 to 1. */
  readonly at: number;
  /** `5k` for 5,000. */
  readonly label: string;
}

/** In the unit of each system; the classes begin at feet that are round, so that metres fall between their edges. */
const VALUES: Readonly<Record<Units, readonly number[]>> = {
  aviation: [0, 1_000, 5_000, 10_000, 15_000, 20_000, 25_000, 30_000, 35_000, 40_000],
  metric: [0, 1_000, 2_000, 4_000, 6_000, 8_000, 10_000, 12_000],
};

export function marks(units: Units): Mark[] {
  const { perSi } = MEASURES[units].altitude;
  return VALUES[units].map((value) => ({ at: rampPlace(value / perSi), label: thousands(value) }));
}

/** Where an altitude from 0 m lies on the ramp, in proportion within its class. */
function rampPlace(altitude: number): number {
  const index = Math.max(0, RAMP.findLastIndex((of) => altitude >= of.altitude - 0.5)); // half a metre: rounding
  const from = RAMP[index]!.altitude;
  const to = RAMP[index + 1]?.altitude ?? 2 * from - RAMP[index - 1]!.altitude; // the last one has no end
  return (index + Math.min(1, Math.max(0, (altitude - from) / (to - from)))) / RAMP.length;
}

function thousands(value: number): string {
  return value === 0 ? "0" : `${grouped(value / 1_000)}k`;
}
