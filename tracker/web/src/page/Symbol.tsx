/** A symbol of the map as a small picture among texts. */

import { path, SHAPES } from "../shapes";

/** @param shape A place in `SHAPES`. */
export function Symbol({ shape, colour }: { shape: number; colour: string }) {
  const { corners, still } = SHAPES[shape]!;
  return (
    <svg className="symbol" viewBox="-1 -1 26 26" width="16" height="16" aria-hidden="true" focusable="false">
      <path d={path(still ?? corners)} fill={colour} />
    </svg>
  );
}
