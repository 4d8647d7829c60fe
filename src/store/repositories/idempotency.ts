import type { Query, Reader } from '../reader.js';
import type { IdempotencyRecord } from '../records.js';
import type { IdempotencyRepository, WriteCommand } from '../store.js';
import { Table } from '../table.js';
import { operation, type Operations } from '../writer/operation.js';
import { MAX_CLEARED } from './events.js';

const table = new Table<IdempotencyRecord>(
  'idempotency',
  { accountId: 'value', key: 'value', fingerprint: 'value', status: 'value', body: 'value', createdAt: 'value' },
  ['accountId', 'key'],
);

export const idempotencyOperations = {
  'idempotency.insert': operation(table.insert, {
    exists: 'The Idempotency-Key was used already',
    refers: "The Idempotency-Key's account does not exist",
  }),
  'idempotency.deleteBefore': operation(
    `DELETE FROM idempotency WHERE (account_id, key) IN
       (SELECT account_id, key FROM idempotency WHERE created_at < @before ORDER BY created_at LIMIT ${MAX_CLEARED})`,
  ),
} satisfies Operations;

export class SqlIdempotencyRepository implements IdempotencyRepository {
  readonly #byKey: Query<IdempotencyRecord>;

  constructor(reader: Reader) {
    this.#byKey = reader.query(`${table.select} WHERE account_id = @accountId AND key = @key`);
  }

  insert(record: IdempotencyRecord): WriteCommand {
    return { operation: 'idempotency.insert', parameters: [table.encode(record)] };
  }

  get(accountId: string, key: string): IdempotencyRecord | null {
    return this.#byKey.get({ accountId, key });
  }

  deleteBefore(at: number): WriteCommand {
    return { operation: 'idempotency.deleteBefore', parameters: [{ before: at }] };
  }
}
