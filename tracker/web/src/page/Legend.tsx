/** What colours and symbols say: below the map, so that it covers nothing. */

import { useState } from "react";
import { SHAPES, VEHICLE } from "../shapes";
import { COLOURS, GROUND, NO_AIRCRAFT, RAMP, STALE, UNKNOWN } from "../symbols";
import { usePage, useView, useWatched } from "./hooks";
import { marks } from "./legend";
import { explained } from "./mix";
import { Symbol } from "./Symbol";
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
          <Symbols />
        </>
      )}
    </div>
  );
}

/** Where there are others than airliners. */
function Symbols() {
  const shapes = explained(useWatched(usePage().live.mix));
  if (shapes.length === 0) return null;
  return (
    <ul className="others symbols">
      {shapes.map((shape) => (
        <li key={shape}>
          <Symbol shape={shape} colour={shape < VEHICLE ? "currentColor" : COLOURS[NO_AIRCRAFT]!} />
          {SHAPES[shape]!.name}
        </li>
      ))}
    </ul>
  );
}
