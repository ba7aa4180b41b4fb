/** The view as it is now: what the panels change, the map follows and the URL keeps. */

import { FIRST, format, parse, type Place, type View } from "./view";
import { Watched } from "./watched";

/** Browsers refuse more than some 200 changes of the URL in 30 s. */
const URL_PAUSE = 500; // ms

/** What is needed of the window. */
export interface Address {
  fragment(): string;
  replace(fragment: string): void;
  /** Somebody else changed it. */
  changed(listener: () => void, signal: AbortSignal): void;
}

export class Views {
  readonly view = new Watched<View>(FIRST);
  /** A place that the map has to go to, as the URL wants it. */
  readonly wish = new Watched<Place | null>(null);
  /** What a link asked for and cannot have. */
  readonly problems = new Watched<readonly string[]>([]);
  readonly #address: Address;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(address: Address, signal: AbortSignal) {
    this.#address = address;
    this.#load();
    address.changed(() => this.#load(), signal);
    signal.addEventListener("abort", () => clearTimeout(this.#timer));
  }

  get current(): View {
    return this.view.get();
  }

  /** Change some of it; the URL goes with it a moment later. */
  change(part: Partial<View>): void {
    const next = { ...this.current, ...part };
    this.view.set(next.selected === null && next.follow ? { ...next, follow: false } : next);
    this.#timer ??= setTimeout(() => this.#write(), URL_PAUSE);
  }

  #load(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { view, problems } = parse(this.#address.fragment());
    this.problems.set(problems);
    this.view.set({ ...view, place: view.place ?? this.current.place });
    if (view.place !== null) this.wish.set(view.place);
  }

  #write(): void {
    this.#timer = undefined;
    this.#address.replace(format(this.current));
  }
}

/** The fragment of the window's URL. */
export function windowAddress(): Address {
  return {
    fragment: () => location.hash,
    replace: (fragment) => history.replaceState(history.state, "", `#${fragment}`),
    changed: (listener, signal) => addEventListener("hashchange", listener, { signal }),
  };
}
