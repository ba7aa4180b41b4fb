import { describe, expect, test } from "vitest";
import {
  ageSaid, bearing, clockTime, compass, duration, MEASURES, position, signed, wholeAge, withUnit, written,
} from "../src/page/units"; // prettier-ignore

const { aviation, metric } = MEASURES;

describe("units", () => {
  test("an altitude is written in feet or in metres, with groups of thousands", () => {
    expect(written(aviation.altitude, 10668)).toBe("35,000");
    expect(written(metric.altitude, 10668)).toBe("10,668");
  });

  test("a speed is written in knots or in kilometres an hour", () => {
    expect(withUnit(aviation.speed, 1852 / 3.6)).toBe("1,000 kt");
    expect(withUnit(metric.speed, 250)).toBe("900 km/h");
  });

  test("a vertical rate has its sign, in feet a minute or with a digit in metres a second", () => {
    expect(signed(aviation.verticalRate, 5.08)).toBe("+1,000");
    expect(signed(aviation.verticalRate, -5.08)).toBe("−1,000");
    expect(signed(metric.verticalRate, 3.25)).toBe("+3.3");
  });

  test("what rounds to nothing has no sign", () => {
    expect(signed(metric.verticalRate, 0.01)).toBe("0.0");
    expect(written(metric.altitude, -0.2)).toBe("0");
  });

  test("what is not known is empty in a cell and said in words elsewhere", () => {
    expect(written(aviation.altitude, null)).toBe("");
    expect(signed(aviation.verticalRate, null)).toBe("");
    expect(withUnit(aviation.altitude, null)).toBe("not known");
    expect(compass(null)).toBe("not known");
  });

  test("a track just below 360 is north", () => {
    expect(bearing(359.7)).toBe("000°");
    expect(compass(359.7)).toBe("000° N");
    expect(compass(271)).toBe("271° W");
  });

  test("a position names its hemispheres", () => {
    expect(position(-33.5, 151.25)).toBe("33.5000° S, 151.2500° E");
    expect(position(40.7128, -74.006)).toBe("40.7128° N, 74.0060° W");
  });

  test("a duration has the digits that matter", () => {
    expect([-1, 0.42, 12.4, 150, 7300].map(duration)).toEqual(["0 s", "0 s", "12 s", "3 min", "2 h"]);
  });

  test("the age of an aircraft that reports once a second does not change with each look", () => {
    expect(new Set([0.05, 0.3, 0.9, 1.04, 1.4].map(ageSaid))).toEqual(new Set(["now"]));
    expect([2, 2.9, 3.05, 14.9, 119.9, 150].map(ageSaid)).toEqual(["2 s", "2 s", "3 s", "14 s", "119 s", "3 min"]);
    expect([1.99, 2.9].map(wholeAge)).toEqual([0, 2]);
  });

  test("an event of another day is shown with its day", () => {
    const time = Date.UTC(2021, 9, 7, 13, 5, 9) / 1000;
    expect(clockTime(time, new Date("2021-10-07T23:00:00Z"))).toBe("13:05:09 UTC");
    expect(clockTime(time, new Date("2021-10-08T00:00:00Z"))).toBe("2021-10-07 13:05:09 UTC");
  });
});
