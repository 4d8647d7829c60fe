const BEAT_MS = 5;

/** Notes when this process runs, so that what it was late itself is not held against others. */
export class Heartbeat {
  readonly #beats: number[] = [performance.now()];
  readonly #timer = setInterval(() => this.#beats.push(performance.now()), BEAT_MS);

  /** The longest time, in ms, that this process did not run between two of its moments, at their edges included. */
  longestStall(fromMs: number, toMs: number): number {
    let longest = 0;
    for (let n = 1; n < this.#beats.length; n += 1) {
      const [before, after] = [this.#beats[n - 1] ?? 0, this.#beats[n] ?? 0];
      if (after >= fromMs && before <= toMs) longest = Math.max(longest, after - before - BEAT_MS);
    }
    return longest;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
