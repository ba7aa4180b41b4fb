import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Views, type Address } from "../src/page/views";

class FakeAddress implements Address {
  readonly written: string[] = [];
  #listener: () => void = () => undefined;

  constructor(public now = "") {}

  fragment(): string {
    return this.now;
  }

  replace(fragment: string): void {
    this.written.push((this.now = fragment));
  }

  changed(listener: () => void): void {
    this.#listener = listener;
  }

  /** Somebody opens a link. */
  open(fragment: string): void {
    this.now = fragment;
    this.#listener();
  }
}

function page(fragment = "") {
  const address = new FakeAddress(fragment);
  return { address, views: new Views(address, new AbortController().signal) };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("views", () => {
  test("the URL is the view at the start, and the map is sent to its place", () => {
    const { views } = page("#map=7/48/2&units=metric");
    expect(views.current.units).toBe("metric");
    expect(views.wish.get()).toEqual({ zoom: 7, lat: 48, lon: 2 });
  });

  test("many changes are one change of the URL", () => {
    const { address, views } = page();
    for (const search of ["A", "AF", "AFR"]) views.change({ search });
    expect(address.written).toEqual([]);
    vi.advanceTimersByTime(1000);
    expect(address.written).toEqual(["search=AFR"]);
  });

  test("a link that is opened later replaces the view", () => {
    const { address, views } = page("#units=metric");
    views.change({ search: "AFR" });
    address.open("#flight=3c6514");
    vi.advanceTimersByTime(1000);
    expect(views.current).toMatchObject({ selected: "3c6514", search: "", units: "aviation" });
    expect(address.written).toEqual([]);
  });

  test("a link without a place leaves the map where it is", () => {
    const { address, views } = page("#map=7/48/2");
    address.open("#flight=3c6514");
    expect(views.current.place).toEqual({ zoom: 7, lat: 48, lon: 2 });
  });

  test("the place to which a link leads is wished for again after somebody has panned", () => {
    const { address, views } = page("#map=7/48/2");
    const wishes: unknown[] = [];
    views.wish.watch((place) => wishes.push(place));
    views.change({ place: { zoom: 9, lat: 0, lon: 0 } });
    address.open("#map=7/48/2");
    expect(wishes).toEqual([{ zoom: 7, lat: 48, lon: 2 }]);
  });

  test("nobody is followed once nobody is selected", () => {
    const { views } = page("#flight=3c6514&follow=1");
    expect(views.current.follow).toBe(true);
    views.change({ selected: null });
    expect(views.current.follow).toBe(false);
  });

  test("who watches a part is not told of others", () => {
    const { views } = page();
    const { filters } = views.current;
    views.change({ place: { zoom: 3, lat: 0, lon: 0 } });
    expect(views.current.filters).toBe(filters);
  });
});
