/** The page's landmarks: what controls, the flights, the details, the map, the status. */

import { useCallback, useEffect, useRef, useState } from "react";
import { Details } from "./Details";
import { FlightTable } from "./FlightTable";
import { HelpDialog } from "./HelpDialog";
import { NARROW, useMedia, useNoun, usePage, useView } from "./hooks";
import { Legend } from "./Legend";
import { MapView } from "./MapView";
import { Notices } from "./Notices";
import { StatusLine } from "./StatusLine";
import { Toolbar } from "./Toolbar";
import { useShortcuts } from "./useShortcuts";

export function App() {
  const { views } = usePage();
  const selected = useView("selected");
  const [listed, setListed] = useState(true);
  const [helping, setHelping] = useState(false);
  const narrow = useMedia(NARROW);
  const noun = useNoun();
  const search = useRef<HTMLInputElement>(null);
  const table = useRef<HTMLDivElement>(null);
  const [wanted, setWanted] = useState<"search" | "table" | null>(null);

  const reach = useCallback((what: "search" | "table") => {
    if (what === "table") {
      setListed(true);
      // There the details lie in the place of the list.
      if (matchMedia(NARROW).matches) views.change({ selected: null });
    }
    setWanted(what);
  }, [views]);
  const toTable = useCallback(() => reach("table"), [reach]);
  useEffect(() => {
    if (wanted === null) return;
    (wanted === "search" ? search : table).current?.focus();
    setWanted(null);
  }, [wanted]);
  useShortcuts({ help: () => setHelping(true), reach });

  const detailed = selected !== null;
  const classes = [
    "page",
    listed ? "with-list" : "",
    detailed ? "with-details" : "",
    listed || (detailed && narrow) ? "with-panel" : "",
  ];
  return (
    <div className={classes.filter(Boolean).join(" ")}>
      <nav aria-label="Skip" className="skip">
        <a
          href="#flights"
          onClick={(event) => {
            event.preventDefault(); // the fragment of the URL holds the view
            reach("table");
          }}
        >
          Skip to the list of {noun}
        </a>
      </nav>
      <header className="bar">
        <Toolbar search={search} onHelp={() => setHelping(true)} />
      </header>
      <main>
        <FlightTable grid={table} listed={listed} onListed={setListed} />
        {detailed && <Details key={selected} onLeft={toTable} />}
        <section className="map-section" aria-label="Map">
          <MapView />
          <Legend />
        </section>
        <Notices />
      </main>
      <footer>
        <StatusLine />
      </footer>
      {helping && <HelpDialog onClose={() => setHelping(false)} />}
    </div>
  );
}
