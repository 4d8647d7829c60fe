import { BranchlineError, type Clock, type Logger, type Timer } from '../../core/index.js';
import { type RequestState, type Store, storeErrors, type WriteCommand } from '../../store/index.js';
import type { EventPort, PreparedEvent, SchedulerEvent } from '../ports.js';
import type { Armed } from '../due/entry.js';

/** What a state in passing may wait for its write, so that one that lasts no longer costs none. */
const PASSING_STATE_MS = 200;
const RETRY_MS = 1_000;

const OPEN_STATES: readonly RequestState[] = ['queued', 'held', 'waitingRetry', 'dialling', 'inProgress'];

interface Pending {
  armed: Armed;
  /** What is told meanwhile; null: what the database has. */
  told: Armed | null;
  /** Counts changes: what was committed may be old news when the commit returns. */
  version: number;
  /** The version that the database has. */
  kept: number;
  final: boolean;
  writing: boolean;
  events: SchedulerEvent[];
  readonly onFinal: (() => void)[];
}

export interface RecordKeeperOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly events: EventPort;
  /** The attempt's last record is in the database. */
  readonly onKept: (attemptId: string) => void;
}

/**
 * Writes what becomes of attempts, behind the calls' backs: a call never waits for it, and a full disk delays records but kills nothing. Holds
 * the truth about each attempt until the database has it. What waits is bounded by the attempts armed, which need the database themselves.
 */
export class RecordKeeper {
  readonly #options: RecordKeeperOptions;
  readonly #pending = new Map<string, Pending>();
  #timer: Timer | null = null;
  #timerAt = Number.POSITIVE_INFINITY;

  constructor(options: RecordKeeperOptions) {
    this.#options = options;
  }

  /** How many attempts have something that is not in the database yet. */
  get size(): number {
    return this.#pending.size;
  }

  /** The newest state of a request that is being dialled or talks; null: the database has it. */
  newest(requestId: string): Armed | null {
    return this.#pending.get(requestId)?.armed ?? null;
  }

  /** As `newest`, for those who ask: an end is told when it is written, and the call's CDRs with it, or when the disk refuses it. */
  told(requestId: string): Armed | null {
    return this.#pending.get(requestId)?.told ?? null;
  }

  /** Notes a state in passing. */
  note(armed: Armed, event?: SchedulerEvent): void {
    const pending = this.#touch(armed);
    pending.told = armed;
    if (event !== undefined) this.tell(event);
    if (!pending.writing) this.#flushIn(PASSING_STATE_MS);
  }

  /** An event about a state in passing is history only: it goes its own way, into the file that is not synced. */
  tell(event: SchedulerEvent): void {
    const prepared = this.#options.events.prepare(event);
    this.#options.store.commit(prepared.command).then(
      () => prepared.publish(),
      (error: unknown) => this.#options.logger.warn({ error, type: event.type, requestId: event.requestId }, 'An event could not be kept'),
    );
  }

  /** Notes how the attempt ended. Resolves when the database has it, however long that takes. */
  finish(armed: Armed, events: readonly SchedulerEvent[]): Promise<void> {
    const pending = this.#touch(armed);
    pending.final = true;
    pending.events.push(...events);
    return new Promise((resolve) => {
      pending.onFinal.push(resolve);
      this.#write(pending);
    });
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  #touch(armed: Armed): Pending {
    const id = armed.request.id;
    const pending = this.#pending.get(id) ?? { armed, told: null, version: 0, kept: 0, final: false, writing: false, events: [], onFinal: [] };
    pending.armed = armed;
    pending.version += 1;
    this.#pending.set(id, pending);
    return pending;
  }

  #flushIn(milliseconds: number): void {
    const at = this.#options.clock.monotonic() + milliseconds;
    if (this.#timer !== null && this.#timerAt <= at) return;
    this.#timer?.cancel();
    this.#timerAt = at;
    this.#timer = this.#options.clock.after(milliseconds, () => {
      this.#timer = null;
      for (const pending of this.#pending.values()) this.#write(pending);
    });
  }

  #write(pending: Pending): void {
    if (pending.writing || pending.kept === pending.version) return;
    pending.writing = true;
    const version = pending.version;
    // Prepared anew for each writing: an event's id tells its place among those that were written.
    const events = pending.events.map((event) => this.#options.events.prepare(event));
    this.#options.store.commit(...this.#commands(pending, events)).then(
      () => this.#written(pending, version, events),
      (error: unknown) => this.#failed(pending, error),
    );
  }

  #commands(pending: Pending, events: readonly PreparedEvent[]): WriteCommand[] {
    const { scheduledCalls } = this.#options.store;
    const { request, attempt } = pending.armed;
    return [scheduledCalls.update(request, OPEN_STATES), scheduledCalls.updateAttempt(attempt), ...events.map((event) => event.command)];
  }

  #written(pending: Pending, version: number, events: readonly PreparedEvent[]): void {
    pending.writing = false;
    pending.kept = version;
    pending.events = pending.events.slice(events.length);
    for (const event of events) event.publish();
    if (pending.version !== version) this.#write(pending);
    else if (pending.final) this.#forget(pending);
  }

  #failed(pending: Pending, error: unknown): void {
    pending.writing = false;
    pending.told = pending.armed;
    const { request, attempt } = pending.armed;
    const fields = { error, requestId: request.id, attemptId: attempt.id, state: request.state };
    if (error instanceof BranchlineError && error.code === storeErrors.conflict) {
      this.#options.logger.error(fields, 'A Scheduled Call has a record that nobody here wrote: its own is dropped');
      this.#forget(pending);
      return;
    }
    this.#options.logger.warn(fields, 'What became of a Scheduled Call could not be written: trying again');
    this.#flushIn(RETRY_MS);
  }

  #forget(pending: Pending): void {
    const { request, attempt } = pending.armed;
    this.#pending.delete(request.id);
    this.#options.onKept(attempt.id);
    for (const resolve of pending.onFinal) resolve();
  }
}
