/** The connection and the stream at a glance; only changes of state are announced, not the numbers. */

import { useEffect, useState } from "react";
import { useNoun, usePage, useWatched } from "./hooks";
import { lagSaid, said } from "./said";
import { ageSaid, grouped } from "./units";

export function StatusLine() {
  const { live, stream, trouble } = usePage();
  const phase = useWatched(live.phases);
  const digest = useWatched(live.digest);
  const told = useWatched(trouble.told);
  const noun = useNoun();
  useCountdown(phase.name === "waiting");
  const { tone, state, detail, retry } = said(phase, digest.lag, told, performance.now() / 1000);
  return (
    <div className="status">
      <span className={`dot ${tone}`} aria-hidden="true" />
      <span role="status" className="state">
        {state}
      </span>
      {detail !== "" && (
        <span className="detail" title={detail}>
          {detail}
        </span>
      )}
      {retry && (
        <button type="button" onClick={() => stream.retry()}>
          Reconnect now
        </button>
      )}
      <dl className="numbers" aria-label="Numbers of the stream">
        <Figure
          name={noun === "flights" ? "aircraft" : `objects, ${grouped(digest.aircraft)} of them aircraft`}
          title="Shown on the map, of those held"
        >
          {grouped(digest.inView)} <span className="of">of {grouped(digest.held)}</span>
        </Figure>
        <Figure name="updates/s">{grouped(digest.rate)}</Figure>
        <Figure name="last heard" title="Age of the newest report">
          {digest.newest === null ? "–" : ageSaid(digest.newest)}
        </Figure>
        <Figure name="server lag">{phase.name === "live" ? lagSaid(digest.lag) : "–"}</Figure>
      </dl>
    </div>
  );
}

function Figure({ name, title, children }: { name: string; title?: string; children: React.ReactNode }) {
  return (
    <div title={title}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Draws a component again, often enough for a count of seconds, while that is wanted. */
function useCountdown(wanted: boolean): void {
  const [, setTicks] = useState(0);
  useEffect(() => {
    if (!wanted) return;
    const timer = setInterval(() => setTicks((ticks) => ticks + 1), 250);
    return () => clearInterval(timer);
  }, [wanted]);
}
