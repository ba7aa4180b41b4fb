/** Whether somebody can see a part of the page, and in which pixels. */

/**
 * Tell when that may have changed: the page comes to the front or goes, the element is scrolled in or out, the window
 * comes to another screen or is magnified.
 *
 * @param tell Is given whether the element is within the window.
 */
export function watchSight(element: Element, signal: AbortSignal, tell: (within: boolean) => void): void {
  let within = true;
  const again = (): void => tell(within);
  document.addEventListener("visibilitychange", again, { signal });
  const observer = new IntersectionObserver((entries) => {
    within = entries.at(-1)!.isIntersecting;
    again();
  });
  observer.observe(element);
  signal.addEventListener("abort", () => observer.disconnect());
  watchRatio(signal, again);
}

/** The query is true of one ratio alone, so each change needs the next one. */
function watchRatio(signal: AbortSignal, changed: () => void): void {
  const same = matchMedia(`(resolution: ${devicePixelRatio}dppx)`);
  const change = (): void => {
    changed();
    watchRatio(signal, changed);
  };
  same.addEventListener("change", change, { signal, once: true });
}
