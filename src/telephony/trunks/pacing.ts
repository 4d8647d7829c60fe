import type { Clock } from '../../core/index.js';

/** How much of a second's calls may leave in one go: enough that timers of a few milliseconds' grain do not cost throughput. */
const BURST_SECONDS = 0.1;

/**
 * Spaces seizures of a trunk to at most `callsPerSecond` (the generic cell rate algorithm, ITU-T I.371 Annex A): in any second no more than that, and a
 * tenth of it as burst.
 */
export class Pacer {
  /** Monotonic time at which the next seizure would be exactly on rate. */
  #nextAt = 0;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Milliseconds until a seizure may happen; 0: now. */
  waitMs(callsPerSecond: number): number {
    const burstMs = Math.max(0, (callsPerSecond * BURST_SECONDS - 1) * (1000 / callsPerSecond));
    return Math.max(0, this.#nextAt - burstMs - this.#clock.monotonic());
  }

  /** Notes a seizure now. */
  seize(callsPerSecond: number): void {
    this.#nextAt = Math.max(this.#nextAt, this.#clock.monotonic()) + 1000 / callsPerSecond;
  }
}
