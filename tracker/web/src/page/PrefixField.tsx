/** How callsigns or types have to begin; what is no such beginning is said below, and does not become a filter. */

import { useEffect, useId, useState } from "react";
import type { Aircraft } from "../fleet";
import type { Prefix } from "./filters";
import { usePage, useWatched } from "./hooks";

interface Props {
  readonly label: string;
  readonly title: string;
  readonly placeholder: string;
  readonly parse: (typed: string) => Prefix;
  readonly prefix: string;
  readonly onPrefix: (prefix: string) => void;
  /** The text of an object that is asked for its beginning. */
  readonly textOf: (aircraft: Aircraft) => string | null;
  /** What is said where none begins so. */
  readonly unmatched: string;
}

export function PrefixField(props: Props) {
  const { label, title, placeholder, parse, prefix, onPrefix, textOf, unmatched } = props;
  const [fieldId, noteId] = [useId(), useId()];
  const [draft, setDraft] = useState(prefix);
  const parsed = parse(draft);
  const problem = "problem" in parsed ? parsed.problem : null;
  // A link, or filters that were cleared.
  useEffect(() => {
    setDraft((typed) => (filterOf(parse(typed)) === prefix ? typed : prefix));
  }, [parse, prefix]);
  return (
    <div className="field">
      <label htmlFor={fieldId}>{label}</label>
      <input
        id={fieldId}
        type="text"
        placeholder={placeholder}
        title={title}
        maxLength={40}
        autoComplete="off"
        spellCheck={false}
        aria-invalid={problem !== null}
        aria-describedby={noteId}
        value={draft}
        onChange={(event) => {
          setDraft(event.target.value);
          onPrefix(filterOf(parse(event.target.value)));
        }}
      />
      <div id={noteId}>
        {problem !== null ? (
          <p className="problem" role="alert">
            {problem}
          </p>
        ) : (
          prefix !== "" && <Matches prefix={prefix} textOf={textOf} unmatched={unmatched} />
        )}
      </div>
    </div>
  );
}

/** What is refused filters nothing. */
function filterOf(parsed: Prefix): string {
  return "prefix" in parsed ? parsed.prefix : "";
}

function Matches({ prefix, textOf, unmatched }: Pick<Props, "prefix" | "textOf" | "unmatched">) {
  const { live, fleet } = usePage();
  useWatched(live.digest);
  if ([...fleet.all()].some((aircraft) => textOf(aircraft)?.startsWith(prefix))) return null;
  return (
    <p className="note" role="status">
      {unmatched}
    </p>
  );
}
