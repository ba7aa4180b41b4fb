import { expect, test } from "vitest";
import { marks } from "../src/page/legend";
import { MEASURES, UNITS } from "../src/page/units";
import { RAMP } from "../src/symbols";

test("in feet the numbers stand where the classes begin", () => {
  expect(marks("aviation").map(({ at }) => at)).toEqual(RAMP.map((_, i) => expect.closeTo(i / RAMP.length, 6)));
  expect(marks("aviation").map(({ label }) => label)).toEqual(
    ["0", "1k", "5k", "10k", "15k", "20k", "25k", "30k", "35k", "40k"],
  ); // prettier-ignore
});

test("in metres they are round too, and stand where they lie between the edges of the classes", () => {
  const found = marks("metric");
  expect(found.map(({ label }) => label)).toEqual(["0", "1k", "2k", "4k", "6k", "8k", "10k", "12k"]);
  for (const { at, label } of found.slice(1)) {
    const [index, part] = [Math.floor(at * RAMP.length), (at * RAMP.length) % 1];
    const [from, to] = [RAMP[index]!.altitude, RAMP[index + 1]!.altitude];
    expect((from + part * (to - from)) * MEASURES.metric.altitude.perSi).toBeCloseTo(1_000 * parseFloat(label), 6);
  }
});

test.each(UNITS)("on the narrowest ramp, 270 px wide, no two of them touch: %s", (units) => {
  const found = marks(units).map(({ at, label }) => ({ middle: 270 * at, half: (7 * label.length) / 2 }));
  found.slice(1).forEach(({ middle, half }, i) => {
    expect(middle - half).toBeGreaterThan(found[i]!.middle + found[i]!.half + 2);
  });
  expect(found.at(-1)!.middle + found.at(-1)!.half).toBeLessThan(270);
});
