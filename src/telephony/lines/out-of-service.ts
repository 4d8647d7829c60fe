import { BranchlineError, type Clock, Emitter } from '../../core/index.js';
import type { OutOfServiceRecord, Store } from '../../store/index.js';
import { telephonyErrors } from '../errors.js';
import type { LinePort } from '../ports/line.js';
import type { LineHistory } from './history.js';

export interface OutOfServiceParts {
  readonly store: Pick<Store, 'linesOutOfService' | 'commit'>;
  readonly clock: Clock;
  readonly lines: readonly LinePort[];
  readonly history: LineHistory;
}

interface OutOfServiceEvents {
  /** `record` null: `channel` is back in service. */
  changed: { readonly channel: number; readonly record: OutOfServiceRecord | null; readonly by: string };
}

/** Lines that a person took out of service, also over a restart: a call in progress goes on, new ones avoid them. The only writer of its table. */
export class OutOfService {
  readonly events = new Emitter<OutOfServiceEvents>();
  readonly #parts: OutOfServiceParts;
  readonly #records = new Map<number, OutOfServiceRecord>();

  constructor(parts: OutOfServiceParts) {
    this.#parts = parts;
  }

  /** Reads the table and tells the lines, before they are used. */
  start(): void {
    for (const record of this.#parts.store.linesOutOfService.all()) this.#records.set(record.channel, record);
    this.#tellLines();
  }

  get(channel: number): OutOfServiceRecord | null {
    return this.#records.get(channel) ?? null;
  }

  /** A second time changes the reason. Throws `lineUnknown`. `by`: the id of the token that asked. */
  async take(channel: number, reason: string, by: string): Promise<void> {
    this.#known(channel);
    const { store, clock } = this.#parts;
    const record = { channel, reason, by, at: this.#records.get(channel)?.at ?? clock.now() };
    await store.commit(store.linesOutOfService.put(record));
    this.#records.set(channel, record);
    this.#changed(channel, record, by);
  }

  /** Nothing where it is in service. Throws `lineUnknown`. */
  async giveBack(channel: number, by: string): Promise<void> {
    this.#known(channel);
    if (!this.#records.has(channel)) return;
    const { store } = this.#parts;
    await store.commit(store.linesOutOfService.delete(channel));
    this.#records.delete(channel);
    this.#changed(channel, null, by);
  }

  #changed(channel: number, record: OutOfServiceRecord | null, by: string): void {
    this.#tellLines();
    this.#parts.history.note(
      `line/${channel}`,
      record === null ? 'inService' : 'outOfService',
      record === null ? { by } : { by, reason: record.reason },
    );
    this.events.emit('changed', { channel, record, by });
  }

  #tellLines(): void {
    const channels = new Set(this.#records.keys());
    for (const line of this.#parts.lines) line.setOutOfService(channels);
  }

  #known(channel: number): void {
    if (this.#parts.lines.some((line) => line.lines().some((one) => one.channel === channel))) return;
    throw new BranchlineError(telephonyErrors.lineUnknown, `There is no line ${channel} on the card: choose one that /lines shows.`, {
      context: { channel },
    });
  }
}
