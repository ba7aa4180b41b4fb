/** Aviation's units, or metric ones. */

import { usePage, useView } from "./hooks";
import { MEASURES, UNITS } from "./units";

const NAMES = { aviation: "Aviation", metric: "Metric" } as const;

export function UnitsSwitch() {
  const { views } = usePage();
  const units = useView("units");
  return (
    <fieldset className="switch">
      <legend className="unseen">Units</legend>
      {UNITS.map((name) => {
        const { altitude, speed, verticalRate } = MEASURES[name];
        return (
          <label key={name} title={`${altitude.unit}, ${speed.unit}, ${verticalRate.unit}`}>
            <input
              type="radio"
              name="units"
              value={name}
              checked={units === name}
              onChange={() => views.change({ units: name })}
            />
            <span>{NAMES[name]}</span>
          </label>
        );
      })}
    </fieldset>
  );
}
