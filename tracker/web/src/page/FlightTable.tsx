/** The flights as a grid; of its thousands of rows only those in sight are elements. */

import { useVirtualizer } from "@tanstack/react-virtual";
import { useMemo, useState, type KeyboardEvent, type RefObject } from "react";
import { Elsewhere } from "./Elsewhere";
import { FlightRow, rowId } from "./FlightRow";
import { GridHead } from "./GridHead";
import { useMeasures, useNoun, usePage, useView, useWatched } from "./hooks";
import { Icon } from "./Icon";
import { moved } from "./keys";
import { columnsOf } from "./table";
import { grouped } from "./units";

const ROW = 30; // px
const HEAD = 36; // px

interface Props {
  readonly grid: RefObject<HTMLDivElement | null>;
  readonly listed: boolean;
  readonly onListed: (listed: boolean) => void;
}

export function FlightTable({ grid, listed, onListed }: Props) {
  const { live } = usePage();
  const { rows } = useWatched(live.digest);
  const filled = useWatched(live.filled);
  const search = useView("search");
  const noun = useNoun();
  return (
    <section className="flights" aria-labelledby="flights-title">
      <h2 id="flights-title">
        <button
          type="button"
          className="list-toggle"
          aria-expanded={listed}
          aria-controls="flights"
          onClick={() => onListed(!listed)}
        >
          <Icon name="list" />
          <span>List of {noun}</span>
          <span className="count">{grouped(rows.length)}</span>
        </button>
      </h2>
      {listed && <Grid grid={grid} />}
      {listed && filled && rows.length === 0 && search.trim() !== "" && <Elsewhere search={search} />}
    </section>
  );
}

function Grid({ grid }: { grid: RefObject<HTMLDivElement | null> }) {
  const page = usePage();
  const { rows, now, silence } = useWatched(page.live.digest);
  const selected = useView("selected");
  const measures = useMeasures();
  const mix = useWatched(page.live.mix);
  const noun = useNoun();
  const columns = useMemo(() => columnsOf(mix), [mix]);
  const [cursor, setCursor] = useState<string | null>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => grid.current,
    estimateSize: () => ROW,
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: 6,
    scrollPaddingStart: HEAD,
    scrollMargin: HEAD,
  });
  const at = useMemo(() => rows.findIndex((row) => row.key === cursor), [rows, cursor]);
  const items = virtual.getVirtualItems();
  const inSight = items.some((item) => item.index === at);

  const press = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return; // a heading's own key
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      if (cursor !== null && at >= 0) page.select(cursor);
      return;
    }
    const fits = Math.max(1, Math.floor(((grid.current?.clientHeight ?? 0) - HEAD) / ROW) - 1);
    const next = moved(event.key, at, rows.length, fits);
    if (next === null) return;
    event.preventDefault();
    setCursor(rows[next]?.key ?? null);
    virtual.scrollToIndex(next);
  };
  return (
    <div
      id="flights"
      ref={grid}
      className={["grid", mix.typed ? "with-type" : "", mix.registered ? "with-registration" : ""].join(" ").trim()}
      role="grid"
      aria-label={noun === "flights" ? "Flights" : "Objects"}
      aria-rowcount={rows.length + 1}
      aria-colcount={columns.length}
      aria-activedescendant={inSight && cursor !== null ? rowId(cursor) : undefined}
      tabIndex={0}
      onKeyDown={press}
      onFocus={(event) => {
        if (event.target === event.currentTarget && at < 0) setCursor(selected ?? rows[0]?.key ?? null);
      }}
    >
      <GridHead columns={columns} mixed={noun === "objects"} />
      <div role="rowgroup" className="rows" style={{ height: virtual.getTotalSize() }}>
        {items.map(({ index, start, key }) => {
          const aircraft = rows[index];
          return (
            aircraft !== undefined && (
              <FlightRow
                key={key}
                aircraft={aircraft}
                columns={columns}
                index={index}
                top={start - HEAD}
                age={page.fleet.age(aircraft, now) + silence}
                stale={page.fleet.isStale(aircraft, now)}
                shared={page.fleet.isShared(aircraft.key, now)}
                selected={aircraft.key === selected}
                current={aircraft.key === cursor}
                measures={measures}
                onSelect={(chosen) => {
                  setCursor(chosen);
                  page.select(chosen);
                }}
              />
            )
          );
        })}
      </div>
      {rows.length === 0 && <NoRows columns={columns.length} />}
    </div>
  );
}

function NoRows({ columns }: { columns: number }) {
  const { live } = usePage();
  const noun = useNoun();
  const filled = useWatched(live.filled);
  const { held } = useWatched(live.digest);
  const why =
    held === 0
      ? "Nothing is reported in this part of the world."
      : `No ${noun} match here. Clear the search or the filters, or move the map.`;
  return (
    <div role="rowgroup" className="no-rows">
      <div role="row">
        <div role="gridcell" aria-colspan={columns}>
          {filled ? why : "Waiting for the server …"}
        </div>
      </div>
    </div>
  );
}
