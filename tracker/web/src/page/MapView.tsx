/** The element in which Leaflet lives; nothing of React is inside. */

import { useEffect, useRef } from "react";
import { useNoun, usePage } from "./hooks";

export function MapView() {
  const page = usePage();
  const noun = useNoun();
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const shown = new AbortController();
    window.flights = page.show(element.current!, shown.signal);
    return () => shown.abort();
  }, [page]);
  return (
    <div
      ref={element}
      className="map"
      role="application"
      aria-roledescription="map"
      aria-label={`Map of ${noun}: arrow keys move it, plus and minus zoom. The list of ${noun} holds the same ones.`}
    />
  );
}
