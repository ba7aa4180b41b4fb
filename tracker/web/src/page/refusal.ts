/**
 * Why the server may refuse a socket: a browser hides the answer, so that the same is asked over HTTP; with POST, as a
 * browser leaves out the `Origin` of a GET to the page's own server.
 */

const UPGRADE_REQUIRED = 426;

/** A sentence for people; null: the server does not answer at all. */
export async function askWhy(): Promise<string | null> {
  let answer: Response;
  try {
    answer = await fetch("ws/flights", { method: "POST" });
  } catch {
    return null;
  }
  return explain(answer.status, await answer.text().catch(() => ""));
}

/** What an HTTP answer says about a socket that was refused. */
export function explain(status: number, body: string): string | null {
  if (status === UPGRADE_REQUIRED)
    return "The server answers, but no WebSocket reaches it: a proxy in between may not pass them on.";
  if (status === 502 || status === 504) return null; // a proxy whose server is away
  const detail = detailOf(body);
  return `The server refuses this page (${status})${detail === null ? "" : `: ${detail}`}.`;
}

function detailOf(body: string): string | null {
  try {
    const { detail } = JSON.parse(body) as { detail?: unknown };
    return typeof detail === "string" ? detail : null;
  } catch {
    return null;
  }
}
