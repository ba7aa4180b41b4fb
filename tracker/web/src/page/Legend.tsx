/** What the colours of the aircraft say: below the map, so that it covers nothing. */

import { useState } from "react";
import { COLOURS, GROUND, RAMP, STALE, UNKNOWN } from "../symbols";
import { useView } from "./hooks";
import { marks } from "./legend";
import { MEASURES } from "./units";

const OTHERS = [
  ["on ground", COLOURS[GROUND]],
  ["not known", COLOURS[UNKNOWN]],
  ["stale", COLOURS[STALE]],
] as const;

/** A window in which the map can spare the room from the start. */
const ROOMY = "(min-width: 761px) and (min-height: 501px)";

export function Legend() {
  const units = useView("units");
  const [open, setOpen] = useState(() => matchMedia(ROOMY).matches);
  return (
    <div className={open ? "legend" : "legend closed"} role="group" aria-label="Legend">
      <button type="button" className="quiet" aria-expanded={open} onClick={() => setOpen(!open)}>
        Altitude, {MEASURES[units].altitude.unit}
      </button>
      {open && (
        <>
          <div className="ramp">
            {RAMP.map(({ colour }) => (
              <i key={colour} style={{ background: colour }} />
            ))}
            {marks(units).map(({ at, label }) => (
              <span key={label} style={{ left: `${100 * at}%` }}>
                {label}
              </span>
            ))}
          </div>
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
