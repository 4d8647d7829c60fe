import type { Query, Reader } from '../reader.js';
import type { LineEventRecord, LineTotalRecord } from '../records.js';
import type { LineHistoryRepository, WriteCommand } from '../store.js';
import { operation, type Operations } from '../writer/operation.js';
import { MAX_CLEARED } from './events.js';

export const lineHistoryOperations = {
  'lineHistory.append': operation('INSERT INTO trace.line_events (subject, at, type, data) VALUES (@subject, @at, @type, @data)'),
  'lineHistory.countCall': operation(
    `INSERT INTO trace.line_totals (subject, calls, since) VALUES (@subject, 1, @at) ON CONFLICT DO UPDATE SET calls = calls + 1`,
  ),
  'lineHistory.deleteBefore': operation(
    `DELETE FROM trace.line_events WHERE id IN (SELECT id FROM trace.line_events WHERE at < @before ORDER BY at LIMIT ${MAX_CLEARED})`,
  ),
  'lineHistory.keepNewest': operation('DELETE FROM trace.line_events WHERE id <= (SELECT max(id) FROM trace.line_events) - @rows'),
} satisfies Operations;

const SELECT = 'SELECT id, subject, at, type, data FROM trace.line_events';

export class SqlLineHistoryRepository implements LineHistoryRepository {
  readonly #page: Query<LineEventRecord>;
  readonly #last: Query<LineEventRecord>;
  readonly #totals: Query<LineTotalRecord>;
  readonly #calls: Query<{ readonly calls: number }>;

  constructor(reader: Reader) {
    this.#page = reader.query(`${SELECT} WHERE subject = @subject AND id < @before ORDER BY id DESC LIMIT @limit`);
    this.#last = reader.query(`${SELECT} WHERE subject = @subject AND type = @type ORDER BY id DESC LIMIT 1`);
    this.#totals = reader.query('SELECT subject, calls, since FROM trace.line_totals');
    this.#calls = reader.query(`SELECT count(*) AS calls FROM trace.line_events WHERE subject = @subject AND type = 'call' AND at >= @since`);
  }

  append({ id: _, ...row }: LineEventRecord): WriteCommand {
    return { operation: 'lineHistory.append', parameters: [row] };
  }

  countCall(subject: string, at: number): WriteCommand {
    return { operation: 'lineHistory.countCall', parameters: [{ subject, at }] };
  }

  page(subject: string, before: number | null, limit: number): readonly LineEventRecord[] {
    return this.#page.all({ subject, before: before ?? Number.MAX_SAFE_INTEGER, limit });
  }

  last(subject: string, type: string): LineEventRecord | null {
    return this.#last.get({ subject, type });
  }

  callsSince(subject: string, since: number): number {
    return this.#calls.get({ subject, since })?.calls ?? 0;
  }

  totals(): readonly LineTotalRecord[] {
    return this.#totals.all();
  }

  deleteBefore(at: number): WriteCommand {
    return { operation: 'lineHistory.deleteBefore', parameters: [{ before: at }] };
  }

  keepNewest(rows: number): WriteCommand {
    return { operation: 'lineHistory.keepNewest', parameters: [{ rows }] };
  }
}
