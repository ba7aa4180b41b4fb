import { describe, expect, test } from "vitest";
import { chart } from "../src/page/chart";
import type { History } from "../src/page/history";

const SIZE = { width: 200, height: 100 };

function climb(seconds: number, from = 0, step = 1): History {
  return Array.from({ length: Math.floor(seconds / step) + 1 }, (_, place) => {
    return { time: 1000 + place * step, lat: 0, lon: 0, altitude: from + place * step, velocity: null };
  });
}

const draw = (history: History, flattest = 1) =>
  chart(history, (report) => report.altitude, 1, flattest, SIZE, String);

describe("chart", () => {
  test("without a value there is no chart", () => {
    expect(draw([])).toBeNull();
    expect(chart(climb(10), (report) => report.velocity, 1, 1, SIZE, String)).toBeNull();
  });

  test("the line begins at the left and ends at the right, within the rows", () => {
    const drawn = draw(climb(100))!;
    expect(drawn.line.startsWith("M0.0 100.0L2.0 99.0")).toBe(true);
    expect(drawn.last).toEqual({ x: 200, y: 0 });
    expect(drawn.rows.map(({ label }) => label)).toEqual(["0", "50", "100"]);
  });

  test("values are in the unit that is shown", () => {
    const drawn = chart(climb(100), (report) => report.altitude, 10, 1, SIZE, String)!;
    expect([drawn.least, drawn.most, drawn.newest]).toEqual([0, 1000, 1000]);
  });

  test("a gap breaks the line", () => {
    const history = climb(100).filter(({ time }) => time < 1020 || time > 1060);
    expect(draw(history)!.line.match(/M/g)).toHaveLength(2);
    expect(draw(climb(100, 0, 10))!.line.match(/M/g)).toHaveLength(1);
  });

  test("level flight is a flat line in the middle of its rows", () => {
    const level = climb(60).map((report) => ({ ...report, altitude: 3000 }));
    const drawn = draw(level, 500)!;
    expect(drawn.last.y).toBeGreaterThan(20);
    expect(drawn.last.y).toBeLessThan(80);
  });

  test("rows are round, and hold every value", () => {
    for (const [from, seconds] of [[-60, 300], [9876, 1234], [3, 7], [12_000, 3600]] as const) {
      const drawn = draw(climb(seconds, from))!;
      const labels = drawn.rows.map(({ label }) => Number(label));
      expect(Math.min(...labels)).toBeLessThanOrEqual(from);
      expect(Math.max(...labels)).toBeGreaterThanOrEqual(from + seconds);
      expect(labels.length).toBeGreaterThanOrEqual(2);
      expect(labels.length).toBeLessThanOrEqual(5);
    }
  });

  test("times are full minutes back from now", () => {
    expect(draw(climb(600))!.times.map(({ label }) => label)).toEqual(["now", "−5 min", "−10 min"]);
    expect(draw(climb(10))!.times.map(({ label }) => label)).toEqual(["now", "−1 min"]);
  });

  test("the charts of one aircraft share their time axis, also where a value was not known at first", () => {
    const history = climb(300).map((report) => ({ ...report, velocity: report.time < 1200 ? null : 100 }));
    const [altitude, speed] = [draw(history)!, chart(history, (report) => report.velocity, 1, 1, SIZE, String)!];
    expect(speed.times).toEqual(altitude.times);
    expect(speed.span).toBe(300);
    expect(speed.line.startsWith("M133.3 ")).toBe(true);
    expect(speed.last.x).toBe(altitude.last.x);
  });

  test("where no aircraft can have flown from one report to the next, the line is broken", () => {
    const history = climb(20).map((report) => ({ ...report, lon: report.time % 2 ? 5 : 0 }));
    expect(draw(history)!.line.match(/L/g)).toBeNull();
  });
});
