import { expect, test } from "vitest";
import { explain, Trouble } from "../src/page/trouble";

const REFUSED = [
  { reason: "missing", count: 3, example: "lat is missing" },
  { reason: "range", count: 1_900, example: "lat = 95.0: -90 to 90 is allowed" },
];
const SAID = "all reports so far were refused (1,903), the newest because of lat = 95.0: -90 to 90 is allowed";

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
  return { trouble: new Trouble(ask, () => clock.now), clock, asked };
}

test("while there is no aircraft, the server's own sentence is told", async () => {
  const { trouble } = asking({ aircraft: 0, refused: REFUSED, trouble: SAID });
  trouble.tick(true);
  await answered();
  expect(trouble.told.get()).toBe(SAID);
});

test("without a sentence, the most frequent reason is told, with an example", () => {
  expect(explain({ aircraft: 0, refused: REFUSED, trouble: null })).toBe(
    "reports are refused (1,900 because of “range”, such as lat = 95.0: -90 to 90 is allowed)",
  );
  expect(explain({ aircraft: 0, refused: [{ reason: "json", count: 1 }] })).toBe("reports are refused (1 because of “json”)");
});

test("it is asked for rarely, and not at all while there are aircraft", async () => {
  const { trouble, clock, asked } = asking({ aircraft: 0, trouble: SAID });
  for (clock.now = 0; clock.now < 40; clock.now++) trouble.tick(true);
  expect(asked).toEqual([0, 15, 30]);
  for (; clock.now < 80; clock.now++) trouble.tick(false);
  expect(asked).toHaveLength(3);
});

test("when an aircraft comes it is told no more, also by an answer that is late", async () => {
  const { trouble } = asking({ aircraft: 0, trouble: SAID });
  trouble.tick(true);
  await answered();
  trouble.tick(false);
  expect(trouble.told.get()).toBeNull();
  trouble.tick(true);
  trouble.tick(false);
  await answered();
  expect(trouble.told.get()).toBeNull();
});

test("a server that holds aircraft outside the map has nothing to explain", () => {
  expect(explain({ aircraft: 12, refused: REFUSED, trouble: SAID })).toBeNull();
});

test.each([
  ["no reasons", { aircraft: 0, rejected: 5 }],
  ["nothing refused", { aircraft: 0, refused: [], trouble: null }],
  ["reasons of another shape", { aircraft: 0, trouble: 3, refused: [null, 3, { reason: "range" }, { count: 3 }] }],
  ["reasons that never came", { aircraft: 0, refused: [{ reason: "range", count: 0, example: "" }] }],
  ["no counters", null],
])("a server that gives %s is passed over in silence", async (_, stats) => {
  const { trouble } = asking(stats);
  trouble.tick(true);
  await answered();
  expect(trouble.told.get()).toBeNull();
});

test("a server that does not answer is passed over in silence", async () => {
  const { trouble } = asking(new Error("503"));
  trouble.tick(true);
  await answered();
  expect(trouble.told.get()).toBeNull();
});

test("a long sentence is cut, and shows that it is", () => {
  const told = explain({ aircraft: 0, trouble: "x".repeat(500) })!;
  expect(told).toHaveLength(240);
  expect(told.endsWith("…")).toBe(true);
});
