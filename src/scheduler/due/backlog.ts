import type { Clock, Logger, Timer } from '../../core/index.js';
import type { DuePosition, RequestRecord, Store } from '../../store/index.js';
import { comparePositions } from './entry.js';

/** How far ahead requests are held in memory. */
const HORIZON_MS = 15 * 60_000;
/** Looked for more long before the horizon is reached. */
const LOOK_EVERY_MS = 60_000;
const PAGE = 200;
/** Enough to go on with for longer than a page takes to read; more waits in the database. */
const ENOUGH = 2_000;

export interface BacklogOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly store: Store;
  /** Takes up what was read. */
  readonly offer: (request: RequestRecord) => void;
  /** How many entries of the future are in memory. */
  readonly held: () => number;
}

/** Brings waiting requests from the database into memory in the order of dialling, a page at a time, no more than are needed soon. */
export class Backlog {
  readonly #options: BacklogOptions;
  /** Everything up to here is in memory. */
  #loadedUpTo: DuePosition = { dueAt: 0, priority: 0, id: '' };
  #timer: Timer | null = null;

  constructor(options: BacklogOptions) {
    this.#options = options;
  }

  /** Reads the first page at once. */
  start(): void {
    this.#look();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  /** Whether a request at this place must be put into memory by whoever stored it; otherwise it is read in time. */
  covers(position: DuePosition): boolean {
    return comparePositions(position, this.#loadedUpTo) <= 0;
  }

  #look(): void {
    const more = this.#options.held() < ENOUGH && this.#readPage();
    this.#timer?.cancel();
    // The next page comes in a turn of its own, so that calls are not kept waiting by a long list.
    this.#timer = this.#options.clock.after(this.#waitMs(more), () => this.#look());
  }

  #waitMs(more: boolean): number {
    if (more) return 0;
    const reachedInMs = this.#loadedUpTo.dueAt - this.#options.clock.now();
    return Math.min(LOOK_EVERY_MS, Math.max(20, reachedInMs / 4));
  }

  /** True where there may be more within the horizon. */
  #readPage(): boolean {
    const horizon = this.#options.clock.now() + HORIZON_MS;
    try {
      const rows = this.#options.store.scheduledCalls.due(horizon, PAGE, this.#loadedUpTo);
      const last = rows.at(-1);
      const complete = last === undefined || rows.length < PAGE;
      // Due before the horizon, not at it: its own millisecond is still unread.
      this.#moveTo(complete ? { dueAt: horizon, priority: -1, id: '' } : last);
      for (const row of rows) this.#options.offer(row);
      return !complete;
    } catch (error) {
      this.#options.logger.error({ error }, 'Waiting Scheduled Calls could not be read: trying again');
      return false;
    }
  }

  /** Never backwards: a wall clock that was set back must not make what is held be read twice. */
  #moveTo(position: DuePosition): void {
    if (comparePositions(position, this.#loadedUpTo) > 0) this.#loadedUpTo = position;
  }
}
