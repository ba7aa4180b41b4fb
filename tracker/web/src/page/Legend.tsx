/** What the colours of the aircraft say. */

import { useState } from "react";
import { COLOURS, GROUND, RAMP, STALE, UNKNOWN } from "../symbols";
import { NARROW, useMeasures } from "./hooks";
import { grouped } from "./units";

const OTHERS = [
  ["on ground", COLOURS[GROUND]],
  ["not known", COLOURS[UNKNOWN]],
  ["stale", COLOURS[STALE]],
] as const;

export function Legend() {
  const { altitude } = useMeasures();
  const [open, setOpen] = useState(() => !matchMedia(NARROW).matches);
  return (
    <div className="legend" role="group" aria-label="Legend">
      <button type="button" className="quiet" aria-expanded={open} onClick={() => setOpen(!open)}>
        Altitude, {altitude.unit}
      </button>
      {open && (
        <>
          <ol className="ramp">
            {RAMP.map(({ altitude: edge, colour }) => (
              <li key={colour}>
                <i style={{ background: colour }} />
                <span>{thousands(edge * altitude.perSi)}</span>
              </li>
            ))}
          </ol>
          <ul className="others">
            {OTHERS.map(([name, colour]) => (
              <li key={name}>
                <i style={{ background: colour }} />
                {name}
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

/** `35k` for 35,000, `1.5k` for 1,524. */
function thousands(value: number): string {
  if (value < 999.5) return grouped(value);
  const rounded = Math.round(value / 100) / 10;
  return `${grouped(rounded, Number.isInteger(rounded) ? 0 : 1)}k`;
}
