import { expect, test } from "vitest";
import { explain, SILENT, Trouble } from "../src/page/trouble";

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

test("while there is nothing to show, the server's own sentence is told", async () => {
  const { trouble } = asking({ aircraft: 0, refused: REFUSED, trouble: SAID });
  trouble.tick("empty");
  await answered();
  expect(trouble.told.get()).toEqual({ ...SILENT, empty: SAID });
});

test("without a sentence, the most frequent reason is told, with an example", () => {
  expect(explain({ aircraft: 0, refused: REFUSED, trouble: null }, true).empty).toBe(
    "Reports are refused (1,900 because of “range”, such as lat = 95.0: -90 to 90 is allowed)",
  );
  expect(explain({ aircraft: 0, refused: [{ reason: "json", count: 1 }] }, true).empty).toBe(
    "Reports are refused (1 because of “json”)",
  );
});

test("it is asked for rarely, more often while there is nothing, and not at all while the server is away", () => {
  const { trouble, clock, asked } = asking({ aircraft: 0, trouble: SAID });
  for (clock.now = 0; clock.now < 40; clock.now++) trouble.tick("empty");
  expect(asked).toEqual([0, 15, 30]);
  for (; clock.now < 120; clock.now++) trouble.tick("filled");
  expect(asked.slice(3)).toEqual([40, 70, 100]);
  for (; clock.now < 300; clock.now++) trouble.tick("away");
  expect(asked).toHaveLength(6);
});

test("when an aircraft comes it is told no more why there is none, also by an answer that is late", async () => {
  const { trouble } = asking({ aircraft: 0, trouble: SAID });
  trouble.tick("empty");
  await answered();
  trouble.tick("filled");
  expect(trouble.told.get().empty).toBeNull();
  trouble.tick("empty");
  trouble.tick("away");
  await answered();
  expect(trouble.told.get()).toEqual(SILENT);
});

test("a server that holds aircraft outside the map has nothing to explain, but for what may be wrong", () => {
  expect(explain({ aircraft: 12, refused: REFUSED }, true)).toEqual(SILENT);
  expect(explain({ aircraft: 12, refused: REFUSED, trouble: SAID }, true)).toEqual({ ...SILENT, warning: SAID });
});

test("reports in another format are told beside those that are shown, with the mapping that reads them", () => {
  const foreign = { reason: "dialect", count: 7, example: "hex, gs: fields of readsb; read them with the mapping readsb" };
  expect(explain({ aircraft: 3, refused: [...REFUSED, foreign] }, false).warning).toBe(
    `Reports are refused (7 because of “dialect”, such as ${foreign.example})`,
  );
});

test("fields that nobody reads and values that were mended are told, the most frequent first", () => {
  const unused = { eta: 2, trip: 40, a: 1, b: 1, c: 1, d: 1 };
  expect(explain({ aircraft: 3, unused, repaired: { squawk: 1_200, altitude: 0 } }, false)).toEqual({
    ...SILENT,
    notes: ["Fields that nobody reads: trip, eta, a, b, c and 1 more", "Values that were mended: squawk (1,200)"],
  });
});

test.each([
  ["no reasons", { aircraft: 0, rejected: 5 }],
  ["nothing refused", { aircraft: 0, refused: [], trouble: null, unused: {}, repaired: {} }],
  ["reasons of another shape", { aircraft: 0, trouble: 3, refused: [null, 3, { reason: "range" }, { count: 3 }], unused: [] }],
  ["reasons that never came", { aircraft: 0, refused: [{ reason: "range", count: 0, example: "" }] }],
  ["no counters", null],
])("a server that gives %s is passed over in silence", async (_, stats) => {
  const { trouble } = asking(stats);
  trouble.tick("empty");
  await answered();
  expect(trouble.told.get()).toEqual(SILENT);
});

test("a server that does not answer is passed over in silence", async () => {
  const { trouble } = asking(new Error("503"));
  trouble.tick("empty");
  await answered();
  expect(trouble.told.get()).toEqual(SILENT);
});

test("a long sentence is cut, and shows that it is", () => {
  const told = explain({ aircraft: 0, trouble: "x".repeat(500) }, true).empty!;
  expect(told).toHaveLength(240);
  expect(told.endsWith("…")).toBe(true);
});
