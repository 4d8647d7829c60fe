import { BranchlineError, type Clock } from '../../core/index.js';
import { callPlanErrors } from '../errors.js';

/** A node that takes less cannot have played, listened or rung in earnest. */
const QUICK_MS = 100;
const MAX_QUICK_NODES = 30;

/**
 * Stops what validation cannot see: loops over several plans or through variables, and nodes that fail at once. Counts nodes that followed one
 * another without time passing.
 */
export class LoopGuard {
  readonly #clock: Clock;
  #quick = 0;
  #enteredAt: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#enteredAt = clock.monotonic();
  }

  /** Called as each node is entered; throws `runLoop`. */
  enter(nodeId: number): void {
    const now = this.#clock.monotonic();
    this.#quick = now - this.#enteredAt < QUICK_MS ? this.#quick + 1 : 0;
    this.#enteredAt = now;
    if (this.#quick > MAX_QUICK_NODES)
      throw new BranchlineError(
        callPlanErrors.runLoop,
        `The plan went through ${MAX_QUICK_NODES} nodes in no time: it goes round in a loop, change its branches`,
        {
          context: { nodeId },
        },
      );
  }
}
