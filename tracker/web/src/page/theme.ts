/** Light or dark, as the system has it. */

import { Watched } from "./watched";

export type Theme = "light" | "dark";

export function systemTheme(signal: AbortSignal): Watched<Theme> {
  const query = matchMedia("(prefers-color-scheme: dark)");
  const now = (): Theme => (query.matches ? "dark" : "light");
  const theme = new Watched(now());
  query.addEventListener("change", () => theme.set(now()), { signal });
  return theme;
}
