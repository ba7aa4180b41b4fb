import { describe, expect, test } from "vitest";
import { FIRST, format, parse, type View } from "../src/page/view";

const FULL: View = {
  place: { lat: 48.9012, lon: -2.4, zoom: 7 },
  selected: "cs:TEST/1 É",
  follow: true,
  filters: {
    altitude: [914.4, 10668],
    speed: [null, 257.22],
    airline: "AFR",
    surface: "air",
    kind: "vessel",
    type: "A32",
    source: "mlat",
  },
  search: "TEST & 1",
  sort: { by: "altitude", descending: true },
  units: "metric",
};

describe("view in the URL", () => {
  test("a view comes back as it went", () => {
    expect(parse(`#${format(FULL)}`)).toEqual({ view: FULL, problems: [] });
  });

  test("the first view is an empty fragment, and an empty fragment the first view", () => {
    expect(format(FIRST)).toBe("");
    expect(parse("")).toEqual({ view: FIRST, problems: [] });
  });

  test("a link can be read by people", () => {
    expect(format({ ...FIRST, place: FULL.place, selected: "cs:TEST-1" })).toBe("map=7/48.9012/-2.4000&flight=cs:TEST-1");
  });

  test("round feet and knots come back round", () => {
    const filters = { ...FIRST.filters, altitude: [33_000 * 0.3048, null], speed: [(451 * 1852) / 3600, null] } as const;
    const back = parse(format({ ...FIRST, filters })).view.filters;
    expect(Math.round(back.altitude[0]! / 0.3048)).toBe(33_000);
    expect(Math.round((back.speed[0]! * 3600) / 1852)).toBe(451);
  });

  test.each([
    ["map=99/48/2", "map=99/48/2: zoom 99: 2 to 18 is allowed"],
    ["map=5/91/2", "map=5/91/2: latitude 91: -85.05 to 85.05 is allowed"],
    ["map=5/48", "map=5/48: zoom/latitude/longitude is needed, as in 6/48.9/2.4"],
    ["map=5/x/2", 'map=5/x/2: "x" is not a number'],
    ["altitude=high", "altitude=high: from..to is needed in SI units, as in 3000..9000; either may be absent"],
    ["altitude=9..3", "altitude=9..3: 9 is above 3"],
    ["sort=-colour", "sort=-colour: callsign, address, type, registration, altitude, speed, rate, track, age are allowed"],
    ["units=imperial", "units=imperial: aviation, metric are allowed"],
    ["surface=sea", "surface=sea: any, air, ground are allowed"],
    ["kind=train", "kind=train: any, aircraft, vehicle, vessel, container, other are allowed"],
    ["source=gps", "source=gps: any, adsb, mlat, tisb, adsc, flarm, asterix, other are allowed"],
    ["type=A320neo", "type=A320neo: “A320neo” is not an ICAO type designator: it has two to four letters and digits, as in A320"],
    [
      "airline=Air%20France",
      "airline=Air France: “Air France” is not an ICAO airline designator: type its three letters, as in AFR for Air France",
    ],
    [`search=${"A".repeat(41)}`, `search=${"A".repeat(41)}: 41 characters: at most 40 are allowed`],
  ])("%s is named with what is allowed, and the rest of the link holds", (bad, problem) => {
    const { view, problems } = parse(`${bad}&flight=3c6514`);
    expect(problems).toEqual([problem]);
    expect(view).toEqual({ ...FIRST, selected: "3c6514" });
  });

  test("nobody is followed where nobody is selected", () => {
    expect(parse("follow=1").view.follow).toBe(false);
  });

  test("parameters of a later page are passed over", () => {
    expect(parse("colour=speed&units=metric")).toEqual({ view: { ...FIRST, units: "metric" }, problems: [] });
  });
});
