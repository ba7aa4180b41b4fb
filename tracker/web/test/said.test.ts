import { describe, expect, test } from "vitest";
import { lagSaid, said } from "../src/page/said";
import { SILENT } from "../src/page/trouble";

describe("status", () => {
  test("what is announced holds no number that runs", () => {
    const at = (now: number) => said({ name: "waiting", until: 10, why: null }, null, SILENT, now);
    expect(at(3.2)).toMatchObject({ state: "Disconnected. Reconnecting", detail: "in 7 s", retry: true });
    expect(at(9.5).state).toBe(at(3.2).state);
    expect(at(12).detail).toBe("in 0 s");
  });

  test("a broker that is not heard is told with its time", () => {
    const told = said({ name: "live" }, { behind: 75, cause: "broker" }, SILENT, 0);
    expect(told).toMatchObject({ tone: "bad", state: "The server receives nothing from its broker", detail: "for 75 s" });
  });

  test("a client that lags is connected, and its lag stands among the numbers", () => {
    const lag = { behind: 2.5, cause: "client" } as const;
    expect(said({ name: "live" }, lag, SILENT, 0)).toMatchObject({ tone: "good", state: "Connected" });
    expect(lagSaid(lag)).toBe("3 s");
    expect(lagSaid(null)).toBe("none");
  });

  test("the reason of a pause is passed on", () => {
    const told = said({ name: "waiting", until: 1, why: "The server said: the server stops." }, null, SILENT, 0);
    expect(told.state).toBe("Disconnected. The server said: the server stops. Reconnecting");
  });

  test("an end says why, and leaves a try to somebody", () => {
    const told = said({ name: "ended", why: "The connection was closed (1008): no." }, null, SILENT, 0);
    expect(told).toMatchObject({ tone: "bad", retry: true });
    expect(told.state).toContain("(1008): no.");
  });

  test("a server that has nothing to show says why", () => {
    const nothing = { empty: "all reports so far were refused (12)", warning: null, notes: [] };
    const told = said({ name: "live" }, null, nothing, 0);
    expect(told).toMatchObject({ tone: "bad", state: "Connected, but there is nothing to show:" });
    expect(told.detail).toBe("all reports so far were refused (12)");
    const away = said({ name: "live" }, { behind: 75, cause: "broker" }, nothing, 0);
    expect(away.state).toBe("The server receives nothing from its broker");
  });

  test("what else the server says of its reports stands beside a connection that is good", () => {
    const notes = ["Fields that nobody reads: eta, trip", "Values that were mended: squawk (3)"];
    expect(said({ name: "live" }, null, { ...SILENT, notes }, 0)).toEqual({
      tone: "good",
      state: "Connected",
      detail: "Fields that nobody reads: eta, trip. Values that were mended: squawk (3)",
      retry: false,
    });
    const warning = "Reports are refused";
    expect(said({ name: "live" }, null, { empty: null, warning, notes: notes.slice(0, 1) }, 0)).toMatchObject({
      tone: "busy",
      state: "Connected",
      detail: "Reports are refused. Fields that nobody reads: eta, trip",
    });
  });
});
