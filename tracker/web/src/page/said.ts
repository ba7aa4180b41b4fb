/** How the connection stands, in words. */

import type { Digest } from "./live";
import type { Phase } from "./stream";
import type { Told } from "./trouble";
import { duration } from "./units";

export interface Said {
  readonly tone: "good" | "busy" | "bad";
  /** What a screen reader announces when it is another one: without numbers that run. */
  readonly state: string;
  /** What runs on beside it. */
  readonly detail: string;
  /** Whether somebody may want to try at once. */
  readonly retry: boolean;
}

/**
 * Say how it stands with the connection, and with what the server is given.
 *
 * @param lag As the server told it last.
 * @param trouble What the server says of what it is given.
 * @param now s of the clock that `Phase.until` means.
 */
export function said(phase: Phase, lag: Digest["lag"], trouble: Omit<Told, "sources">, now: number): Said {
  switch (phase.name) {
    case "connecting":
      return { tone: "busy", state: "Connecting", detail: "", retry: false };
    case "waiting": {
      const left = Math.max(0, Math.ceil(phase.until - now));
      const why = phase.why === null ? "" : ` ${phase.why}`;
      return { tone: "bad", state: `Disconnected.${why} Reconnecting`, detail: `in ${left} s`, retry: true };
    }
    case "ended":
      return { tone: "bad", state: `${phase.why} Trying again automatically would not help.`, detail: "", retry: true };
    case "live":
      break;
  }
  if (lag?.cause === "broker") {
    return {
      tone: "bad",
      state: "The server receives nothing from its broker",
      detail: `for ${duration(lag.behind)}`,
      retry: false,
    };
  }
  const { empty, warning, notes } = trouble;
  const detail = [empty ?? warning, ...notes].filter((sentence) => sentence !== null).join(". ");
  if (empty !== null) return { tone: "bad", state: "Connected, but there is nothing to show:", detail, retry: false };
  return { tone: warning === null ? "good" : "busy", state: "Connected", detail, retry: false };
}

/** How far the server is behind, in words. */
export function lagSaid(lag: Digest["lag"]): string {
  return lag === null ? "none" : duration(lag.behind);
}
