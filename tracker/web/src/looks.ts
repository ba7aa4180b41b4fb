/** Which objects are shown, and as what: columns by the slots of the fleet's motion; pure. */
import type { Aircraft, Fleet } from "./fleet";
import { SHAPES, shapeOf } from "./shapes";
import { look, ROUND, turnOf, type Looks } from "./sprites";
import { emergency } from "./squawks";
import { classOfObject } from "./symbols";

const HIDDEN = -1;

export class FleetLooks implements Looks {
  look = new Int32Array(0);
  staleAt = new Float64Array(0);
  /** When the last of them turns stale, s. */
  end = -Infinity;
  /** The slots of those that are shown and squawk an emergency. */
  readonly alarmed = new Set<number>();
  #version = -1;

  /** Bring the columns up to date, where the fleet has changed since. */
  refresh(fleet: Fleet, wanted: ((aircraft: Aircraft) => boolean) | null): void {
    if (this.isOf(fleet)) return;
    this.#version = fleet.version;
    this.#makeRoom(fleet.size);
    this.end = -Infinity;
    this.alarmed.clear();
    for (let slot = 0; slot < fleet.size; slot++) {
      const aircraft = fleet.at(slot);
      const { heardAt } = aircraft;
      const shown = wanted === null || wanted(aircraft);
      this.look[slot] = shown ? lookOf(aircraft) : HIDDEN;
      if (shown && emergency(aircraft) !== null) this.alarmed.add(slot);
      const staleAt = fleet.silentSince === null ? heardAt + fleet.staleAfter : -Infinity;
      this.staleAt[slot] = staleAt;
      if (staleAt > this.end) this.end = staleAt;
    }
  }

  /** Whether the fleet has not changed since the last `refresh`. */
  isOf(fleet: Fleet): boolean {
    return this.#version === fleet.version;
  }

  /** See to it that the next `refresh` does its work: others are wanted. */
  forget(): void {
    this.#version = -1;
  }

  #makeRoom(size: number): void {
    if (size <= this.look.length) return;
    this.look = new Int32Array(2 * size);
    this.staleAt = new Float64Array(2 * size);
  }
}

function lookOf(aircraft: Aircraft): number {
  const shape = shapeOf(aircraft.kind, aircraft.category);
  return look(classOfObject(aircraft), SHAPES[shape]!.turns ? turnOf(aircraft.track) : ROUND, shape);
}
