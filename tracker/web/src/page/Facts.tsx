/** What is known of one object, each value with its name and unit. */

import type { Aircraft } from "../fleet";
import { facts, UNKNOWN } from "./facts";
import { useMeasures, usePage, useWatched } from "./hooks";

export function Facts({ aircraft }: { aircraft: Aircraft }) {
  const { fleet, live } = usePage();
  const { now, silence } = useWatched(live.digest);
  const measures = useMeasures();
  return (
    <dl className="facts">
      {facts(aircraft, measures, fleet.age(aircraft, now) + silence, new Date()).map(({ name, value, alarming }) => (
        <div key={name} className={value === UNKNOWN ? "unknown" : ""}>
          <dt>{name}</dt>
          <dd className={alarming ? "emergency" : ""}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
