import type { Clock } from '../../core/index.js';

const RETRY_MS = 1_000;
/** Tasks in one round: a disk that was full for hours must not have everything at once. */
const ROUND = 100;

/** Tries again, a second later, what the store refused. */
export class RetryQueue {
  readonly #clock: Clock;
  readonly #tasks: (() => void)[] = [];
  #waits = false;
  #stopped = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** False once stopped: the task is not tried again. */
  add(task: () => void): boolean {
    if (this.#stopped) return false;
    this.#tasks.push(task);
    this.#wait();
    return true;
  }

  /** Tries what waits once more, now, and nothing after that. */
  stop(): void {
    this.#stopped = true;
    for (const task of this.#tasks.splice(0)) task();
  }

  #wait(): void {
    if (this.#waits) return;
    this.#waits = true;
    this.#clock.after(RETRY_MS, () => this.#round());
  }

  #round(): void {
    this.#waits = false;
    for (const task of this.#tasks.splice(0, ROUND)) task();
    if (this.#tasks.length > 0) this.#wait();
  }
}
