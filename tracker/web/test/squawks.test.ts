import { expect, test } from "vitest";
import { meaning } from "../src/page/squawks";

test("the three codes of distress are named, and no other", () => {
  expect(meaning("7700")).toBe("emergency");
  expect([meaning("7000"), meaning(null)]).toEqual([null, null]);
});
