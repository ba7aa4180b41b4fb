import { expect, test } from "vitest";
import { lasting, pause } from "../src/page/backoff";

test("a pause doubles with each failure", () => {
  expect([1, 2, 3, 4].map((failures) => pause(failures, 1))).toEqual([0.2, 0.4, 0.8, 1.6]);
});

test("a pause is at most ten seconds, and chance takes at most half of it", () => {
  expect(pause(50, 1)).toBe(10);
  expect(pause(50, 0)).toBe(5);
});

test.each([1002, 1003, 1007, 1008, 1009])("the close code %i will not heal, and is explained", (code) => {
  expect(lasting(code)).toMatch(/^[a-z].*[a-z]$/);
});

test.each([1000, 1001, 1006, 1011, 1013])("the close code %i may heal", (code) => {
  expect(lasting(code)).toBeNull();
});
