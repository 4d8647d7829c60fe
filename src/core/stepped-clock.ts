import type { Clock, Timer } from './clock.js';

interface Entry {
  dueAt: number;
  order: number;
  readonly period: number | null;
  readonly callback: () => void;
}

/**
 * A clock that stands still until a test steps it. Wall and monotonic time move together, but the wall can be set on its own, as an
 * administrator or NTP would.
 */
export class SteppedClock implements Clock {
  #wall: number;
  #monotonic = 1000;
  #order = 0;
  readonly #entries = new Set<Entry>();
  /** Called with each step's length before due callbacks run: a stepped native engine is moved here, in the same call. */
  onStep: ((milliseconds: number) => void) | null = null;

  /** `startAt`: wall time to begin with, ISO 8601 or milliseconds. */
  constructor(startAt: string | number = '2026-01-15T09:00:00Z') {
    this.#wall = typeof startAt === 'number' ? startAt : Date.parse(startAt);
  }

  now(): number {
    return this.#wall;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  after(milliseconds: number, callback: () => void): Timer {
    return this.#add(milliseconds, null, callback);
  }

  every(milliseconds: number, callback: () => void): Timer {
    return this.#add(milliseconds, milliseconds, callback);
  }

  /** Sets wall time without moving monotonic time: a clock step. */
  setWall(at: string | number): void {
    this.#wall = typeof at === 'number' ? at : Date.parse(at);
  }

  /**
   * Moves time on by `milliseconds`, stopping at each due timer in order; after each moment promise callbacks get their turn, so that what
   * an awaited step would do next has been done when the next timer runs.
   */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#monotonic + milliseconds;
    for (;;) {
      await settle();
      const next = this.#nextDue(end);
      if (next === null) break;
      this.#moveTo(Math.max(next.dueAt, this.#monotonic));
      this.#rearm(next);
      next.callback();
    }
    this.#moveTo(end);
    await settle();
  }

  #add(milliseconds: number, period: number | null, callback: () => void): Timer {
    const entry: Entry = { dueAt: this.#monotonic + Math.max(0, milliseconds), order: this.#order++, period, callback };
    this.#entries.add(entry);
    return { cancel: () => this.#entries.delete(entry) };
  }

  #rearm(entry: Entry): void {
    if (entry.period === null) {
      this.#entries.delete(entry);
      return;
    }
    entry.dueAt += entry.period;
    entry.order = this.#order++;
  }

  #nextDue(end: number): Entry | null {
    let best: Entry | null = null;
    for (const entry of this.#entries) {
      if (entry.dueAt > end) continue;
      if (best === null || entry.dueAt < best.dueAt || (entry.dueAt === best.dueAt && entry.order < best.order)) best = entry;
    }
    return best;
  }

  #moveTo(monotonic: number): void {
    const step = monotonic - this.#monotonic;
    if (step <= 0) return;
    this.#monotonic = monotonic;
    this.#wall += step;
    this.onStep?.(step);
  }
}

/** Lets pending promise callbacks and immediates (worker messages included) run. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}
