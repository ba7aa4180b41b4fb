/** A value over the last minutes, as a small picture and as a sentence. */

import { useId } from "react";
import { chart, type Chart } from "./chart";
import type { History, Report } from "./history";
import { duration, grouped, type Measure } from "./units";

interface Props {
  readonly title: string;
  readonly history: History;
  readonly value: (report: Report) => number | null;
  readonly measure: Measure;
  /** How much, in the unit of the measure, the chart is high at least. */
  readonly flattest: number;
}

const SIZE = { width: 236, height: 72 };
const LEFT = 48; // px for the labels of the rows
const BELOW = 18; // px for those of the times

export function HistoryChart({ title, history, value, measure, flattest }: Props) {
  const heading = useId();
  const drawn = chart(history, value, measure.perSi, flattest, SIZE, (of) => grouped(of));
  return (
    <figure className="chart">
      <figcaption id={heading}>
        {title}, {measure.unit}
      </figcaption>
      {drawn === null ? (
        <p className="nothing">No data yet.</p>
      ) : (
        <svg
          role="img"
          aria-label={said(title, drawn, measure)}
          viewBox={`0 0 ${LEFT + SIZE.width + 12} ${SIZE.height + BELOW + 8}`}
        >
          <g transform={`translate(${LEFT} 6)`}>
            <Axes drawn={drawn} />
            <path className="line" d={drawn.line} />
            <circle className="last" cx={drawn.last.x} cy={drawn.last.y} r="3" />
          </g>
        </svg>
      )}
    </figure>
  );
}

function Axes({ drawn }: { drawn: Chart }) {
  return (
    <>
      {drawn.rows.map(({ at, label }) => (
        <g key={label}>
          <line className="row-line" x1="0" x2={SIZE.width} y1={at} y2={at} />
          <text x="-6" y={at} textAnchor="end" dominantBaseline="central">
            {label}
          </text>
        </g>
      ))}
      {drawn.times.map(({ at, label }) => (
        <text key={label} x={at} y={SIZE.height + BELOW - 2} textAnchor={label === "now" ? "end" : "middle"}>
          {label}
        </text>
      ))}
    </>
  );
}

/** What the picture shows, in a sentence. */
function said(title: string, { least, most, newest, span }: Chart, measure: Measure): string {
  const [low, high, last] = [least, most, newest].map((value) => grouped(value, measure.digits));
  return `${title} over ${duration(span)}: between ${low} and ${high} ${measure.unit}, now ${last}`;
}
