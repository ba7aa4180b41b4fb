/** The headings of the grid; pressing one orders the flights by it. */

import { useMeasures, usePage, useView } from "./hooks";
import { heading, pressed, type Column } from "./table";

/** @param mixed Not all are aircraft. */
export function GridHead({ columns, mixed }: { columns: readonly Column[]; mixed: boolean }) {
  const { views } = usePage();
  const sort = useView("sort");
  const measures = useMeasures();
  return (
    <div role="rowgroup" className="head">
      <div role="row" aria-rowindex={1} className="row">
        {columns.map((column) => {
          const { title, unit } = heading(column, measures, mixed);
          const order = sort.by !== column ? "none" : sort.descending ? "descending" : "ascending";
          return (
            <div key={column} role="columnheader" aria-sort={order} className={`cell ${column}`}>
              <button type="button" onClick={() => views.change({ sort: pressed(sort, column) })}>
                <span>
                  {title}
                  {order !== "none" && (
                    <span className="arrow" aria-hidden="true">
                      {order === "descending" ? " ▼" : " ▲"}
                    </span>
                  )}
                </span>
                {unit !== "" && <small> {unit}</small>}
              </button>
            </div>
          );
        })}
      </div>
    </div>
  );
}
