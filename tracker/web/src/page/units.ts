/** The two ways in which people read the wire's SI units. */

export const UNITS = ["aviation", "metric"] as const;
export type Units = (typeof UNITS)[number];

/** A quantity as one system of units writes it. */
export interface Measure {
  readonly unit: string;
  /** How many of the unit are one of the wire's SI unit. */
  readonly perSi: number;
  readonly digits: number;
  /** How far the arrows of an input go at once. */
  readonly step: number;
}

export interface Measures {
  readonly altitude: Measure;
  readonly speed: Measure;
  readonly verticalRate: Measure;
}

/** 1 ft = 0.3048 m and 1 kt = 1852 m/h, both exact. */
export const MEASURES: Readonly<Record<Units, Measures>> = {
  aviation: {
    altitude: { unit: "ft", perSi: 1 / 0.3048, digits: 0, step: 1000 },
    speed: { unit: "kt", perSi: 3600 / 1852, digits: 0, step: 10 },
    verticalRate: { unit: "ft/min", perSi: 60 / 0.3048, digits: 0, step: 100 },
  },
  metric: {
    altitude: { unit: "m", perSi: 1, digits: 0, step: 250 },
    speed: { unit: "km/h", perSi: 3.6, digits: 0, step: 25 },
    verticalRate: { unit: "m/s", perSi: 1, digits: 1, step: 1 },
  },
};

const formats = new Map<number, Intl.NumberFormat>();

/** A number with groups of thousands: `35,000`. */
export function grouped(value: number, digits = 0): string {
  let format = formats.get(digits);
  if (format === undefined) {
    format = new Intl.NumberFormat("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
    formats.set(digits, format);
  }
  const text = format.format(value);
  return /^-[0.]+$/.test(text) ? text.slice(1) : text.replace("-", "−");
}

/** An SI value in the measure's unit, without it; empty where it is not known. */
export function written(measure: Measure, value: number | null): string {
  return value === null ? "" : grouped(value * measure.perSi, measure.digits);
}

/** The same with its unit. */
export function withUnit(measure: Measure, value: number | null): string {
  return value === null ? "not known" : `${written(measure, value)} ${measure.unit}`;
}

/** A number that climbs or sinks, with its sign: `+1,200`. */
export function signed(measure: Measure, value: number | null): string {
  const text = written(measure, value);
  return value !== null && /[1-9]/.test(text) && value > 0 ? `+${text}` : text;
}

const POINTS = ["N", "NE", "E", "SE", "S", "SW", "W", "NW"];

/** A track as a compass reads it: `271° W`. */
export function compass(track: number | null): string {
  if (track === null) return "not known";
  return `${bearing(track)} ${POINTS[Math.round(track / 45) % 8]}`;
}

/** Three digits and a degree sign: `007°`. */
export function bearing(track: number | null): string {
  return track === null ? "" : `${String(Math.round(track) % 360).padStart(3, "0")}°`;
}

/** `48.9012° N, 2.4000° E`. */
export function position(lat: number, lon: number): string {
  const side = (value: number, positive: string, negative: string) =>
    `${Math.abs(value).toFixed(4)}° ${value < 0 ? negative : positive}`;
  return `${side(lat, "N", "S")}, ${side(lon, "E", "W")}`;
}

/** Seconds as people say them: `4 s`, `12 s`, `3 min`, `2 h`. Whole ones, as tenths differ at each look. */
export function duration(seconds: number): string {
  if (seconds < 119.5) return `${Math.round(Math.max(0, seconds))} s`;
  return seconds < 7170 ? `${Math.round(seconds / 60)} min` : `${grouped(seconds / 3600)} h`;
}

/** An age in whole seconds; 0 for less than two of them, as most aircraft are heard once a second. */
export function wholeAge(seconds: number): number {
  return seconds < 2 ? 0 : Math.floor(seconds);
}

/** An age as people say it: `now`, `2 s`, `12 s`, `3 min`. */
export function ageSaid(seconds: number): string {
  return wholeAge(seconds) === 0 ? "now" : duration(wholeAge(seconds));
}

/** Event time as UTC, `14:03:27`; with the day where it is another one than today's. */
export function clockTime(time: number | null, today: Date): string {
  if (time === null) return "not known";
  const iso = new Date(time * 1000).toISOString();
  const clock = iso.slice(11, 19);
  return iso.slice(0, 10) === today.toISOString().slice(0, 10) ? `${clock} UTC` : `${iso.slice(0, 10)} ${clock} UTC`;
}
