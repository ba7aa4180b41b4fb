/** The values of one aircraft, each with its name and unit. */

import type { Aircraft } from "../fleet";
import { useMeasures, usePage, useWatched } from "./hooks";
import { meaning } from "./squawks";
import { ageSaid, clockTime, compass, position, signed, withUnit, type Measure } from "./units";

export function Facts({ aircraft }: { aircraft: Aircraft }) {
  const { fleet, live } = usePage();
  const { now, silence } = useWatched(live.digest);
  const { altitude, speed, verticalRate } = useMeasures();
  const heard = ageSaid(fleet.age(aircraft, now) + silence);
  const emergency = meaning(aircraft.squawk);
  const facts: [name: string, value: string][] = [
    ["Address", aircraft.icao24 ?? "none"],
    ["Squawk", `${aircraft.squawk ?? "not known"}${emergency === null ? "" : `: ${emergency}`}`],
    ["Barometric altitude", withUnit(altitude, aircraft.altitude)],
    ["Geometric altitude", withUnit(altitude, aircraft.geo_altitude)],
    ["Ground speed", withUnit(speed, aircraft.velocity)],
    ["Vertical rate", climb(verticalRate, aircraft.vertical_rate)],
    ["Track", compass(aircraft.track)],
    ["On the ground", aircraft.on_ground === null ? "not known" : aircraft.on_ground ? "yes" : "no"],
    ["Position", position(aircraft.lat, aircraft.lon)],
    ["Reported", clockTime(aircraft.time, new Date())],
    ["Last heard", heard === "now" ? heard : `${heard} ago`],
  ];
  return (
    <dl className="facts">
      {facts.map(([name, value]) => (
        <div key={name} className={value === "not known" ? "unknown" : ""}>
          <dt>{name}</dt>
          <dd className={name === "Squawk" && emergency !== null ? "emergency" : ""}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function climb(measure: Measure, value: number | null): string {
  return value === null ? "not known" : `${signed(measure, value)} ${measure.unit}`;
}
