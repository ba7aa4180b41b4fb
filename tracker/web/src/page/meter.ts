/** How many updates a second came over the last seconds. */

export class Meter {
  readonly #span: number;
  #counts: { at: number; count: number }[] = [];

  /** @param span Over how many seconds the rate is taken. */
  constructor(span = 5) {
    this.#span = span;
  }

  add(count: number, now: number): void {
    this.#counts.push({ at: now, count });
    this.#forget(now);
  }

  /** Updates a second. */
  rate(now: number): number {
    this.#forget(now);
    return this.#counts.reduce((sum, { count }) => sum + count, 0) / this.#span;
  }

  clear(): void {
    this.#counts = [];
  }

  #forget(now: number): void {
    const first = this.#counts.findIndex(({ at }) => at > now - this.#span);
    this.#counts.splice(0, first < 0 ? this.#counts.length : first);
  }
}
