import { type Clock, Emitter, type Logger, type Unsubscribe } from '../core/index.js';
import type { EventRecord, Store, WriteCommand } from '../store/index.js';

/** What happened, before it has an id. Event types are past tense: "attempt.answered". */
export interface NewEvent {
  readonly type: string;
  readonly accountId: string;
  readonly callId?: string | null;
  readonly legId?: string | null;
  readonly requestId?: string | null;
  readonly data: Readonly<Record<string, unknown>>;
}

/**
 * The event stream (DESIGN.md §6.17): events are committed before they are sent, have ids "<boot>-<seq>" in the order of their making, and can be
 * read again for 24 hours.
 */
export class EventLog {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #published: Emitter<{ event: EventRecord }>;
  #sequence = 0;

  constructor(store: Store, clock: Clock, logger: Logger) {
    this.#store = store;
    this.#clock = clock;
    this.#logger = logger;
    this.#published = new Emitter((error) => logger.error({ err: error }, 'a listener of the event stream failed'));
  }

  /** Gives an event its id. The caller commits `command(record)` with what it tells of, then calls `publish`. */
  record(event: NewEvent): EventRecord {
    this.#sequence += 1;
    return {
      id: `${this.#store.boot}-${String(this.#sequence).padStart(10, '0')}`,
      type: event.type,
      at: this.#clock.now(),
      accountId: event.accountId,
      callId: event.callId ?? null,
      legId: event.legId ?? null,
      requestId: event.requestId ?? null,
      data: JSON.stringify(event.data),
    };
  }

  command(record: EventRecord): WriteCommand {
    return this.#store.events.append(record);
  }

  /** Sends committed events to everybody who listens. */
  publish(...records: readonly EventRecord[]): void {
    for (const record of records) this.#published.emit('event', record);
  }

  /** Records, commits and publishes. Events that could not be stored are not sent; the log says so. */
  emit(event: NewEvent): void {
    const record = this.record(event);
    this.#store.commit(this.command(record)).then(
      () => this.publish(record),
      (error: unknown) => this.#logger.error({ err: error, type: event.type }, 'an event could not be stored and was not sent'),
    );
  }

  onPublished(listener: (event: EventRecord) => void): Unsubscribe {
    return this.#published.on('event', listener);
  }
}
