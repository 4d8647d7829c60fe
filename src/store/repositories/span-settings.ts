import type { Query, Reader } from '../reader.js';
import type { SpanSettingsRecord } from '../records.js';
import type { SpanSettingsRepository, WriteCommand } from '../store.js';
import { Table } from '../table.js';
import { operation, type Operations } from '../writer/operation.js';

const table = new Table<SpanSettingsRecord>('span_settings', { span: 'value', settings: 'json' }, ['span']);

export const spanSettingsOperations = {
  'spanSettings.put': operation(`${table.insert} ON CONFLICT (span) DO UPDATE SET settings = excluded.settings`),
} satisfies Operations;

export class SqlSpanSettingsRepository implements SpanSettingsRepository {
  readonly #all: Query<SpanSettingsRecord>;

  constructor(reader: Reader) {
    this.#all = reader.query(`${table.select} ORDER BY span`, (row) => table.decode(row));
  }

  put(record: SpanSettingsRecord): WriteCommand {
    return { operation: 'spanSettings.put', parameters: [table.encode(record)] };
  }

  all(): readonly SpanSettingsRecord[] {
    return this.#all.all();
  }
}
