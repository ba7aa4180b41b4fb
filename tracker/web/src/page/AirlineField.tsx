/** The airline whose flights are wanted; what is not a designator is said below, and does not become a filter. */

import { useEffect, useId, useState } from "react";
import { parseAirline } from "./filters";
import { usePage, useWatched } from "./hooks";

interface Props {
  readonly prefix: string;
  readonly onPrefix: (prefix: string) => void;
}

export function AirlineField({ prefix, onPrefix }: Props) {
  const [fieldId, noteId] = [useId(), useId()];
  const [draft, setDraft] = useState(prefix);
  const parsed = parseAirline(draft);
  const problem = "problem" in parsed ? parsed.problem : null;
  // A link, or filters that were cleared.
  useEffect(() => {
    setDraft((typed) => (prefixOf(typed) === prefix ? typed : prefix));
  }, [prefix]);
  return (
    <div className="field">
      <label htmlFor={fieldId}>Airline</label>
      <input
        id={fieldId}
        type="text"
        placeholder="e.g. AFR"
        title="ICAO designator: how its callsigns begin"
        maxLength={40}
        autoComplete="off"
        spellCheck={false}
        aria-invalid={problem !== null}
        aria-describedby={noteId}
        value={draft}
        onChange={(event) => {
          setDraft(event.target.value);
          onPrefix(prefixOf(event.target.value));
        }}
      />
      <div id={noteId}>
        {problem !== null ? (
          <p className="problem" role="alert">
            {problem}
          </p>
        ) : (
          prefix !== "" && <Matches prefix={prefix} />
        )}
      </div>
    </div>
  );
}

/** What is refused filters nothing. */
function prefixOf(typed: string): string {
  const parsed = parseAirline(typed);
  return "prefix" in parsed ? parsed.prefix : "";
}

/** Says so where no callsign begins with a prefix: it may be an airline's other code. */
function Matches({ prefix }: { prefix: string }) {
  const { live, fleet } = usePage();
  useWatched(live.digest);
  if ([...fleet.all()].some(({ callsign }) => callsign?.startsWith(prefix))) return null;
  return (
    <p className="note" role="status">
      No callsign here begins with {prefix}. An airline is found by its ICAO designator, such as AFR for Air France.
    </p>
  );
}
