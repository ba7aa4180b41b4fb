/** Why the server may refuse a socket: a browser hides the answer, so that it is asked over HTTP. */

/** A sentence for people; null: the server does not answer at all. */
export async function askWhy(): Promise<string | null> {
  let answer: Response;
  try {
    answer = await fetch("healthz", { cache: "no-store" });
  } catch {
    return null;
  }
  return explain(answer.status, await answer.text().catch(() => ""));
}

/** What an HTTP answer says about a socket that was refused. */
export function explain(status: number, body: string): string | null {
  if (status < 300) return "The server answers, and takes no further connection.";
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
