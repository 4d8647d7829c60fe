import type { Clock, Logger } from '../core/index.js';
import type { RequestRecord, Store } from '../store/index.js';
import type { Arming } from './attempts/arming.js';
import type { AttemptRunner } from './attempts/attempt-runner.js';
import type { RecordKeeper } from './attempts/record-keeper.js';
import { Backlog } from './due/backlog.js';
import type { ClockWatch } from './due/clock-watch.js';
import { Dispatcher, type DispatcherOptions } from './due/dispatcher.js';
import { DueClock } from './due/due-clock.js';
import { type Armed, type Entry, entryOf } from './due/entry.js';

export interface ScheduleOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly store: Store;
  readonly watch: ClockWatch;
  readonly arming: Arming;
  readonly runner: AttemptRunner;
  readonly keeper: RecordKeeper;
  readonly dispatch: Pick<DispatcherOptions, 'limitOf' | 'lineWait' | 'expire'>;
}

/**
 * Where a waiting request is: in the database only (far ahead), in `far` (its attempt is not due to be armed), in `near` (armed, or being armed), in
 * the dispatcher (due), or with the runner. It is in one place at a time; whoever changes a request takes it out first and puts it back after.
 */
export class Schedule {
  readonly #options: ScheduleOptions;
  readonly #far: DueClock;
  readonly #near: DueClock;
  readonly #dispatcher: Dispatcher;
  readonly #backlog: Backlog;
  /** Being accepted or changed: not to be taken up from the database meanwhile. */
  readonly #locked = new Set<string>();
  #running = false;

  constructor(options: ScheduleOptions) {
    this.#options = options;
    const { arming, watch, runner, clock, logger, store } = options;
    const mayFire = (): boolean => watch.check();
    this.#far = new DueClock(clock, { leadMs: () => arming.leadMs(), mayFire, onDue: (entries) => this.#drawNear(entries) });
    this.#near = new DueClock(clock, { leadMs: () => 0, mayFire, onDue: (entries) => this.#dispatcher.ready(entries) });
    this.#dispatcher = new Dispatcher({
      ...options.dispatch,
      clock,
      mayStart: (entry) => entry.immediate || watch.trusted,
      mayExpire: () => watch.trusted,
      arm: (entry) => arming.arm(entry),
      expire: (entry) => {
        arming.release(entry);
        options.dispatch.expire(entry);
      },
      launch: (entry) => {
        arming.release(entry);
        runner.start(entry);
      },
    });
    this.#backlog = new Backlog({ clock, logger, store, offer: (request) => this.#takeUp(request), held: () => this.#far.size });
  }

  start(): void {
    this.#running = true;
    this.#backlog.start();
    this.#dispatcher.start();
    this.#far.start();
    this.#near.start();
  }

  stop(): void {
    this.#running = false;
    this.#backlog.stop();
    this.#dispatcher.stop();
    this.#far.stop();
    this.#near.stop();
  }

  /** Wall time was set, or the clock's trust has changed. */
  look(): void {
    this.#far.check();
    this.#near.check();
    this.#dispatcher.pump();
  }

  /** A waiting request as it now stands in the database, with its attempt where that was committed with it. */
  add(request: RequestRecord, armed: Armed | null = null): void {
    if (!this.#running) return;
    const entry = entryOf(request, armed);
    if (armed !== null) this.#options.arming.hold(entry);
    else if (!this.#backlog.covers(entry)) return;
    this.#place(entry);
  }

  /** Takes a request out, wherever it waits, and keeps it out until `unlock`. Null where it was only in the database. */
  take(requestId: string): Entry | null {
    this.#locked.add(requestId);
    const entry = this.#far.remove(requestId) ?? this.#near.remove(requestId) ?? this.#dispatcher.take(requestId);
    if (entry !== null) this.#options.arming.release(entry);
    return entry;
  }

  /** Keeps a request out that is about to be stored, until `unlock`: whoever stores it adds it. */
  lock(requestId: string): void {
    this.#locked.add(requestId);
  }

  unlock(requestId: string): void {
    this.#locked.delete(requestId);
  }

  /** What was taken goes back unchanged. */
  putBack(entry: Entry): void {
    if (!this.#running) return;
    if (entry.armed !== null) this.#options.arming.hold(entry);
    this.#place(entry);
  }

  /** The account's call is over. */
  finished(accountId: string): void {
    this.#dispatcher.finished(accountId);
  }

  whyWaiting(requestId: string): ReturnType<Dispatcher['whyWaiting']> {
    return this.#dispatcher.whyWaiting(requestId);
  }

  #takeUp(request: RequestRecord): void {
    if (!this.#isKnown(request.id)) this.#place(entryOf(request));
  }

  /** In memory already, or further on than the database says: what has been dialled is not taken up again while its record is on its way. */
  #isKnown(id: string): boolean {
    const { runner, keeper } = this.#options;
    const waits = this.#far.has(id) || this.#near.has(id) || this.#dispatcher.has(id);
    return waits || this.#locked.has(id) || runner.has(id) || keeper.newest(id) !== null;
  }

  #place(entry: Entry): void {
    if (entry.immediate) this.#dispatcher.ready([entry]);
    else if (entry.armed !== null) this.#near.add(entry);
    else this.#far.add(entry);
  }

  #drawNear(entries: readonly Entry[]): void {
    this.#options.arming.armAhead(entries);
    for (const entry of entries) this.#near.add(entry);
  }
}
