/** The filters; they act on map and table alike. Those that can make no difference are left out. */

import { useState } from "react";
import { sourceName } from "../kinds";
import { BandField } from "./BandField";
import { active, EVERYTHING, parseAirline, parseType, SURFACES, type Filters, type Surface } from "./filters";
import { useMeasures, usePage, useView, useWatched } from "./hooks";
import type { Mix } from "./mix";
import { PrefixField } from "./PrefixField";

const SURFACE_NAMES: Readonly<Record<Surface, string>> = {
  any: "Air and ground",
  air: "In the air",
  ground: "On the ground",
};

interface Part {
  readonly filters: Filters;
  readonly change: (part: Partial<Filters>) => void;
}

export function FilterPanel({ onClose }: { onClose: () => void }) {
  const { views, live } = usePage();
  const mix = useWatched(live.mix);
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
      <PrefixField
        key={`airline ${clearings}`}
        label="Airline"
        title="ICAO designator: how its callsigns begin"
        placeholder="e.g. AFR"
        parse={parseAirline}
        prefix={filters.airline}
        onPrefix={(airline) => change({ airline })}
        textOf={({ callsign }) => callsign}
        unmatched={
          `No callsign here begins with ${filters.airline}. ` +
          "An airline is found by its ICAO designator, such as AFR for Air France."
        }
      />
      <Choice
        label="Where"
        value={filters.surface}
        options={SURFACES.map((surface) => [surface, SURFACE_NAMES[surface]])}
        onChoice={(surface) => change({ surface })}
      />
      <KindChoice filters={filters} change={change} mix={mix} />
      {(mix.typesDiffer || filters.type !== "") && (
        <PrefixField
          key={`type ${clearings}`}
          label="Type"
          title="ICAO type designator, or how it begins"
          placeholder="e.g. A320 or A3"
          parse={parseType}
          prefix={filters.type}
          onPrefix={(type) => change({ type })}
          textOf={({ typecode }) => typecode}
          unmatched={`No type here begins with ${filters.type}.`}
        />
      )}
      <SourceChoice filters={filters} change={change} mix={mix} />
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

function KindChoice({ filters, change, mix }: Part & { mix: Mix }) {
  const kinds = among(mix.kinds, filters.kind);
  if (kinds.length < 2 && filters.kind === "any") return null;
  return (
    <Choice
      label="Kind"
      value={filters.kind}
      options={[["any", "All kinds"], ...kinds.map((kind) => [kind, capital(kind)] as const)]}
      onChoice={(kind) => change({ kind })}
    />
  );
}

function SourceChoice({ filters, change, mix }: Part & { mix: Mix }) {
  if (mix.sources.length < 2 && filters.source === "any") return null;
  const sources = among(mix.sources, filters.source).filter((source) => source !== null);
  return (
    <Choice
      label="Position by"
      value={filters.source}
      options={[["any", "All sources"], ...sources.map((source) => [source, capital(sourceName(source))] as const)]}
      onChoice={(source) => change({ source })}
    />
  );
}

/** Those that there are, and the one that is chosen, also while there is none of it. */
function among<T>(there: readonly T[], chosen: T | "any"): readonly T[] {
  return chosen === "any" || there.includes(chosen) ? there : [...there, chosen];
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly (readonly [value: T, title: string])[];
  readonly onChoice: (value: T) => void;
}

function Choice<T extends string>({ label, value, options, onChoice }: ChoiceProps<T>) {
  return (
    <label className="field">
      <span>{label}</span>
      <select value={value} onChange={(event) => onChoice(event.target.value as T)}>
        {options.map(([name, title]) => (
          <option key={name} value={name}>
            {title}
          </option>
        ))}
      </select>
    </label>
  );
}
