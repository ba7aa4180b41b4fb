import { describe, expect, test } from "vitest";
import { Fleet, type Aircraft } from "../src/fleet";
import type { History, Report } from "../src/page/history";
import { Selection } from "../src/page/selection";
import { Tracks } from "../src/page/tracks";
import { aircraft } from "./aircraft";

const COLUMNS = { key: ["a"], lat: [48], lon: [2], altitude: [3000], time: [1000], heard: [0] };
const PAST: History = [report(990, 2900), report(995, 2950)];

function report(time: number, altitude: number): Report {
  return { time, lat: 48, lon: 2, altitude, velocity: null };
}

function page(elsewhere: Record<string, Aircraft> = {}) {
  const fleet = new Fleet();
  const asked: string[] = [];
  const clock = { now: 0 };
  const tracks = new Tracks(
    async (key) => {
      asked.push(key);
      return PAST;
    },
    () => clock.now,
  );
  const ask = async (key: string) => elsewhere[key] ?? null;
  const selection = new Selection({ fleet, tracks, ask, clock: () => clock.now });
  return { fleet, selection, asked, clock, tracks };
}

/** Whatever was asked of the server has been answered. */
const answered = () => new Promise((resolve) => setImmediate(resolve));

describe("selection", () => {
  test("the past comes from the server, and goes on with what is heard", async () => {
    const { fleet, selection } = page();
    fleet.replace(COLUMNS, 0);
    selection.select("a");
    await answered();
    selection.tick(true);
    const selected = selection.selected.get()!;
    expect(selected.standing).toBe("heard");
    expect(selected.history.map(({ time }) => time)).toEqual([990, 995, 1000]);
  });

  test("how it stands with one that is held is known at once", () => {
    const { fleet, selection } = page();
    fleet.replace(COLUMNS, 0);
    selection.select("a");
    expect(selection.selected.get()).toMatchObject({ standing: "heard", aircraft: { altitude: 3000 } });
  });

  test("while nothing is heard of anybody, none is said to be stale by itself", () => {
    const { fleet, selection } = page();
    fleet.replace(COLUMNS, 0);
    fleet.silence(0);
    selection.select("a");
    expect(selection.selected.get()?.standing).toBe("silent");
  });

  test("one that is heard elsewhere says so, and has its values", async () => {
    const there = aircraft({ key: "far", callsign: "QFA1" });
    const { selection } = page({ far: there });
    selection.select("far");
    selection.tick(true);
    await answered();
    expect(selection.selected.get()).toMatchObject({ standing: "elsewhere", aircraft: there, history: PAST });
  });

  test("one that is lost keeps its last values", async () => {
    const { fleet, selection } = page();
    fleet.replace(COLUMNS, 0);
    selection.select("a");
    selection.tick(true);
    fleet.apply({}, ["a"], 1);
    selection.tick(true);
    await answered();
    expect(selection.selected.get()).toMatchObject({ standing: "lost", aircraft: { key: "a", altitude: 3000 } });
  });

  test("a key that nobody has is not taken for one that was lost", async () => {
    const { selection } = page();
    selection.select("none");
    selection.tick(true);
    await answered();
    expect(selection.selected.get()).toMatchObject({ standing: "unknown", aircraft: null });
  });

  test("nothing is said of one that is missing before the stream has told", async () => {
    const { selection } = page();
    selection.select("a");
    selection.tick(false);
    await answered();
    expect(selection.selected.get()?.standing).toBe("asked");
  });

  test("an answer that comes after another one was selected is dropped", async () => {
    const { selection } = page({ far: aircraft({ key: "far" }) });
    selection.select("far");
    selection.tick(true);
    selection.select("other");
    await answered();
    expect(selection.selected.get()).toMatchObject({ key: "other", aircraft: null, standing: "asked" });
  });

  test("a stale one says so", () => {
    const { fleet, selection, clock } = page();
    fleet.replace(COLUMNS, 0);
    selection.select("a");
    clock.now = 20;
    selection.tick(true);
    expect(selection.selected.get()?.standing).toBe("stale");
  });
});
