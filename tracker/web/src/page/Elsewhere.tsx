/** Flights that match a search and lie outside what is held; pressing one brings the map there. */

import { useEffect, useState } from "react";
import { elsewhere, type Told } from "./elsewhere";
import { usePage } from "./hooks";

const PAUSE = 300; // ms after the last letter

export function Elsewhere({ search }: { search: string }) {
  const page = usePage();
  const [found, setFound] = useState<readonly Told[] | null>(null);
  useEffect(() => {
    const asking = new AbortController();
    const timer = setTimeout(async () => {
      const told = await elsewhere(search, asking.signal);
      if (!asking.signal.aborted) setFound(told);
    }, PAUSE);
    return () => {
      clearTimeout(timer);
      asking.abort();
    };
  }, [search]);
  if (found === null) return null;
  return (
    <div className="elsewhere" role="group" aria-label="Flights outside the map">
      <p role="status">{found.length === 0 ? "No matching flights outside the map either." : "Outside the map:"}</p>
      {found.map((flight) => (
        <button key={flight.key} type="button" onClick={() => page.visit(flight)}>
          {flight.callsign ?? flight.key}
        </button>
      ))}
    </div>
  );
}
