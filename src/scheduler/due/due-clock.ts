import type { Clock, Timer } from '../../core/index.js';
import { comparePositions, type Entry } from './entry.js';
import { EntryHeap } from './entry-heap.js';

/** A timer is never set further ahead than this: wall time may drift or be set meanwhile. */
const LONGEST_WAIT_MS = 60_000;

export interface DueClockOptions {
  /** How long before its due moment an entry is handed on; asked at each look. */
  readonly leadMs: () => number;
  /** False holds back whatever is not immediate. */
  readonly mayFire: () => boolean;
  /** Entries whose moment has come, in the order of dialling. They have left the heap. */
  readonly onDue: (entries: readonly Entry[]) => void;
}

/**
 * Holds entries until their due moment less a lead. Never early: a timer only wakes it, and the wall clock is read again before anything is handed
 * on. With a lead of 0 this is the moment of dialling itself.
 */
export class DueClock {
  readonly #clock: Clock;
  readonly #options: DueClockOptions;
  readonly #heap = new EntryHeap<Entry>();
  #timer: Timer | null = null;
  #running = false;

  constructor(clock: Clock, options: DueClockOptions) {
    this.#clock = clock;
    this.#options = options;
  }

  get size(): number {
    return this.#heap.size;
  }

  has(id: string): boolean {
    return this.#heap.has(id);
  }

  get(id: string): Entry | null {
    return this.#heap.get(id);
  }

  add(entry: Entry): void {
    this.#heap.push(entry);
    if (this.#heap.peek()?.id === entry.id) this.#setTimer();
  }

  remove(id: string): Entry | null {
    return this.#heap.remove(id);
  }

  start(): void {
    this.#running = true;
    this.check();
  }

  stop(): void {
    this.#running = false;
    this.#timer?.cancel();
    this.#timer = null;
  }

  /** Looks now: after wall time was set, or may have been. */
  check(): void {
    if (!this.#running) return;
    const due = this.#takeDue();
    this.#setTimer();
    if (due.length > 0) this.#options.onDue(due);
  }

  #takeDue(): Entry[] {
    if (!this.#options.mayFire()) return [];
    const before = this.#clock.now() + this.#options.leadMs();
    const due: Entry[] = [];
    for (let entry = this.#heap.peek(); entry !== null && entry.dueAt <= before; entry = this.#heap.peek()) {
      this.#heap.pop();
      due.push(entry);
    }
    return due.sort(comparePositions);
  }

  #setTimer(): void {
    this.#timer?.cancel();
    this.#timer = null;
    const next = this.#heap.peek();
    if (!this.#running || next === null || !this.#options.mayFire()) return;
    const wait = next.dueAt - this.#options.leadMs() - this.#clock.now();
    this.#timer = this.#clock.after(Math.min(Math.max(0, wait), LONGEST_WAIT_MS), () => this.check());
  }
}
