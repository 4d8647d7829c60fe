import { BranchlineError } from '../../core/index.js';
import { speechErrors } from './errors.js';

/** Who waits behind so many hears of it at once: a caller is better served by the plan's other branch than by silence. */
const MAX_WAITING = 32;

/** Lets so many tasks run at once; others wait their turn, within bounds. */
export class Places {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(places: number) {
    this.#free = places;
  }

  /** Throws `speechBusy`. */
  async run<T>(task: () => Promise<T>): Promise<T> {
    await this.#take();
    try {
      return await task();
    } finally {
      this.#give();
    }
  }

  async #take(): Promise<void> {
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    if (this.#waiting.length >= MAX_WAITING) throw new BranchlineError(speechErrors.speechBusy, 'Too many texts wait to be spoken: try again later');
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #give(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}
