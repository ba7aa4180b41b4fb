/**
 * The aircraft that somebody has marked, by a choice or by the pointer: above all others, ringed, with their trails. Those
 * that squawk an emergency are above all others too, with arcs around them.
 *
 *     select, point ──> Marks ──keys──> trails, rings; raised symbols
 */
import type { Drawn, Raster } from "./blitter";
import type { Fleet } from "./fleet";
import { ALARM_GAP, drawAlarm, drawRing, drawTrail } from "./pen";
import type { Scene } from "./scene";
import { NO_AIRCRAFT } from "./symbols";
import { Trails, type TrailPoint } from "./trails";

/** How far from an aircraft's middle the pointer still means it, CSS px. */
const REACH = 12;

export class Marks {
  /** Where the pointer is, CSS px from the canvas's corner; null: elsewhere. */
  pointer: { readonly x: number; readonly y: number } | null = null;
  readonly #fleet: Fleet;
  readonly #trails = new Trails();
  #selected: string | null = null;
  #hovered: string | null = null;

  constructor(fleet: Fleet) {
    this.#fleet = fleet;
  }

  get selected(): string | null {
    return this.#selected;
  }

  /** The one under the pointer. */
  get hovered(): string | null {
    return this.#hovered;
  }

  /** The keys of the marked ones, each once. */
  get keys(): ReadonlySet<string> {
    return new Set([this.#selected, this.#hovered].filter((key) => key !== null));
  }

  /** @returns Whether that is another one. */
  select(key: string | null): boolean {
    if (key === this.#selected) return false;
    this.#selected = key;
    this.#remark();
    return true;
  }

  /** @returns Whether that is another one. */
  hover(key: string | null): boolean {
    if (key === this.#hovered) return false;
    this.#hovered = key;
    this.#remark();
    return true;
  }

  /** The key of what was drawn at a place, CSS px from the canvas's corner. */
  under(at: { readonly x: number; readonly y: number }, drawn: Drawn, ratio: number): string | null {
    const slot = drawn.nearest(at.x * ratio, at.y * ratio, REACH * ratio);
    return slot < 0 || slot >= this.#fleet.size ? null : this.#fleet.at(slot).key;
  }

  /** Take the newest positions of the marked ones into their trails. */
  record(): void {
    for (const key of this.keys) {
      const aircraft = this.#fleet.get(key);
      if (aircraft) this.#trails.record(aircraft);
    }
  }

  /** What the server knows of an aircraft's past, in time order. */
  setTrail(key: string, points: readonly TrailPoint[]): void {
    this.#trails.begin(key, points);
  }

  /** The slots of the marked ones, for as long as the fleet does not change. */
  slots(): ReadonlySet<number> {
    const slots = [...this.keys].map((key) => this.#fleet.slotOf(key));
    return new Set(slots.filter((slot) => slot !== undefined));
  }

  /** Put the marked ones and those with an emergency on the image once more, over all others. */
  raise(raster: Raster, { drawn, looks, sheet, alarmed, now }: Scene): void {
    const slots = new Set([...alarmed, ...this.slots()]);
    if (slots.size === 0) return;
    for (let i = 0; i < drawn.size; i++) {
      const slot = drawn.slot[i]!;
      if (slots.has(slot)) raster.put(sheet.of(looks, slot, now), drawn.x[i]!, drawn.y[i]!);
    }
  }

  /** Draw trails under what is drawn already, and rings over it. */
  draw(context: CanvasRenderingContext2D, scene: Scene): void {
    const { view, sheet, looks, drawn, alarmed, theme, ratio, now } = scene;
    const { motion } = this.#fleet;
    const edge = sheet.size * 0.5;
    for (const key of this.keys) {
      const trail = this.#trails.get(key);
      const slot = this.#fleet.slotOf(key);
      if (!trail || slot === undefined || looks.look[slot]! < 0) continue;
      // Of two aircraft under one key, the newest report need not be of the one that is drawn.
      const tip = this.#fleet.isShared(key, now) ? null : { x: motion.xAt(slot, now), y: motion.yAt(slot, now) };
      const colour = this.#fleet.at(slot).kind === "aircraft" ? null : NO_AIRCRAFT;
      drawTrail(context, trail, tip, view, { theme, ratio, colour });
    }
    for (const slot of alarmed) drawAlarm(context, drawn, slot, edge + ALARM_GAP * ratio, theme, ratio);
    for (const key of this.keys) {
      const width = (key === this.#selected ? 2.5 : 1.5) * ratio;
      drawRing(context, drawn, this.#fleet.slotOf(key) ?? -1, edge + 4 * ratio, width, theme);
    }
  }

  /** Other ones are marked: they alone have a trail, which begins where they are. */
  #remark(): void {
    this.#trails.keep(this.keys);
    this.record();
  }
}
