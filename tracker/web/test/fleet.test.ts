import { describe, expect, test } from "vitest";
import { Fleet } from "../src/fleet";
import { advance, distance, type Place } from "../src/reckon";
import type { Columns } from "../src/protocol";

const NOW = 1_000;
const PARIS = { lat: 49, lon: 2.5 };

interface Told {
  key?: string;
  time?: number | null;
  velocity?: number | null;
  track?: number | null;
  heard?: number;
}

function report(place: Place, { key = "3c6514", time = null, velocity = 250, track = 45, heard = 0 }: Told = {}): Columns {
  return { key: [key], time: [time], lat: [place.lat], lon: [place.lon], velocity: [velocity], track: [track], heard: [heard] };
}

function fleetWith(columns: Columns): Fleet {
  const fleet = new Fleet();
  fleet.apply(columns, [], NOW);
  return fleet;
}

function metres(fleet: Fleet, now: number, to: Place): number {
  return distance(fleet.place("3c6514", now)!, to);
}

describe("state", () => {
  test("a row becomes an aircraft; what the columns lack is null", () => {
    const fleet = fleetWith({ key: ["3c6514", "cs:TEST-1"], lat: [49, 50], lon: [2, 3], callsign: ["DLH4AB", null], heard: [2, 0] });
    expect(fleet.get("3c6514")).toEqual({
      key: "3c6514", icao24: "3c6514", callsign: "DLH4AB", squawk: null, time: null, lat: 49, lon: 2, velocity: null,
      track: null, altitude: null, geo_altitude: null, vertical_rate: null, on_ground: null,
      kind: "aircraft", position_source: null, typecode: null, registration: null, category: null, heardAt: NOW - 2,
    }); // prettier-ignore
    expect(fleet.get("cs:TEST-1")?.icao24).toBeNull();
    expect(fleet.size).toBe(2);
  });

  test("an object that is no aircraft says so, and its id is no address", () => {
    const fleet = fleetWith({
      key: ["id:TRUCK-7", "3c6514"], lat: [49, 50], lon: [2, 3], kind: ["vehicle", null], position_source: [null, "mlat"],
      typecode: [null, "A20N"], registration: ["HH 7", "D-AINA"], category: [null, "A3"],
    }); // prettier-ignore
    expect(fleet.get("id:TRUCK-7")).toMatchObject({ kind: "vehicle", icao24: null, callsign: null, registration: "HH 7" });
    const jet = { kind: "aircraft", position_source: "mlat", typecode: "A20N", registration: "D-AINA", category: "A3" };
    expect(fleet.get("3c6514")).toMatchObject(jet);
  });

  test("other ages at which objects are stale and lost hold for those that are there", () => {
    const fleet = fleetWith(report(PARIS));
    const { version } = fleet;
    fleet.setAges(100, 200);
    expect(fleet.version).toBeGreaterThan(version);
    expect(fleet.isStale(fleet.get("3c6514")!, NOW + 99)).toBe(false);
    expect(fleet.expire(NOW + 199)).toEqual([]);
    expect(fleet.expire(NOW + 201)).toEqual(["3c6514"]);
  });

  test("a row in a delta is whole: what it lacks is not known any more", () => {
    const fleet = fleetWith({ ...report(PARIS), callsign: ["DLH4AB"] });
    fleet.apply(report(PARIS), [], NOW + 1);
    expect(fleet.get("3c6514")?.callsign).toBeNull();
  });

  test("those that are removed are gone, and the others keep their places", () => {
    const fleet = new Fleet();
    fleet.apply({ key: ["a", "b", "c"], lat: [1, 2, 3], lon: [10, 20, 30] }, [], NOW);
    fleet.apply({}, ["a", "never held"], NOW);
    expect([...fleet.all()].map(({ key }) => key).sort()).toEqual(["b", "c"]);
    expect(fleet.get("a")).toBeUndefined();
    expect(fleet.place("a", NOW)).toBeUndefined();
    expect(fleet.place("b", NOW)!.lat).toBeCloseTo(2, 9);
    expect(fleet.place("c", NOW)!.lat).toBeCloseTo(3, 9);
    expect(fleet.at(fleet.slotOf("c")!).key).toBe("c");
  });

  test("a snapshot takes away what it does not hold", () => {
    const fleet = new Fleet();
    fleet.apply({ key: ["a", "b", "c"], lat: [1, 2, 3], lon: [10, 20, 30] }, [], NOW);
    fleet.replace({ key: ["c", "d"], lat: [3, 4], lon: [30, 40] }, NOW);
    expect([...fleet.all()].map(({ key }) => key).sort()).toEqual(["c", "d"]);
    fleet.replace({}, NOW);
    expect(fleet.size).toBe(0);
  });

  test("a row without a position has no place on the map and is left out", () => {
    const fleet = fleetWith({ key: ["a", "b"], lat: [null, 1], lon: [1, null] });
    expect(fleet.size).toBe(0);
    expect(fleetWith({ key: ["a"] }).size).toBe(0);
  });

  test("hundreds come and go, and each keeps its own place", () => {
    const fleet = new Fleet();
    const keys = Array.from({ length: 500 }, (_, i) => `k${i}`);
    fleet.apply({ key: keys, lat: keys.map((_, i) => i / 10), lon: keys.map(() => 5) }, [], NOW);
    fleet.apply({}, keys.filter((_, i) => i % 3 !== 0), NOW);
    expect(fleet.size).toBe(167);
    for (let i = 0; i < 500; i += 3) expect(fleet.place(`k${i}`, NOW)!.lat).toBeCloseTo(i / 10, 9);
  });

  test("the version grows with each change, and not without one", () => {
    const fleet = new Fleet();
    const versions = [fleet.version];
    fleet.apply(report(PARIS), [], NOW);
    versions.push(fleet.version);
    fleet.silence(NOW);
    versions.push(fleet.version);
    fleet.resume(NOW);
    versions.push(fleet.version);
    fleet.expire(NOW + 61);
    versions.push(fleet.version);
    expect(new Set(versions).size).toBe(5);
    fleet.expire(NOW + 61);
    fleet.resume(NOW + 61);
    expect(fleet.version).toBe(versions.at(-1));
  });
});

describe("motion", () => {
  test.each([0, 50, 77, -50])("between reports it flies on the great circle, within a metre, at latitude %d", (lat) => {
    const from = { lat, lon: 10 };
    for (const track of [0, 45, 90, 200, 315]) {
      const fleet = fleetWith(report(from, { track }));
      const tolerance = Math.abs(lat) <= 50 ? 1 : 3;
      for (const seconds of [1, 4, 7.5, 11]) {
        expect(metres(fleet, NOW + seconds, advance(from, track, 250 * seconds))).toBeLessThan(tolerance);
      }
      expect(metres(fleet, NOW + 15, advance(from, track, 250 * 15))).toBeLessThan(0.001);
    }
  });

  test("after 15 s without a report it moves on no further", () => {
    const fleet = fleetWith(report(PARIS));
    expect(fleet.place("3c6514", NOW + 40)).toEqual(fleet.place("3c6514", NOW + 15));
    expect(fleet.place("3c6514", NOW + 14)).not.toEqual(fleet.place("3c6514", NOW + 15));
  });

  test("what was heard before it was sent has flown on meanwhile", () => {
    const fleet = fleetWith(report(PARIS, { heard: 4 }));
    expect(metres(fleet, NOW, advance(PARIS, 45, 1_000))).toBeLessThan(1);
    expect(fleet.place("3c6514", NOW + 20)).toEqual(fleet.place("3c6514", NOW + 11));
  });

  test.each<[string, Told]>([
    ["speed", { velocity: null }],
    ["track", { track: null }],
    ["motion", { velocity: 0 }],
  ])("without a known %s it stays", (_, told) => {
    const fleet = fleetWith(report(PARIS, told));
    expect(metres(fleet, NOW + 10, PARIS)).toBeLessThan(0.001);
  });

  test("a correction does not leap: it fades within a second", () => {
    const fleet = fleetWith(report(PARIS));
    const drawn = fleet.place("3c6514", NOW + 5)!;
    const truth = advance(advance(PARIS, 45, 1_250), 135, 400);
    fleet.apply(report(truth), [], NOW + 5);
    expect(metres(fleet, NOW + 5, drawn)).toBeLessThan(0.01);
    const offs = [0, 0.25, 0.5, 0.75, 1].map((s) => metres(fleet, NOW + 5 + s, advance(truth, 45, 250 * s)));
    expect(offs[0]).toBeCloseTo(400, 0);
    expect(offs[2]).toBeCloseTo(200, 0);
    expect([...offs].sort((a, b) => b - a)).toEqual(offs);
    expect(offs[4]).toBeLessThan(1);
  });

  test("it glides the short way over the antimeridian", () => {
    const fleet = fleetWith(report({ lat: 0, lon: 179.999 }, { velocity: 0 }));
    fleet.apply(report({ lat: 0, lon: -179.999 }, { velocity: 0 }), [], NOW + 5);
    const half = fleet.place("3c6514", NOW + 5.5)!.lon;
    expect(Math.abs(half)).toBeCloseTo(180, 6);
  });

  test("an implausible jump is not animated", () => {
    const fleet = fleetWith(report(PARIS, { time: 100 }));
    const away = advance(PARIS, 90, 20_000);
    fleet.apply(report(away, { time: 105 }), [], NOW + 5);
    expect(metres(fleet, NOW + 5, away)).toBeLessThan(0.01);
  });

  test("a long way is no jump where there was time to fly it", () => {
    const fleet = fleetWith(report(PARIS, { time: 100 }));
    const drawn = fleet.place("3c6514", NOW + 5)!;
    fleet.apply(report(advance(PARIS, 90, 20_000), { time: 160 }), [], NOW + 5);
    expect(metres(fleet, NOW + 5, drawn)).toBeLessThan(0.01);
  });

  test("a recording that begins again is judged by when it was heard", () => {
    const fleet = fleetWith(report(PARIS, { time: 5_000 }));
    const away = advance(PARIS, 90, 20_000);
    fleet.apply(report(away, { time: 100 }), [], NOW + 5);
    expect(metres(fleet, NOW + 5, away)).toBeLessThan(0.01);
  });

  test("a position that is only repeated keeps its age: it is not drawn back", () => {
    const fleet = fleetWith(report(PARIS, { time: 100 }));
    fleet.apply(report(PARIS, { time: 103 }), [], NOW + 3);
    expect(metres(fleet, NOW + 5, advance(PARIS, 45, 1_250))).toBeLessThan(1);
    expect(fleet.age(fleet.get("3c6514")!, NOW + 5)).toBe(2);
    expect(fleet.place("3c6514", NOW + 30)).toEqual(fleet.place("3c6514", NOW + 15));
  });

  test("over the edge of the projection it stays on the map", () => {
    const fleet = fleetWith(report({ lat: 89.9, lon: 0 }, { track: 0 }));
    for (const seconds of [0, 5, 15]) {
      const { lat, lon } = fleet.place("3c6514", NOW + seconds)!;
      expect(lat).toBeCloseTo(85.0511, 4);
      expect(Number.isFinite(lon)).toBe(true);
    }
  });
});

describe("stale and lost", () => {
  test("stale 15 s after it was heard, gone after 60", () => {
    const fleet = fleetWith(report(PARIS, { heard: 1 }));
    const aircraft = fleet.get("3c6514")!;
    expect(fleet.isStale(aircraft, NOW + 14)).toBe(false);
    expect(fleet.isStale(aircraft, NOW + 14.1)).toBe(true);
    expect(fleet.expire(NOW + 59)).toEqual([]);
    expect(fleet.expire(NOW + 59.1)).toEqual(["3c6514"]);
    expect(fleet.size).toBe(0);
  });

  test("both limits can be set", () => {
    const fleet = new Fleet({ staleAfter: 2, lostAfter: 4 });
    fleet.apply(report(PARIS), [], NOW);
    expect(fleet.isStale(fleet.get("3c6514")!, NOW + 3)).toBe(true);
    expect(fleet.place("3c6514", NOW + 3)).toEqual(fleet.place("3c6514", NOW + 2));
    expect(fleet.expire(NOW + 5)).toEqual(["3c6514"]);
  });

  test("in a silence all are stale, none ages and none is lost", () => {
    const fleet = fleetWith(report(PARIS));
    fleet.silence(NOW + 3);
    const aircraft = fleet.get("3c6514")!;
    expect(fleet.silentSince).toBe(NOW + 3);
    expect(fleet.isStale(aircraft, NOW + 4)).toBe(true);
    expect(fleet.age(aircraft, NOW + 500)).toBe(3);
    expect(fleet.expire(NOW + 500)).toEqual([]);
  });

  test("in a silence none moves past where its report would have led it", () => {
    const fleet = fleetWith(report(PARIS));
    fleet.silence(NOW + 3);
    expect(metres(fleet, NOW + 500, advance(PARIS, 45, 15 * 250))).toBeLessThan(1);
  });

  test("after a silence nobody has aged by it, and nobody is drawn back", () => {
    const fleet = fleetWith(report(PARIS));
    fleet.silence(NOW + 3);
    const drawn = fleet.place("3c6514", NOW + 500)!;
    fleet.resume(NOW + 500);
    const aircraft = fleet.get("3c6514")!;
    expect(fleet.silentSince).toBeNull();
    expect(fleet.age(aircraft, NOW + 500)).toBe(3);
    expect(fleet.isStale(aircraft, NOW + 511)).toBe(false);
    expect(fleet.isStale(aircraft, NOW + 513)).toBe(true);
    expect(fleet.place("3c6514", NOW + 500)).toEqual(drawn);
  });

  test("a snapshot that comes in a silence is as old as it says, before and after", () => {
    const fleet = new Fleet();
    fleet.silence(NOW);
    fleet.replace(report(PARIS, { heard: 5 }), NOW + 100);
    expect(fleet.age(fleet.get("3c6514")!, NOW + 130)).toBe(5);
    fleet.resume(NOW + 200);
    expect(fleet.age(fleet.get("3c6514")!, NOW + 201)).toBe(6);
  });

  test("a silence that is told again goes on from where it began", () => {
    const fleet = fleetWith(report(PARIS));
    fleet.silence(NOW + 3);
    fleet.silence(NOW + 9);
    expect(fleet.silentSince).toBe(NOW + 3);
  });
});

describe("one address on several aircraft", () => {
  const [HERE, THERE, ELSEWHERE] = [PARIS, advance(PARIS, 90, 500_000), advance(PARIS, 0, 500_000)];

  /** Twice a second a report, from each of some places in turn, and what is seen half a step after each. */
  function alternate<T>(fleet: Fleet, from: number, places: Place[], see: (now: number) => T): T[] {
    return places.map((place, i) => {
      const now = from + i / 2;
      fleet.apply(report(place, { time: now }), [], now);
      return see(now + 0.25);
    });
  }

  test("the key is flagged once it was twice where it cannot have flown to, and stays one key", () => {
    const fleet = new Fleet();
    const flagged = alternate(fleet, NOW, [HERE, THERE, HERE, THERE], (now) => fleet.isShared("3c6514", now));
    expect(flagged).toEqual([false, false, true, true]);
    expect(fleet.size).toBe(1);
  });

  test("it stands where one of them was reported, whatever the other one reports", () => {
    const fleet = new Fleet();
    const turns = [HERE, THERE, HERE, THERE, THERE, HERE, THERE, HERE, HERE, THERE];
    const away = alternate(fleet, NOW, turns, (now) => metres(fleet, now, HERE)).slice(2);
    expect(Math.max(...away)).toBeLessThan(1);
  });

  test("it goes where the one that is drawn goes, a report at a time", () => {
    const fleet = new Fleet();
    const next = advance(HERE, 45, 250);
    alternate(fleet, NOW, [HERE, THERE, HERE, THERE], () => null);
    expect(alternate(fleet, NOW + 2, [next, THERE], (now) => metres(fleet, now, next))).toEqual([
      expect.closeTo(0, 0), expect.closeTo(0, 0),
    ]); // prettier-ignore
  });

  test("when the one that is drawn falls silent, another one is drawn", () => {
    const fleet = new Fleet();
    alternate(fleet, NOW, [HERE, THERE, HERE], () => null);
    const others = Array.from({ length: 40 }, (_, i) => (i % 2 ? ELSEWHERE : THERE));
    const away = alternate(fleet, NOW + 1.5, others, (now) => metres(fleet, now, HERE));
    expect(away.slice(0, 29).every((off) => off < 1)).toBe(true);
    expect(away.at(-1)!).toBeGreaterThan(400_000);
  });

  test("when only the other one is left, its next report is where it is drawn, and it moves again", () => {
    const fleet = new Fleet();
    alternate(fleet, NOW, [HERE, THERE, HERE], () => null);
    const alone = Array.from({ length: 24 }, () => THERE);
    const away = alternate(fleet, NOW + 1.5, alone, (now) => [fleet.isShared("3c6514", now), metres(fleet, now, THERE)] as const);
    expect(away.filter(([shared]) => shared).every(([, off]) => off > 400_000)).toBe(true);
    const alike = away.filter(([shared]) => !shared).map(([, off]) => off);
    expect(alike.slice(1).map((off) => off < 15 * 250)).toEqual(alike.slice(1).map(() => true));
    expect(alike.length).toBeGreaterThan(2);
  });

  test("a single bad position flags it for ten seconds, and does not hold it there", () => {
    const fleet = fleetWith(report(HERE, { time: NOW, velocity: 0 }));
    fleet.apply(report(THERE, { time: NOW + 1, velocity: 0 }), [], NOW + 1);
    fleet.apply(report(HERE, { time: NOW + 2, velocity: 0 }), [], NOW + 2);
    expect(fleet.isShared("3c6514", NOW + 2)).toBe(true);
    expect(metres(fleet, NOW + 2, HERE)).toBeLessThan(1);
    expect(fleet.isShared("3c6514", NOW + 11.1)).toBe(false);
  });

  test("a jump now and then is no second aircraft", () => {
    const fleet = fleetWith(report(HERE, { time: NOW }));
    fleet.apply(report(THERE, { time: NOW + 1 }), [], NOW + 1);
    fleet.apply(report(HERE, { time: NOW + 12 }), [], NOW + 12);
    expect(fleet.isShared("3c6514", NOW + 12)).toBe(false);
  });

  test("one that was lost and comes back is not flagged", () => {
    const fleet = new Fleet();
    alternate(fleet, NOW, [HERE, THERE, HERE, THERE], () => null);
    fleet.apply({}, ["3c6514"], NOW + 3);
    fleet.apply(report(HERE), [], NOW + 3);
    expect(fleet.isShared("3c6514", NOW + 3)).toBe(false);
  });
});

describe("beyond the edge of the map", () => {
  test("it stands on the edge, at its longitude, and does not glide along it", () => {
    const fleet = fleetWith(report({ lat: 89.999, lon: 10 }));
    fleet.apply(report({ lat: 89.999, lon: -170 }), [], NOW + 1);
    const place = fleet.place("3c6514", NOW + 1.2)!;
    expect(place.lon).toBeCloseTo(-170, 9);
    expect(place.lat).toBeCloseTo(85.0511, 3);
    expect(fleet.get("3c6514")!.lat).toBe(89.999);
  });
});
