/**
 * A small chart of a value over time: where its line, its ticks and its ends lie; pure.
 *
 * Its time axis is that of the whole history, also where the value was not known at first: the charts of one aircraft
 * share it.
 */

import { isJump } from "../reckon";
import type { History, Report } from "./history";

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Tick {
  readonly at: number;
  readonly label: string;
}

export interface Chart {
  /** Commands of an SVG path; broken where nothing was heard, and where no aircraft can have flown. */
  readonly line: string;
  readonly rows: readonly Tick[];
  readonly times: readonly Tick[];
  readonly last: { readonly x: number; readonly y: number };
  readonly least: number;
  readonly most: number;
  readonly newest: number;
  /** How far back it reaches, s. */
  readonly span: number;
}

const GAP = 30; // s without a value break the line: what lies between was not heard
const NARROWEST = 60; // s: the first reports do not fill the chart
const STEPS = [1, 2, 5, 10];

/**
 * @param perSi Into the unit that is shown.
 * @param flattest How much, in that unit, the chart is high at least: noise is not blown up.
 * @returns null where nothing is known.
 */
export function chart(
  history: History,
  value: (report: Report) => number | null,
  perSi: number,
  flattest: number,
  size: Size,
  label: (value: number) => string,
): Chart | null {
  const points = history.flatMap((report) => {
    const si = value(report);
    return si === null ? [] : [{ report, value: si * perSi }];
  });
  const last = points.at(-1);
  if (last === undefined) return null;
  const values = points.map((point) => point.value);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const scale = rows(least, most, flattest);
  const [begin, end] = [history[0]!.time, history.at(-1)!.time];
  const span = Math.max(NARROWEST, end - begin);
  const x = (time: number) => (1 - (end - time) / span) * size.width;
  const y = (of: number) => (1 - (of - scale.bottom) / (scale.top - scale.bottom)) * size.height;
  return {
    line: path(points, x, y),
    rows: scale.ticks.map((tick) => ({ at: y(tick), label: label(tick) })),
    times: times(span).map((back) => ({ at: x(end - back), label: back === 0 ? "now" : `−${back / 60} min` })),
    last: { x: x(last.report.time), y: y(last.value) },
    least,
    most,
    newest: last.value,
    span: end - begin,
  };
}

function path(
  points: readonly { report: Report; value: number }[],
  x: (time: number) => number,
  y: (value: number) => number,
): string {
  const commands = points.map(({ report, value }, place) => {
    const command = place === 0 || isBreak(points[place - 1]!.report, report) ? "M" : "L";
    return `${command}${x(report.time).toFixed(1)} ${y(value).toFixed(1)}`;
  });
  return commands.join("");
}

/** Whether two reports that follow each other do not belong to one line. */
function isBreak(before: Report, after: Report): boolean {
  const seconds = after.time - before.time;
  return seconds > GAP || isJump(before, after, seconds);
}

/** Two to four round values that hold all others between the lowest and the highest. */
function rows(least: number, most: number, flattest: number): { bottom: number; top: number; ticks: number[] } {
  const height = Math.max(most - least, flattest);
  const centre = (least + most) / 2;
  const step = round(height / 2);
  const bottom = Math.floor((centre - height / 2) / step) * step;
  const top = Math.ceil((centre + height / 2) / step) * step;
  const ticks = Array.from({ length: Math.round((top - bottom) / step) + 1 }, (_, place) => bottom + place * step);
  return { bottom, top, ticks };
}

function round(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  return power * (STEPS.find((factor) => factor * power >= step * 0.999) ?? 10);
}

/** Full minutes back from now, three to six of them. */
function times(span: number): number[] {
  const step = [60, 120, 300, 600, 1200].find((seconds) => span / seconds < 4) ?? 1800;
  return Array.from({ length: Math.floor(span / step) + 1 }, (_, place) => place * step);
}
