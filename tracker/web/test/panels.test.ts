import { describe, expect, test } from "vitest";
import { bandProblem, shownLimit, typedLimit } from "../src/page/bands";
import { moved } from "../src/page/keys";
import { lagSaid, said } from "../src/page/said";
import { meaning } from "../src/page/squawks";
import { MEASURES } from "../src/page/units";

const { altitude } = MEASURES.aviation;

describe("fields of a band", () => {
  test("what people type becomes SI, with groups and blanks forgiven", () => {
    expect(typedLimit(" 35,000 ", altitude)).toEqual({ limit: 35_000 / altitude.perSi });
    expect(typedLimit("", altitude)).toEqual({ limit: null });
    expect(typedLimit("-60", altitude)).toEqual({ limit: -60 / altitude.perSi });
  });

  test("what is no number is named", () => {
    expect(typedLimit("FL350", altitude)).toEqual({ problem: "“FL350” is no number of ft." });
    expect(typedLimit("Infinity", altitude)).toEqual({ problem: "“Infinity” is no number of ft." });
  });

  test("a limit is shown as it was typed", () => {
    expect(shownLimit(35_000 / altitude.perSi, altitude)).toBe("35000");
    expect(shownLimit(null, altitude)).toBe("");
  });

  test("a band that nothing can match says so", () => {
    expect(bandProblem([3048, 304.8], altitude)).toBe("10,000 ft lies above 1,000 ft: nothing can match.");
    expect(bandProblem([304.8, 304.8], altitude)).toBeNull();
    expect(bandProblem([null, 1], altitude)).toBeNull();
  });
});

describe("keys of the grid", () => {
  test("arrows go a row, pages a page, Home and End to the ends", () => {
    const to = (key: string) => moved(key, 50, 100, 20);
    expect(["ArrowDown", "ArrowUp", "PageDown", "PageUp", "Home", "End"].map(to)).toEqual([51, 49, 70, 30, 0, 99]);
  });

  test("nothing leads beyond the ends, and from nowhere the first row comes next", () => {
    expect(moved("PageDown", 95, 100, 20)).toBe(99);
    expect(moved("ArrowUp", 0, 100, 20)).toBe(0);
    expect(moved("ArrowDown", -1, 100, 20)).toBe(0);
  });

  test("other keys, and an empty grid, lead nowhere", () => {
    expect(moved("a", 5, 100, 20)).toBeNull();
    expect(moved("End", -1, 0, 20)).toBeNull();
  });
});

describe("status", () => {
  test("what is announced holds no number that runs", () => {
    const at = (now: number) => said({ name: "waiting", until: 10, why: null }, null, now);
    expect(at(3.2)).toMatchObject({ state: "Disconnected. Reconnecting", detail: "in 7 s", retry: true });
    expect(at(9.5).state).toBe(at(3.2).state);
    expect(at(12).detail).toBe("in 0 s");
  });

  test("a broker that is not heard is told with its time", () => {
    const told = said({ name: "live" }, { behind: 75, cause: "broker" }, 0);
    expect(told).toMatchObject({ tone: "bad", state: "The server hears nothing from its broker", detail: "for 75 s" });
  });

  test("a client that lags is connected, and its lag stands among the numbers", () => {
    const lag = { behind: 2.5, cause: "client" } as const;
    expect(said({ name: "live" }, lag, 0)).toMatchObject({ tone: "good", state: "Connected" });
    expect(lagSaid(lag)).toBe("2.5 s");
    expect(lagSaid(null)).toBe("none");
  });

  test("the reason of a pause is passed on", () => {
    const told = said({ name: "waiting", until: 1, why: "The server said: the server stops." }, null, 0);
    expect(told.state).toBe("Disconnected. The server said: the server stops. Reconnecting");
  });

  test("an end says why, and leaves a try to somebody", () => {
    const told = said({ name: "ended", why: "The connection was closed (1008): no." }, null, 0);
    expect(told).toMatchObject({ tone: "bad", retry: true });
    expect(told.state).toContain("(1008): no.");
  });
});

test("the three codes of distress are named, and no other", () => {
  expect(meaning("7700")).toBe("emergency");
  expect([meaning("7000"), meaning(null)]).toEqual([null, null]);
});
