/** Where the reports come from, and whom to name for it, as the server's counters say; a stranger's texts. */

export interface Source {
  readonly name: string;
  /** Plain text; empty: nobody is to be named. */
  readonly attribution: string;
}

const MOST = 8;
const LONGEST = 300; // characters
const ADDRESS = /https:\/\/[\w.~/?#&=%+-]*[\w/]/g;

/** The sources among the counters (`sources`, `[{name, reports, age, attribution}]`). */
export function sourcesOf(stats: unknown): Source[] {
  const { sources } = (stats ?? {}) as Record<string, unknown>;
  return Array.isArray(sources) ? sources.filter(isSource).slice(0, MOST) : [];
}

function isSource(one: unknown): one is Source {
  const { name, attribution } = (one ?? {}) as Record<string, unknown>;
  return typeof name === "string" && typeof attribution === "string";
}

/** What the map's attribution says, as HTML in which nothing of the texts is markup; empty: nothing. */
export function attributionOf(sources: readonly Source[]): string {
  if (sources.length === 0) return "";
  const told = sources.map(({ name, attribution }) =>
    attribution === "" ? plain(name) : `${plain(name)} (${linked(attribution.slice(0, LONGEST))})`,
  );
  return `Data: ${told.join(", ")}`;
}

/** A text with its addresses as links. */
function linked(text: string): string {
  let [html, end] = ["", 0];
  for (const { 0: address, index } of text.matchAll(ADDRESS)) {
    html += `${plain(text.slice(end, index))}<a href="${plain(address)}" rel="noopener noreferrer">${plain(address.slice(8))}</a>`;
    end = index + address.length;
  }
  return html + plain(text.slice(end));
}

const MARKUP: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function plain(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => MARKUP[sign]!);
}
