/** The filters; they act on map and table alike. */

import { BandField } from "./BandField";
import { active, EVERYTHING, normal, type Filters, type Surface } from "./filters";
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
  const change = (part: Partial<Filters>) => views.change({ filters: { ...views.current.filters, ...part } });
  return (
    <form id="filters" className="filters" aria-label="Filters" onSubmit={(event) => event.preventDefault()}>
      <BandField
        title="Altitude"
        measure={measures.altitude}
        band={filters.altitude}
        onBand={(altitude) => change({ altitude })}
      />
      <BandField title="Speed" measure={measures.speed} band={filters.speed} onBand={(speed) => change({ speed })} />
      <label className="field">
        <span>Airline</span>
        <input
          type="text"
          placeholder="e.g. AFR"
          title="How callsigns begin"
          maxLength={16}
          autoComplete="off"
          spellCheck={false}
          value={filters.airline}
          onChange={(event) => change({ airline: normal(event.target.value) })}
        />
      </label>
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
        <button type="button" disabled={active(filters) === 0} onClick={() => views.change({ filters: EVERYTHING })}>
          Clear filters
        </button>
        <button type="button" onClick={onClose}>
          Done
        </button>
      </div>
    </form>
  );
}
