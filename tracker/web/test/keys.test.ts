import { describe, expect, test } from "vitest";
import { moved } from "../src/page/keys";

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
