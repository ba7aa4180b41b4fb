/** What matches search and filters and lies outside what is held; pressing one brings the map there. */

import { useEffect, useState } from "react";
import type { Aircraft } from "../fleet";
import { nameOf } from "../kinds";
import { elsewhere } from "./elsewhere";
import { useNoun, usePage, useView } from "./hooks";

const PAUSE = 300; // ms after the last letter

export function Elsewhere({ search }: { search: string }) {
  const page = usePage();
  const filters = useView("filters");
  const noun = useNoun();
  const [found, setFound] = useState<readonly Aircraft[] | null>(null);
  useEffect(() => {
    const asking = new AbortController();
    const timer = setTimeout(async () => {
      const told = await elsewhere(search, filters, noun === "objects", asking.signal);
      if (!asking.signal.aborted) setFound(told);
    }, PAUSE);
    return () => {
      clearTimeout(timer);
      asking.abort();
    };
  }, [search, filters, noun]);
  if (found === null) return null;
  return (
    <div className="elsewhere" role="group" aria-label={`Matching ${noun} outside the map`}>
      <p role="status">{found.length === 0 ? `No matching ${noun} outside the map either.` : "Outside the map:"}</p>
      {found.map((one) => (
        <button key={one.key} type="button" onClick={() => page.visit(one)}>
          {nameOf(one)}
        </button>
      ))}
    </div>
  );
}
