import type { Query, Reader } from '../reader.js';
import type { ExtensionSettingsRecord } from '../records.js';
import type { ExtensionSettingsRepository, WriteCommand } from '../store.js';
import { Table } from '../table.js';
import { operation, type Operations } from '../writer/operation.js';

const table = new Table<ExtensionSettingsRecord>('extension_settings', { channel: 'value', settings: 'json' }, ['channel']);

export const extensionSettingsOperations = {
  'extensionSettings.put': operation(`${table.insert} ON CONFLICT (channel) DO UPDATE SET settings = excluded.settings`),
} satisfies Operations;

export class SqlExtensionSettingsRepository implements ExtensionSettingsRepository {
  readonly #all: Query<ExtensionSettingsRecord>;

  constructor(reader: Reader) {
    this.#all = reader.query(`${table.select} ORDER BY channel`, (row) => table.decode(row));
  }

  put(record: ExtensionSettingsRecord): WriteCommand {
    return { operation: 'extensionSettings.put', parameters: [table.encode(record)] };
  }

  all(): readonly ExtensionSettingsRecord[] {
    return this.#all.all();
  }
}
