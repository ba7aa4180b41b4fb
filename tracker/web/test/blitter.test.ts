import { describe, expect, test } from "vitest";
import { Drawn, plot, Raster, type View } from "../src/blitter";
import { Fleet } from "../src/fleet";
import { FleetLooks } from "../src/looks";
import { mercatorX, mercatorY } from "../src/reckon";
import { look, ROUND, Sheet, staled } from "../src/sprites";
import type { Columns } from "../src/protocol";

const NOW = 1_000;
const WIDTH = 200;
const HEIGHT = 100;

/** What Leaflet would show: a view of so many px whose corner is a place, moved by whole px. */
function viewFrom(lat: number, lon: number, zoom: number, moved: [number, number] = [0, 0]): View {
  const world = 256 * 2 ** zoom;
  const left = (Math.round(mercatorX(lon) * world) + moved[0]) / world;
  const top = (Math.round(mercatorY(lat) * world) + moved[1]) / world;
  return { left, top, world, width: WIDTH, height: HEIGHT };
}

function fleetOf(columns: Columns): Fleet {
  const fleet = new Fleet();
  fleet.apply(columns, [], NOW);
  return fleet;
}

function draw(fleet: Fleet, view: View, now = NOW): { drawn: Drawn; pixels: Uint32Array } {
  const pixels = new Uint32Array(view.width * view.height);
  const drawn = new Drawn();
  const looks = new FleetLooks();
  looks.refresh(fleet, null);
  plot(fleet.motion, looks, now, view, new Sheet(10, "light"), new Raster(pixels, view.width, view.height), drawn);
  return { drawn, pixels };
}

function places(drawn: Drawn): [number, number][] {
  return Array.from({ length: drawn.size }, (_, i) => [drawn.x[i]!, drawn.y[i]!]);
}

describe("where aircraft come to lie", () => {
  test("at zoom 18 and 60 north a place is exact to a ten-thousandth of a pixel", () => {
    const fleet = fleetOf({ key: ["a"], lat: [60], lon: [10] });
    const world = 256n * 2n ** 18n;
    // The fraction of a pixel at which it lies, by whole numbers: 10 deg are 19/36 of the world.
    const exact = Number((world * 19n * 1_000_000n) / 36n - ((world * 19n) / 36n) * 1_000_000n) / 1e6;
    const origin = Number((world * 19n) / 36n) - 50;
    const view = { left: origin / Number(world), top: mercatorY(60) - 40 / Number(world), world: Number(world), width: WIDTH, height: HEIGHT };
    const [[x, y]] = places(draw(fleet, view).drawn) as [[number, number]];
    expect(x).toBeCloseTo(50 + exact, 4);
    expect(y).toBeCloseTo(40, 4);
  });

  test("beyond the edge of the map it is drawn whole, inside of the edge", () => {
    const fleet = fleetOf({ key: ["n", "s"], lat: [89, -88], lon: [10, 10] });
    const north = draw(fleet, viewFrom(90, 9, 4));
    expect(places(north.drawn).map(([, y]) => Math.round(y))).toEqual([5]);
    expect(north.drawn.inView).toBe(1);
    const south = draw(fleet, viewFrom(-90, 9, 4, [0, -HEIGHT]));
    expect(places(south.drawn).map(([, y]) => Math.round(y))).toEqual([HEIGHT - 5]);
  });

  test("at zoom 18 and 60 north nothing jitters: panned by whole pixels it moves by whole pixels", () => {
    const fleet = fleetOf({ key: ["a"], lat: [60.0001], lon: [10.0003] });
    const [[x, y]] = places(draw(fleet, viewFrom(60.0003, 10.0001, 18)).drawn) as [[number, number]];
    for (let step = 1; step < 25; step++) {
      const [[px, py]] = places(draw(fleet, viewFrom(60.0003, 10.0001, 18, [step, -step])).drawn) as [[number, number]];
      expect(px + step).toBeCloseTo(x, 5);
      expect(py - step).toBeCloseTo(y, 5);
    }
  });

  test("at zoom 18 and 60 north it moves evenly from frame to frame", () => {
    const fleet = fleetOf({ key: ["a"], lat: [60], lon: [10], velocity: [250], track: [90] });
    const view = viewFrom(60.0001, 9.9999, 18);
    const xs = Array.from({ length: 12 }, (_, frame) => places(draw(fleet, view, NOW + frame / 60).drawn)[0]![0]);
    const steps = xs.slice(1).map((x, i) => x - xs[i]!);
    expect(steps[0]).toBeGreaterThan(5);
    for (const step of steps) expect(step).toBeCloseTo(steps[0]!, 4);
  });

  test("across the antimeridian neighbours are neighbours, whichever way the map counts", () => {
    const fleet = fleetOf({ key: ["a", "b"], lat: [0, 0], lon: [179.9, -179.9] });
    for (const lon of [179, 179 - 360, 179 + 360]) {
      const [ax = 0, bx = 0] = places(draw(fleet, viewFrom(1, lon, 6)).drawn).map(([x]) => x);
      expect(bx - ax).toBeCloseTo((0.2 / 360) * 256 * 64, 3);
      expect(ax).toBeGreaterThan(0);
    }
  });

  test("it is drawn in each copy of the world that is in view, and counts once", () => {
    const fleet = fleetOf({ key: ["a"], lat: [0], lon: [0] });
    const view = { left: -0.75, top: 0.25, world: 68, width: WIDTH, height: HEIGHT };
    const { drawn } = draw(fleet, view);
    expect(places(drawn).map(([x]) => x)).toEqual([17, 85, 153]);
    expect(drawn.inView).toBe(1);
  });

  test("one whose middle is outside is drawn in part, and is not in view", () => {
    const fleet = fleetOf({ key: ["a"], lat: [0], lon: [0] });
    const view = { left: 0.5 + 2 / 1_000, top: 0.45, world: 1_000, width: WIDTH, height: HEIGHT };
    const { drawn, pixels } = draw(fleet, view);
    expect(drawn.inView).toBe(0);
    expect(pixels.some((pixel) => pixel !== 0)).toBe(true);
  });

  test("one that is far outside is not drawn", () => {
    const { drawn, pixels } = draw(fleetOf({ key: ["a"], lat: [80], lon: [0] }), viewFrom(10, 0, 6));
    expect(drawn.size).toBe(0);
    expect(pixels.every((pixel) => pixel === 0)).toBe(true);
  });
});

describe("what is drawn", () => {
  test("the symbol's middle lies on the pixel that holds the place", () => {
    const fleet = fleetOf({ key: ["a"], lat: [0], lon: [0] });
    const { pixels } = draw(fleet, { left: 0.5 - 50.9 / 4_096, top: 0.5 - 40.1 / 4_096, world: 4_096, width: WIDTH, height: HEIGHT });
    const lit = [...pixels.entries()].filter(([, pixel]) => pixel !== 0).map(([at]) => at);
    const columns = lit.map((at) => at % WIDTH);
    const rows = lit.map((at) => Math.floor(at / WIDTH));
    expect(Math.min(...columns) + Math.max(...columns)).toBe(2 * 50);
    expect(Math.min(...rows) + Math.max(...rows)).toBe(2 * 40);
  });

  test("the same instant gives the same picture", () => {
    const fleet = fleetOf({ key: ["a", "b"], lat: [1, 1.1], lon: [1, 1.1], velocity: [200, 250], track: [30, 200] });
    const view = viewFrom(2, 0, 7);
    expect(draw(fleet, view, NOW + 3).pixels).toEqual(draw(fleet, view, NOW + 3).pixels);
    expect(draw(fleet, view, NOW + 3).pixels).not.toEqual(draw(fleet, view, NOW + 13).pixels);
  });

  test("at the edge a symbol is cut: what is in view is as in the middle, and no other row is touched", () => {
    const sheet = new Sheet(24, "light");
    const sprite = sheet.get(look(3, 4));
    const whole = new Raster(new Uint32Array(60 * 60), 60, 60);
    whole.put(sprite, 30, 30);
    for (const [x, y] of [[0, 0], [29, 2], [2, 29], [29, 29], [-5, 10], [10, 35]] as const) {
      const cut = new Raster(new Uint32Array(30 * 30), 30, 30);
      cut.put(sprite, x, y);
      for (let row = 0; row < 30; row++) {
        for (let column = 0; column < 30; column++) {
          const [u, v] = [30 + column - x, 30 + row - y];
          const expected = u < 0 || v < 0 || u >= 60 || v >= 60 ? 0 : whole.pixels[v * 60 + u];
          expect(cut.pixels[row * 30 + column]).toBe(expected);
        }
      }
    }
  });

  test("a soft edge cuts no hole into what lies under it", () => {
    const sprite = new Sheet(24, "light").get(look(3, 7));
    const raster = new Raster(new Uint32Array(60 * 60).fill(0xffffffff), 60, 60);
    raster.put(sprite, 30, 30);
    expect(raster.pixels.every((pixel) => pixel >>> 24 >= 200)).toBe(true);
  });

  test("one image may follow another of another width", () => {
    const sprite = new Sheet(10, "light").get(look(3, ROUND));
    const lit = [50, 80].map((width) => {
      const raster = new Raster(new Uint32Array(width * 50), width, 50);
      raster.put(sprite, 20, 20);
      return [...raster.pixels.entries()].filter(([, pixel]) => pixel).map(([at]) => [at % width, Math.floor(at / width)]);
    });
    expect(lit[0]).toEqual(lit[1]);
  });

  test("stale ones are grey, fresh ones have their colour", () => {
    const fleet = fleetOf({ key: ["a"], lat: [0], lon: [0], altitude: [3_100] });
    const view = { left: 0.5 - 50 / 4_096, top: 0.5 - 40 / 4_096, world: 4_096, width: WIDTH, height: HEIGHT };
    const middle = (now: number): number => draw(fleet, view, now).pixels[40 * WIDTH + 50]!;
    expect(middle(NOW + 14) & 0xffffff).toBe(0x8e6831); // #31688e
    expect(middle(NOW + 16) & 0xffffff).toBe(0xa0a0a0);
    fleet.silence(NOW + 1);
    expect(middle(NOW + 2) & 0xffffff).toBe(0xa0a0a0);
  });
});

describe("who is shown", () => {
  test("those that are not wanted are neither drawn nor hit", () => {
    const fleet = fleetOf({ key: ["a", "b"], lat: [0, 0], lon: [0, 0.1], altitude: [100, 9_000] });
    const looks = new FleetLooks();
    looks.refresh(fleet, ({ altitude }) => altitude! > 5_000);
    const drawn = new Drawn();
    const raster = new Raster(new Uint32Array(WIDTH * HEIGHT), WIDTH, HEIGHT);
    plot(fleet.motion, looks, NOW, viewFrom(1, -1, 6), new Sheet(10, "light"), raster, drawn);
    expect(Array.from(drawn.slot.slice(0, drawn.size), (slot) => fleet.at(slot).key)).toEqual(["b"]);
  });

  test("looks follow the fleet, and another wish once they are told to forget", () => {
    const fleet = fleetOf({ key: ["a"], lat: [0], lon: [0], altitude: [3_100], track: [90] });
    const looks = new FleetLooks();
    looks.refresh(fleet, null);
    expect(looks.look[0]).toBe(look(3, 18));
    expect(looks.end).toBe(NOW + 15);
    looks.refresh(fleet, () => false);
    expect(looks.look[0]).toBe(look(3, 18));
    looks.forget();
    looks.refresh(fleet, () => false);
    expect(looks.look[0]).toBe(-1);
    fleet.apply({ key: ["a"], lat: [0], lon: [0], altitude: [12_500] }, [], NOW + 1);
    expect(looks.isOf(fleet)).toBe(false);
    looks.refresh(fleet, null);
    expect(looks.look[0]).toBe(look(9, ROUND));
    expect(staled(looks.look[0]!)).not.toBe(looks.look[0]);
  });

  test("the pointer means the nearest within reach; of two in one place the upper one", () => {
    const drawn = new Drawn();
    drawn.add(7, 10, 10);
    drawn.add(8, 20, 10);
    drawn.add(9, 20, 10);
    expect(drawn.nearest(13, 10, 12)).toBe(7);
    expect(drawn.nearest(16, 10, 12)).toBe(9);
    expect(drawn.nearest(10, 23, 12)).toBe(-1);
    drawn.clear();
    expect(drawn.nearest(10, 10, 12)).toBe(-1);
  });
});
