/** Where the keys of a grid lead. */

/**
 * The row to which a key moves; null: it is no key of the grid.
 *
 * @param at The row where the cursor is; -1: nowhere.
 * @param page Rows that a page holds.
 */
export function moved(key: string, at: number, count: number, page: number): number | null {
  if (count === 0) return null;
  const to = target(key, at, count, page);
  return to === null ? null : Math.max(0, Math.min(count - 1, to));
}

function target(key: string, at: number, count: number, page: number): number | null {
  switch (key) {
    case "ArrowDown":
      return at + 1;
    case "ArrowUp":
      return at - 1;
    case "PageDown":
      return at + page;
    case "PageUp":
      return at - page;
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return null;
  }
}
