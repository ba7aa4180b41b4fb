/** From and to of one quantity; what is wrong is said below, and does not become a filter. */

import { useEffect, useId, useState } from "react";
import { bandProblem, shownLimit, typedLimit } from "./bands";
import type { Band } from "./filters";
import type { Measure } from "./units";

interface Props {
  readonly title: string;
  readonly measure: Measure;
  readonly band: Band;
  readonly onBand: (band: Band) => void;
}

export function BandField({ title, measure, band, onBand }: Props) {
  const problemId = useId();
  const written = [shownLimit(band[0], measure), shownLimit(band[1], measure)] as const;
  const [drafts, setDrafts] = useState<readonly [string, string]>(written);
  const [problem, setProblem] = useState<string | null>(null);
  // Another unit, a cleared filter or a link.
  useEffect(() => {
    setDrafts([written[0], written[1]]);
    setProblem(null);
  }, [written[0], written[1]]);

  const type = (next: readonly [string, string]) => {
    setDrafts(next);
    const ends = next.map((text, end) => (text === written[end] ? { limit: band[end]! } : typedLimit(text, measure)));
    const wrong = ends.flatMap((end) => ("problem" in end ? [end.problem] : []));
    const typed = ends.map((end) => ("limit" in end ? end.limit : null)) as unknown as Band;
    const trouble = wrong[0] ?? bandProblem(typed, measure);
    setProblem(trouble);
    if (trouble === null && (typed[0] !== band[0] || typed[1] !== band[1])) onBand(typed);
  };
  const field = (end: 0 | 1, name: "from" | "to") => (
    <input
      type="text"
      inputMode="numeric"
      aria-label={`${title} ${name}, ${measure.unit}`}
      aria-invalid={problem !== null}
      aria-describedby={problem === null ? undefined : problemId}
      placeholder={name}
      value={drafts[end]}
      onChange={(event) => type(end === 0 ? [event.target.value, drafts[1]] : [drafts[0], event.target.value])}
    />
  );
  return (
    <fieldset className="band">
      <legend>
        {title}, {measure.unit}
      </legend>
      {field(0, "from")}
      <span aria-hidden="true">–</span>
      {field(1, "to")}
      {problem !== null && (
        <p id={problemId} className="problem" role="alert">
          {problem}
        </p>
      )}
    </fieldset>
  );
}
