/** One flight of the grid. */

import { memo } from "react";
import type { Aircraft } from "../fleet";
import { AIRLINER, shapeOf } from "../shapes";
import { emergency, type Emergency } from "../squawks";
import { classOfObject, COLOURS, STALE } from "../symbols";
import { Icon } from "./Icon";
import { Symbol } from "./Symbol";
import { cell, named, type Column } from "./table";
import type { Measures } from "./units";

interface Props {
  readonly aircraft: Aircraft;
  readonly columns: readonly Column[];
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
  const { aircraft, columns, index, top, age, stale, shared, selected, current, measures } = props;
  const alarm = emergency(aircraft);
  const states = { stale, selected, current, alarmed: alarm !== null };
  const classes = ["row", ...Object.entries(states).map(([name, is]) => (is ? name : ""))];
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
      {columns.map((column) => (
        <div key={column} role="gridcell" className={`cell ${column}`} title={whole(column, aircraft)}>
          {column === "altitude" && <Swatch aircraft={aircraft} stale={stale} />}
          {column === "callsign" && shared && <Shared />}
          {cell(column, aircraft, age, measures)}
          {column === "callsign" && alarm !== null && <Alarm {...alarm} />}
        </div>
      ))}
    </div>
  );
});

/** The colour that it has on the map, and of what is no aircraft the symbol too. */
function Swatch({ aircraft, stale }: { aircraft: Aircraft; stale: boolean }) {
  const colour = COLOURS[stale ? STALE : classOfObject(aircraft)]!;
  const shape = aircraft.kind === "aircraft" ? AIRLINER : shapeOf(aircraft.kind, null);
  if (shape !== AIRLINER) return <Symbol shape={shape} colour={colour} />;
  return <i className="swatch" style={{ background: colour }} />;
}

/** What a cell may be too narrow for: a callsign may have 16 characters, and most have 8 at most. */
function whole(column: Column, aircraft: Aircraft): string | undefined {
  if (column === "registration") return aircraft.registration ?? undefined;
  if (column !== "callsign") return undefined;
  const [name, alarm] = [named(aircraft) ?? "", emergency(aircraft)];
  if (alarm !== null) return `${name} squawks ${alarm.code}: ${alarm.meaning}`.trim();
  return name.length > 8 ? name : undefined;
}

function Alarm({ code, brief }: Emergency) {
  return (
    <span className="alarm">
      {" "}
      {code} {brief}
    </span>
  );
}

function Shared() {
  return (
    <span className="shared" title="Two aircraft seem to report under this address">
      <Icon name="twice" />
      <span className="unseen">two aircraft? </span>
    </span>
  );
}
