/** How components reach what stands behind the page. */

import { createContext, useCallback, useContext, useMemo, useSyncExternalStore } from "react";
import { nounOf } from "./mix";
import type { Page } from "./page";
import { MEASURES, type Measures } from "./units";
import type { View } from "./view";
import type { Watched } from "./watched";

/** A window without room for list, details and map side by side, as `narrow.css` has it: details take the list's place. */
export const NARROW = "(max-width: 1000px)";

export const PageContext = createContext<Page | null>(null);

export function usePage(): Page {
  const page = useContext(PageContext);
  if (page === null) throw new Error("a component outside of the page");
  return page;
}

export function useWatched<T>(watched: Watched<T>): T {
  return useSyncExternalStore(watched.watch, watched.get);
}

/** A part of the view; the component is drawn anew when that part is another one. */
export function useView<K extends keyof View>(part: K): View[K] {
  const { views } = usePage();
  return useSyncExternalStore(views.view.watch, () => views.current[part]);
}

export function useMeasures(): Measures {
  return MEASURES[useView("units")];
}

/** What the objects that are held are called together. */
export function useNoun(): "flights" | "objects" {
  return nounOf(useWatched(usePage().live.mix));
}

/** Whether a media query is true. */
export function useMedia(query: string): boolean {
  const media = useMemo(() => matchMedia(query), [query]);
  const watch = useCallback(
    (changed: () => void) => {
      media.addEventListener("change", changed);
      return () => media.removeEventListener("change", changed);
    },
    [media],
  );
  return useSyncExternalStore(watch, () => media.matches);
}
