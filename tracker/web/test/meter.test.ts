import { expect, test } from "vitest";
import { Meter } from "../src/page/meter";

test("the rate is that of the last seconds", () => {
  const meter = new Meter(5);
  for (let now = 0; now < 20; now++) meter.add(now < 10 ? 100 : 10, now);
  expect(meter.rate(19)).toBe(10);
});

test("it falls while nothing comes, to nothing", () => {
  const meter = new Meter(5);
  meter.add(50, 0);
  expect([0, 4.9, 5].map((now) => meter.rate(now))).toEqual([10, 10, 0]);
});

test("it begins anew when it is cleared", () => {
  const meter = new Meter(5);
  meter.add(50, 0);
  meter.clear();
  expect(meter.rate(0)).toBe(0);
});
