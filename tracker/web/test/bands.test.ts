import { describe, expect, test } from "vitest";
import { bandProblem, shownLimit, typedLimit } from "../src/page/bands";
import { MEASURES } from "../src/page/units";

const { altitude } = MEASURES.aviation;

describe("fields of a band", () => {
  test("what people type becomes SI, with groups and blanks forgiven", () => {
    expect(typedLimit(" 35,000 ", altitude)).toEqual({ limit: 35_000 / altitude.perSi });
    expect(typedLimit("", altitude)).toEqual({ limit: null });
    expect(typedLimit("-60", altitude)).toEqual({ limit: -60 / altitude.perSi });
  });

  test("what is no number is named", () => {
    expect(typedLimit("FL350", altitude)).toEqual({ problem: "“FL350” is not a number of ft." });
    expect(typedLimit("Infinity", altitude)).toEqual({ problem: "“Infinity” is not a number of ft." });
  });

  test("a limit is shown as it was typed", () => {
    expect(shownLimit(35_000 / altitude.perSi, altitude)).toBe("35000");
    expect(shownLimit(null, altitude)).toBe("");
  });

  test("a band that nothing can match says so", () => {
    expect(bandProblem([3048, 304.8], altitude)).toBe("10,000 ft is above 1,000 ft, so nothing can match.");
    expect(bandProblem([304.8, 304.8], altitude)).toBeNull();
    expect(bandProblem([null, 1], altitude)).toBeNull();
  });
});
