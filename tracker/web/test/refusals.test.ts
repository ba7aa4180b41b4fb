import { expect, test } from "vitest";
import { mostRefused, Refusals } from "../src/page/refusals";

const REFUSED = [
  { reason: "lat is missing", count: 3, example: "{}" },
  { reason: "dialect", count: 900, example: '{"hex":"3c6514"}' },
];

/** Whatever was asked of the server has been answered. */
const answered = () => new Promise((resolve) => setImmediate(resolve));

function asking(stats: unknown) {
  const clock = { now: 0 };
  const asked: number[] = [];
  const ask = async () => {
    asked.push(clock.now);
    if (stats instanceof Error) throw stats;
    return stats;
  };
  return { refusals: new Refusals(ask, () => clock.now), clock, asked };
}

test("while there is no aircraft, the most frequent reason is told", async () => {
  const { refusals } = asking({ aircraft: 0, refused: REFUSED });
  refusals.tick(true);
  await answered();
  expect(refusals.told.get()).toEqual({ reason: "dialect", count: 900, example: '{"hex":"3c6514"}' });
});

test("it is asked for rarely, and not at all while there are aircraft", async () => {
  const { refusals, clock, asked } = asking({ aircraft: 0, refused: REFUSED });
  for (clock.now = 0; clock.now < 40; clock.now++) refusals.tick(true);
  expect(asked).toEqual([0, 15, 30]);
  for (; clock.now < 80; clock.now++) refusals.tick(false);
  expect(asked).toHaveLength(3);
});

test("when an aircraft comes it is told no more, also by an answer that is late", async () => {
  const { refusals } = asking({ aircraft: 0, refused: REFUSED });
  refusals.tick(true);
  await answered();
  refusals.tick(false);
  expect(refusals.told.get()).toBeNull();
  refusals.tick(true);
  refusals.tick(false);
  await answered();
  expect(refusals.told.get()).toBeNull();
});

test("a server that holds aircraft outside the map has nothing to explain", () => {
  expect(mostRefused({ aircraft: 12, refused: REFUSED })).toBeNull();
});

test.each([
  ["no reasons", { aircraft: 0, rejected: 5 }],
  ["nothing refused", { aircraft: 0, refused: [] }],
  ["reasons of another shape", { aircraft: 0, refused: [null, 3, { reason: "dialect" }, { count: 3 }] }],
  ["reasons that never came", { aircraft: 0, refused: [{ reason: "dialect", count: 0, example: "" }] }],
  ["no counters", null],
])("a server that gives %s is passed over in silence", async (_, stats) => {
  const { refusals } = asking(stats);
  refusals.tick(true);
  await answered();
  expect(refusals.told.get()).toBeNull();
});

test("a server that does not answer is passed over in silence", async () => {
  const { refusals } = asking(new Error("503"));
  refusals.tick(true);
  await answered();
  expect(refusals.told.get()).toBeNull();
});

test("long texts are cut, and an example may be missing", () => {
  const told = mostRefused({ aircraft: 0, refused: [{ reason: "x".repeat(500), count: 1 }] })!;
  expect(told.reason).toHaveLength(120);
  expect(told.reason.endsWith("…")).toBe(true);
  expect(told.example).toBe("");
});
