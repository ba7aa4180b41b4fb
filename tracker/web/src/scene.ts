/** What one frame of the layer is drawn with, so that whatever lies over the symbols fits them. */
import type { Drawn, View } from "./blitter";
import type { Looks, Sheet, Theme } from "./sprites";

export interface Scene {
  readonly view: View;
  readonly sheet: Sheet;
  readonly looks: Looks;
  readonly drawn: Drawn;
  /** The slots of those that squawk an emergency. */
  readonly alarmed: ReadonlySet<number>;
  readonly theme: Theme;
  /** Device px a CSS px. */
  readonly ratio: number;
  /** s of the fleet's clock. */
  readonly now: number;
}
