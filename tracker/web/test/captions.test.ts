import { expect, test } from "vitest";
import { Captions, type Caption, type Placed, type Spot } from "../src/captions";

const CANVAS = { width: 400, height: 300 };
const SIZE = { width: 60, height: 16 };
const ASIDE = 12;
const HALF = 10; // of a symbol

function caption(x: number, y: number, key = `${x}/${y}`, must = false): Caption {
  return { key, text: key, x, y, must };
}

function symbols(captions: readonly Caption[]): Spot[] {
  return captions.map(({ x, y }) => ({ left: x - HALF, top: y - HALF, right: x + HALF, bottom: y + HALF }));
}

function arrange(captions: readonly Caption[], on = new Captions(), obstacles = symbols(captions)): Placed[] {
  return on.arrange(captions, () => SIZE, ASIDE, obstacles, CANVAS);
}

function overlap(a: Spot, b: Spot): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

/** On which side of its aircraft each is. */
function sides(placed: readonly Placed[]): Record<string, string> {
  const side = ({ caption: { x, y }, spot }: Placed) =>
    spot.left > x ? "right" : spot.right < x ? "left" : spot.top > y ? "below" : "above";
  return Object.fromEntries(placed.map((one) => [one.caption.key, side(one)]));
}

test("one that stands alone is written to the right of its aircraft, at the height of its middle", () => {
  const [{ spot }] = arrange([caption(100, 100)]) as [Placed];
  expect(spot).toEqual({ left: 112, top: 92, right: 172, bottom: 108 });
});

test("one with something around its symbol is written further away", () => {
  const [{ spot }] = arrange([{ ...caption(100, 100), further: 8 }]) as [Placed];
  expect(spot).toEqual({ left: 120, top: 92, right: 180, bottom: 108 });
});

test("of a crowd no two are written over each other, and none over a symbol", () => {
  let seed = 7;
  const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
  for (let round = 0; round < 50; round++) {
    const crowd = Array.from({ length: 40 }, (_, i) => caption(random() * 400, random() * 300, `key ${i}`));
    const placed = arrange(crowd);
    expect(placed.length).toBeGreaterThan(5);
    placed.forEach(({ spot }, at) => {
      expect(placed.slice(at + 1).filter((other) => overlap(spot, other.spot))).toEqual([]);
      expect(symbols(crowd).filter((symbol) => overlap(spot, symbol))).toEqual([]);
    });
  }
});

test("where another aircraft lies to the right, it goes to the left; then below, then above", () => {
  const one = caption(200, 150, "one");
  const at = (dx: number, dy: number): Spot[] => symbols([caption(200 + dx, 150 + dy)]);
  const [right, left, below] = [at(40, 0), at(-40, 0), at(0, 20)];
  expect(sides(arrange([one], undefined, right))).toEqual({ one: "left" });
  expect(sides(arrange([one], undefined, [...right, ...left]))).toEqual({ one: "below" });
  expect(sides(arrange([one], undefined, [...right, ...left, ...below]))).toEqual({ one: "above" });
});

test("without a free place it is left out, unless it must be written", () => {
  const walls: Spot[] = [{ left: 0, top: 0, right: 400, bottom: 300 }];
  expect(arrange([caption(200, 150)], undefined, walls)).toEqual([]);
  expect(sides(arrange([caption(200, 150, "must", true)], undefined, walls))).toEqual({ must: "right" });
});

test("at the edge of the canvas it is written whole, on the inner side", () => {
  expect(sides(arrange([caption(380, 150, "east"), caption(5, 50, "west")]))).toEqual({ east: "left", west: "right" });
});

test("one that was written goes before those that were not, and stays on its side", () => {
  const captions = new Captions();
  const [first, second] = [caption(100, 100, "first"), caption(110, 104, "second")];
  arrange([second], captions, []);
  const placed = arrange([first, second], captions, []);
  expect(placed[0]!.caption.key).toBe("second");
  arrange([first], captions, symbols([caption(140, 100)]));
  expect(sides(arrange([first], captions, []))).toEqual({ first: "left" });
});

test("one that must be written goes before all others", () => {
  const captions = new Captions();
  arrange([caption(100, 100, "old")], captions, []);
  const placed = arrange([caption(100, 100, "old"), caption(104, 102, "must", true)], captions, []);
  expect(placed[0]!.caption.key).toBe("must");
});
