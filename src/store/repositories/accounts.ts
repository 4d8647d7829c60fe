import { PagedList, type Query, type Reader } from '../reader.js';
import type { AccountRecord } from '../records.js';
import type { AccountRepository, Page, PageQuery, WriteCommand } from '../store.js';
import { Table } from '../table.js';
import { operation, type Operations } from '../writer/operation.js';

const table = new Table<AccountRecord>(
  'accounts',
  { id: 'value', parentId: 'value', name: 'value', status: 'value', country: 'value', features: 'json', limits: 'json', createdAt: 'value' },
  ['id'],
);

export const accountOperations = {
  'accounts.insert': operation(table.insert, {
    exists: 'The account, or another root account, exists already',
    refers: "The account's parent does not exist",
  }),
  'accounts.update': operation(table.update, { otherwise: 'The account does not exist', refers: "The account's parent does not exist" }),
} satisfies Operations;

const list = new PagedList<AccountRecord>('accounts', [''], ({ id }) => [id]);

export class SqlAccountRepository implements AccountRepository {
  readonly #byId: Query<AccountRecord>;
  readonly #root: Query<AccountRecord>;
  readonly #children: Query<AccountRecord>;
  readonly #subtree: Query<{ readonly id: string }>;
  readonly #some: Query<AccountRecord>;

  constructor(reader: Reader) {
    const decode = (row: object): AccountRecord => table.decode(row);
    this.#byId = reader.query(`${table.select} WHERE id = @id`, decode);
    this.#root = reader.query(`${table.select} WHERE parent_id IS NULL`, decode);
    this.#children = reader.query(`${table.select} WHERE parent_id = @id ORDER BY id`, decode);
    this.#subtree = reader.query(
      `WITH RECURSIVE below (id) AS (
         SELECT id FROM accounts WHERE id = @id
         UNION ALL SELECT accounts.id FROM below JOIN accounts ON accounts.parent_id = below.id
       ) SELECT id FROM below`,
    );
    this.#some = reader.query(`${table.select} WHERE id IN (SELECT value FROM json_each(@ids)) AND id > @key0 ORDER BY id LIMIT @limit`, decode);
  }

  insert(record: AccountRecord): WriteCommand {
    return { operation: 'accounts.insert', parameters: [table.encode(record)] };
  }

  update(record: AccountRecord): WriteCommand {
    return { operation: 'accounts.update', parameters: [table.encode(record)] };
  }

  get(id: string): AccountRecord | null {
    return this.#byId.get({ id });
  }

  root(): AccountRecord | null {
    return this.#root.get();
  }

  children(id: string): readonly AccountRecord[] {
    return this.#children.all({ id });
  }

  subtreeIds(id: string): readonly string[] {
    return this.#subtree.all({ id }).map((row) => row.id);
  }

  list(ids: readonly string[], page: PageQuery): Page<AccountRecord> {
    return list.page(this.#some, [{ ids: JSON.stringify(ids) }], page);
  }
}
