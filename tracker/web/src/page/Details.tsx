/** Everything that is known of the selected object, and how its altitude and speed went. */

import { useLayoutEffect } from "react";
import { nameOf } from "../kinds";
import { Facts } from "./Facts";
import { HistoryChart } from "./HistoryChart";
import { useMeasures, usePage, useView, useWatched } from "./hooks";
import { Icon } from "./Icon";
import { emergency } from "../squawks";
import type { Standing } from "./selection";

const SAID: Readonly<Record<Standing, string>> = {
  asked: "Waiting for the server …",
  heard: "Live",
  stale: "Stale: nothing received for a while",
  silent: "Not up to date: nothing is received at present",
  elsewhere: "Outside the map",
  lost: "Lost: nothing received for too long. These are its last values.",
  unknown: "Nothing has this address, callsign or id at present.",
};

export function Details({ onLeft }: { onLeft: () => void }) {
  const page = usePage();
  const follow = useView("follow");
  const selected = useWatched(page.selection.selected);
  const { fleet } = page;
  const { now } = useWatched(page.live.digest);
  const measures = useMeasures();
  // The focus would go down with what held it.
  useLayoutEffect(() => {
    return () => {
      if (document.getElementById("details")?.contains(document.activeElement)) onLeft();
    };
  }, [onLeft]);
  if (selected === null) return null;
  const { aircraft, standing, history } = selected;
  const name = aircraft === null ? selected.key : nameOf(aircraft);
  const flies = aircraft === null || aircraft.kind === "aircraft";
  const alarm = aircraft === null ? null : emergency(aircraft);
  const shared = fleet.isShared(selected.key, now);
  const there = standing === "heard" || standing === "stale" || standing === "silent";
  return (
    <section id="details" className="details" aria-labelledby="details-title">
      <div className="details-head">
        <h2 id="details-title">
          <span className="unseen">Details of </span>
          {name}
        </h2>
        <button
          type="button"
          className="quiet"
          aria-label="Close details"
          title="Close (Esc)"
          onClick={() => page.views.change({ selected: null })}
        >
          <Icon name="close" />
        </button>
      </div>
      <p className={`standing ${standing}`} role="status">
        {SAID[standing]}
      </p>
      <p className="shared" role="status">
        {shared && `Two ${flies ? "aircraft seem to report under this address" : "objects seem to report under this id"}. `}
        {shared && "The map shows one of them, without motion."}
      </p>
      {alarm !== null && (
        <p className="emergency">
          Squawks {alarm.code}: {alarm.meaning}
        </p>
      )}
      <div className="actions">
        <button
          type="button"
          aria-pressed={follow}
          aria-keyshortcuts="f"
          disabled={!there && !follow}
          title="The map keeps it in the middle (f)"
          onClick={() => page.views.change({ follow: !follow })}
        >
          <Icon name="follow" />
          Follow
        </button>
        <button
          type="button"
          aria-keyshortcuts="c"
          disabled={aircraft === null}
          title="Show it in the middle of the map (c)"
          onClick={() => page.centre()}
        >
          <Icon name="centre" />
          {standing === "elsewhere" ? "Show on map" : "Centre"}
        </button>
      </div>
      {aircraft !== null && <Facts aircraft={aircraft} />}
      {flies && (
        <HistoryChart
          title="Altitude"
          history={history}
          value={(report) => report.altitude}
          measure={measures.altitude}
          flattest={measures.altitude.step}
        />
      )}
      <HistoryChart
        title="Ground speed"
        history={history}
        value={(report) => report.velocity}
        measure={measures.speed}
        flattest={4 * measures.speed.step}
      />
    </section>
  );
}
