const KEPT = 1000;

/** How long the last 1,000 commits took, ms. */
export class CommitTimes {
  readonly #times = new Float64Array(KEPT);
  #count = 0;

  add(milliseconds: number): void {
    this.#times[this.#count % KEPT] = milliseconds;
    this.#count += 1;
  }

  /** 0 before the first commit. */
  get p99(): number {
    const kept = this.#times.slice(0, Math.min(this.#count, KEPT)).sort();
    return kept[Math.max(0, Math.ceil(kept.length * 0.99) - 1)] ?? 0;
  }
}
