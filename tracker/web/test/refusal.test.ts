import { expect, test } from "vitest";
import { explain } from "../src/page/refusal";

test("what an HTTP answer says about a refused socket", () => {
  expect(explain(403, '{"detail": "pages of x may not read here"}')).toBe(
    "The server refuses this page (403): pages of x may not read here.",
  );
  expect(explain(500, "<html>")).toBe("The server refuses this page (500).");
  expect(explain(426, '{"detail": "a WebSocket is spoken here"}')).toBe(
    "The server answers, but no WebSocket reaches it: a proxy in between may not pass them on.",
  );
  expect(explain(502, "")).toBeNull();
});
