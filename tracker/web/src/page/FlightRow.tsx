/** One flight of the grid. */

import { memo } from "react";
import type { Aircraft } from "../fleet";
import { colourOf, COLOURS, STALE } from "../symbols";
import { Icon } from "./Icon";
import { cell, COLUMNS, type Column } from "./table";
import type { Measures } from "./units";

interface Props {
  readonly aircraft: Aircraft;
  readonly index: number;
  /** px below the headings. */
  readonly top: number;
  /** s. */
  readonly age: number;
  readonly stale: boolean;
  /** Two aircraft seem to report under its address. */
  readonly shared: boolean;
  readonly selected: boolean;
  /** Where the cursor of the keyboard is. */
  readonly current: boolean;
  readonly measures: Measures;
  readonly onSelect: (key: string) => void;
}

/** Of the element; a callsign may hold what an id may not. */
export function rowId(key: string): string {
  return `row-${encodeURIComponent(key)}`;
}

export const FlightRow = memo(function FlightRow(props: Props) {
  const { aircraft, index, top, age, stale, shared, selected, current, measures } = props;
  const classes = ["row", stale ? "stale" : "", selected ? "selected" : "", current ? "current" : ""];
  return (
    <div
      id={rowId(aircraft.key)}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={selected}
      className={classes.filter(Boolean).join(" ")}
      style={{ transform: `translateY(${top}px)` }}
      onClick={() => props.onSelect(aircraft.key)}
    >
      {COLUMNS.map((column) => (
        <div key={column} role="gridcell" className={`cell ${column}`} title={whole(column, aircraft)}>
          {column === "altitude" && <Swatch aircraft={aircraft} stale={stale} />}
          {column === "callsign" && shared && <Shared />}
          {cell(column, aircraft, age, measures)}
        </div>
      ))}
    </div>
  );
});

/** The colour that it has on the map. */
function Swatch({ aircraft, stale }: { aircraft: Aircraft; stale: boolean }) {
  const colour = stale ? COLOURS[STALE] : colourOf(aircraft.altitude, aircraft.on_ground);
  return <i className="swatch" style={{ background: colour }} />;
}

/** What a cell may be too narrow for: a callsign may have 16 characters, and most have 8 at most. */
function whole(column: Column, { callsign }: Aircraft): string | undefined {
  return column === "callsign" && callsign !== null && callsign.length > 8 ? callsign : undefined;
}

function Shared() {
  return (
    <span className="shared" title="Two aircraft seem to report under this address">
      <Icon name="twice" />
      <span className="unseen">two aircraft? </span>
    </span>
  );
}
