/** The filters; they act on map and table alike. */

import { useState } from "react";
import { AirlineField } from "./AirlineField";
import { BandField } from "./BandField";
import { active, EVERYTHING, type Filters, type Surface } from "./filters";
import { useMeasures, usePage, useView } from "./hooks";

const SURFACES: Readonly<Record<Surface, string>> = {
  any: "Air and ground",
  air: "In the air",
  ground: "On the ground",
};

export function FilterPanel({ onClose }: { onClose: () => void }) {
  const { views } = usePage();
  const filters = useView("filters");
  const measures = useMeasures();
  const [clearings, setClearings] = useState(0); // as a key: what was typed and is no filter goes too
  const clear = () => {
    views.change({ filters: EVERYTHING });
    setClearings(clearings + 1);
  };
  const change = (part: Partial<Filters>) => views.change({ filters: { ...views.current.filters, ...part } });
  return (
    <form id="filters" className="filters" aria-label="Filters" onSubmit={(event) => event.preventDefault()}>
      <BandField
        key={`altitude ${clearings}`}
        title="Altitude"
        measure={measures.altitude}
        band={filters.altitude}
        onBand={(altitude) => change({ altitude })}
      />
      <BandField
        key={`speed ${clearings}`}
        title="Speed"
        measure={measures.speed}
        band={filters.speed}
        onBand={(speed) => change({ speed })}
      />
      <AirlineField
        key={`airline ${clearings}`}
        prefix={filters.airline}
        onPrefix={(airline) => change({ airline })}
      />
      <label className="field">
        <span>Where</span>
        <select value={filters.surface} onChange={(event) => change({ surface: event.target.value as Surface })}>
          {Object.entries(SURFACES).map(([name, title]) => (
            <option key={name} value={name}>
              {title}
            </option>
          ))}
        </select>
      </label>
      <div className="ends">
        <button type="button" disabled={active(filters) === 0} onClick={clear}>
          Clear filters
        </button>
        <button type="button" onClick={onClose}>
          Done
        </button>
      </div>
    </form>
  );
}
