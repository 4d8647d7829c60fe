import type { Clock, Logger } from '../../core/index.js';
import type { LineEventRecord, Store, WriteCommand } from '../../store/index.js';

/** A line that flaps fills no disk: so many rows an hour of a line or span, further ones are counted and told with the next. */
const ROWS_AN_HOUR = 120;
const HOUR_MS = 3_600_000;

/** What happened, as it is shown. */
export interface LineEvent {
  readonly id: number;
  readonly at: number;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

interface Budget {
  /** Monotonic, ms. */
  readonly since: number;
  readonly rows: number;
  readonly missed: number;
}

/** The history of lines ("line/3") and spans ("span/1"), kept in the second database file: a power cut may cost its last moments. */
export class LineHistory {
  readonly #store: Pick<Store, 'lineHistory' | 'commit'>;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #budgets = new Map<string, Budget>();

  constructor(parts: { readonly store: Pick<Store, 'lineHistory' | 'commit'>; readonly clock: Clock; readonly logger: Logger }) {
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#logger = parts.logger;
  }

  /** Keeps an event, and carries out `more` with it. Nobody waits for it. */
  note(subject: string, type: string, data: Readonly<Record<string, unknown>>, ...more: readonly WriteCommand[]): void {
    const missed = this.#spend(subject);
    const row = missed === null ? [] : [this.#rowOf(subject, type, missed === 0 ? data : { ...data, missed })];
    if (row.length + more.length === 0) return;
    this.#store
      .commit(...row, ...more)
      .catch((error: unknown) => this.#logger.error({ err: error, subject, type }, 'The history of a line could not be kept'));
  }

  /** Newest first; `before`: the id of the last one of the page before. */
  page(subject: string, before: number | null, limit: number): readonly LineEvent[] {
    return this.#store.lineHistory.page(subject, before, limit).map(read);
  }

  last(subject: string, type: string): LineEvent | null {
    const record = this.#store.lineHistory.last(subject, type);
    return record === null ? null : read(record);
  }

  #rowOf(subject: string, type: string, data: Readonly<Record<string, unknown>>): WriteCommand {
    return this.#store.lineHistory.append({ id: 0, subject, at: this.#clock.now(), type, data: JSON.stringify(data) });
  }

  /** How many rows were left out before this one; null: this one is left out too. */
  #spend(subject: string): number | null {
    const now = this.#clock.monotonic();
    const known = this.#budgets.get(subject) ?? { since: now, rows: 0, missed: 0 };
    const budget = now - known.since < HOUR_MS ? known : { since: now, rows: 0, missed: known.missed };
    const left = budget.rows < ROWS_AN_HOUR;
    this.#budgets.set(subject, left ? { ...budget, rows: budget.rows + 1, missed: 0 } : { ...budget, missed: budget.missed + 1 });
    return left ? budget.missed : null;
  }
}

function read({ id, at, type, data }: LineEventRecord): LineEvent {
  return { id, at, type, data: JSON.parse(data) as Record<string, unknown> };
}
