/** The page's keys; `HelpDialog` lists them. */

import { useEffect, useRef } from "react";
import { usePage } from "./hooks";

export interface Reaches {
  readonly help: () => void;
  readonly reach: (what: "search" | "table") => void;
}

export function useShortcuts(reaches: Reaches): void {
  const page = usePage();
  const latest = useRef(reaches);
  latest.current = reaches;
  useEffect(() => {
    const listening = new AbortController();
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (document.querySelector("dialog[open]") !== null) return;
      if (typing(event.target) && event.key !== "Escape") return;
      if (act(event.key)) event.preventDefault();
    };
    const act = (key: string): boolean => {
      const { views } = page;
      const { selected, follow, units, search } = views.current;
      if (key === "/") latest.current.reach("search");
      else if (key === "l") latest.current.reach("table");
      else if (key === "?") latest.current.help();
      else if (key === "u") views.change({ units: units === "aviation" ? "metric" : "aviation" });
      else if (key === "f" && selected !== null) views.change({ follow: !follow });
      else if (key === "c" && selected !== null) page.centre();
      else if (key === "Escape" && selected !== null) views.change({ selected: null });
      else if (key === "Escape" && search !== "") views.change({ search: "" });
      else return false;
      return true;
    };
    addEventListener("keydown", press, { signal: listening.signal });
    return () => listening.abort();
  }, [page]);
}

/** Letters belong to a field that takes them. */
function typing(target: EventTarget | null): boolean {
  return target instanceof Element && target.matches("input:not([type=radio]), textarea, select");
}
