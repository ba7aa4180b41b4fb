import { describe, expect, test } from "vitest";
import { Fleet } from "../src/fleet";
import { Live } from "../src/page/live";
import { Meter } from "../src/page/meter";
import { FIRST, type View } from "../src/page/view";
import type { Bounds } from "../src/page/boxes";

function page(view: Partial<View> = {}, bounds: Bounds | null = null) {
  let now = 100;
  const fleet = new Fleet();
  const live = new Live(fleet, { view: () => ({ ...FIRST, ...view }), bounds: () => bounds }, () => now);
  live.phase({ name: "live" });
  return { fleet, live, pass: (seconds: number) => (now += seconds), now: () => now };
}

const TWO = {
  key: ["a", "b"],
  callsign: ["AFR1", "BAW2"],
  lat: [48, 51],
  lon: [2, 0],
  altitude: [9000, 300],
  heard: [0, 3],
};

describe("live", () => {
  test("what kinds of objects there are is told when it is another mix, not each second", () => {
    const { live } = page();
    live.frame({ type: "snapshot", seq: 1, columns: { ...TWO, kind: [null, "vessel"], typecode: ["A320", null] } });
    const first = live.mix.get();
    expect(first).toMatchObject({ kinds: ["aircraft", "vessel"], typed: true });
    expect(live.digest.get()).toMatchObject({ inView: 2, aircraft: 1 });
    live.tick();
    expect(live.mix.get()).toBe(first);
    live.frame({ type: "delta", seq: 2, columns: {}, removed: ["b"] });
    live.tick();
    expect(live.mix.get().kinds).toEqual(["aircraft"]);
  });

  test("a server says when objects are stale and lost; one that does not means the usual ages", () => {
    const { live, fleet } = page();
    live.frame({ type: "hello", epoch: "one", server_time: 0, stale_after: 300, lost_after: 900 });
    expect([fleet.staleAfter, fleet.lostAfter, fleet.motion.horizon]).toEqual([300, 900, 300]);
    live.frame({ type: "hello", epoch: "two", server_time: 0 });
    expect([fleet.staleAfter, fleet.lostAfter, fleet.motion.horizon]).toEqual([15, 60, 15]);
  });

  test("a snapshot shows at once, what follows at the next second", () => {
    const { live } = page();
    live.frame({ type: "snapshot", seq: 1, columns: TWO });
    expect(live.digest.get()).toMatchObject({ held: 2, inView: 2, newest: 0 });
    live.frame({ type: "delta", seq: 2, columns: {}, removed: ["a"] });
    expect(live.digest.get().held).toBe(2);
    live.tick();
    expect(live.digest.get().held).toBe(1);
    expect(live.digest.get().rows.map(({ key }) => key)).toEqual(["b"]);
  });

  test("filters act on the table, and not on what is held", () => {
    const { live } = page({ filters: { ...FIRST.filters, altitude: [1000, null] } });
    live.frame({ type: "snapshot", seq: 1, columns: TWO });
    expect(live.digest.get()).toMatchObject({ held: 2, inView: 1 });
  });

  test("the table is what the map shows; a search looks beyond it", () => {
    const bounds = { west: 1, south: 40, east: 5, north: 50 };
    const near = page({}, bounds);
    near.live.frame({ type: "snapshot", seq: 1, columns: TWO });
    expect(near.live.digest.get().rows.map(({ key }) => key)).toEqual(["a"]);
    const searching = page({ search: "baw" }, bounds);
    searching.live.frame({ type: "snapshot", seq: 1, columns: TWO });
    expect(searching.live.digest.get().rows.map(({ key }) => key)).toEqual(["b"]);
    expect(searching.live.digest.get().inView).toBe(0);
  });

  test("nobody is lost and nobody ages while the server is away", () => {
    const { live, fleet, pass, now } = page();
    live.frame({ type: "snapshot", seq: 1, columns: TWO });
    live.phase({ name: "waiting", until: 200, why: null });
    pass(300);
    live.tick();
    expect(live.digest.get().held).toBe(2);
    expect(fleet.isStale(fleet.get("a")!, now())).toBe(true);
    live.phase({ name: "live" });
    live.frame({ type: "delta", seq: 2, columns: {}, removed: [] });
    expect(fleet.isStale(fleet.get("a")!, now())).toBe(false);
    expect(fleet.age(fleet.get("b")!, now())).toBeCloseTo(3);
  });

  test("all are stale while the server hears no broker, and fresh when it does again", () => {
    const { live, fleet, pass, now } = page();
    live.frame({ type: "snapshot", seq: 1, columns: TWO });
    pass(5);
    live.frame({ type: "lag", behind_s: 5, cause: "broker" });
    pass(100);
    live.tick();
    expect(live.digest.get()).toMatchObject({ held: 2, lag: { behind: 5, cause: "broker" } });
    expect(fleet.isStale(fleet.get("a")!, now())).toBe(true);
    live.frame({ type: "lag", behind_s: 0, cause: "broker" });
    live.tick();
    expect(live.digest.get().lag).toBeNull();
    expect(fleet.isStale(fleet.get("a")!, now())).toBe(false);
  });

  test("a lag of this client turns nobody stale", () => {
    const { live, fleet, now } = page();
    live.frame({ type: "snapshot", seq: 1, columns: TWO });
    live.frame({ type: "lag", behind_s: 2, cause: "client" });
    live.tick();
    expect(live.digest.get().lag).toEqual({ behind: 2, cause: "client" });
    expect(fleet.isStale(fleet.get("a")!, now())).toBe(false);
  });

  test("a lag of this client is over by itself, and does not hide that of the broker", () => {
    const { live, pass } = page();
    live.frame({ type: "lag", behind_s: 9, cause: "broker" });
    live.frame({ type: "lag", behind_s: 2, cause: "client" });
    live.tick();
    expect(live.digest.get().lag?.cause).toBe("broker");
    live.frame({ type: "lag", behind_s: 0, cause: "broker" });
    live.tick();
    expect(live.digest.get().lag?.cause).toBe("client");
    pass(6);
    live.tick();
    expect(live.digest.get().lag).toBeNull();
  });

  test("the newest report grows old while nothing is heard, though nobody ages", () => {
    const { live, fleet, pass, now } = page();
    live.frame({ type: "snapshot", seq: 1, columns: TWO });
    live.phase({ name: "waiting", until: 200, why: null });
    pass(40);
    live.tick();
    expect(live.digest.get()).toMatchObject({ newest: 40, silence: 40 });
    expect(fleet.age(fleet.get("a")!, now())).toBe(0);
  });

  test("who was not heard for a minute leaves the table", () => {
    const { live, pass } = page();
    live.frame({ type: "snapshot", seq: 1, columns: TWO });
    pass(58);
    live.tick();
    expect(live.digest.get().rows.map(({ key }) => key)).toEqual(["a"]);
  });

  test("the map is told of each change", () => {
    const { live } = page();
    let told = 0;
    live.tell(() => (told += 1));
    live.frame({ type: "snapshot", seq: 1, columns: TWO });
    live.frame({ type: "delta", seq: 2, columns: {}, removed: ["a"] });
    expect(told).toBe(2);
  });

  test("the rate is over the last five seconds", () => {
    const meter = new Meter();
    meter.add(100, 1);
    meter.add(50, 4);
    expect(meter.rate(5)).toBe(30);
    expect(meter.rate(6.5)).toBe(10);
    expect(meter.rate(20)).toBe(0);
  });
});
