import { byAccount, PagedList, type Query, type Reader } from '../reader.js';
import type { TokenRecord } from '../records.js';
import type { Page, PageQuery, TokenRepository, WriteCommand } from '../store.js';
import { Table } from '../table.js';
import { operation, type Operations } from '../writer/operation.js';

const table = new Table<TokenRecord>(
  'tokens',
  { id: 'value', accountId: 'value', name: 'value', hash: 'value', createdAt: 'value', lastUsedAt: 'value', expiresAt: 'value' },
  ['id'],
);

export const tokenOperations = {
  'tokens.insert': operation(table.insert, { exists: 'A token of that value exists already', refers: "The token's account does not exist" }),
  'tokens.delete': operation('DELETE FROM tokens WHERE id = @id', { otherwise: 'The token does not exist' }),
  // Its token may have been revoked meanwhile, which is nobody's fault.
  'tokens.touch': operation('UPDATE tokens SET last_used_at = @lastUsedAt WHERE id = @id'),
} satisfies Operations;

const list = new PagedList<TokenRecord>('tokens', [''], ({ id }) => [id]);

export class SqlTokenRepository implements TokenRepository {
  readonly #byId: Query<TokenRecord>;
  readonly #byHash: Query<TokenRecord>;
  readonly #ofAccount: Query<TokenRecord>;
  readonly #count: Query<{ readonly count: number }>;

  constructor(reader: Reader) {
    this.#byId = reader.query(`${table.select} WHERE id = @id`);
    this.#byHash = reader.query(`${table.select} WHERE hash = @hash`);
    this.#ofAccount = reader.query(`${table.select} WHERE account_id = @accountId AND id > @key0 ORDER BY id LIMIT @limit`);
    this.#count = reader.query('SELECT count(*) AS count FROM tokens');
  }

  insert(record: TokenRecord): WriteCommand {
    return { operation: 'tokens.insert', parameters: [table.encode(record)] };
  }

  delete(id: string): WriteCommand {
    return { operation: 'tokens.delete', parameters: [{ id }] };
  }

  touch(id: string, lastUsedAt: number): WriteCommand {
    return { operation: 'tokens.touch', parameters: [{ id, lastUsedAt }] };
  }

  byHash(hash: string): TokenRecord | null {
    return this.#byHash.get({ hash });
  }

  get(id: string): TokenRecord | null {
    return this.#byId.get({ id });
  }

  list(accountIds: readonly string[], page: PageQuery): Page<TokenRecord> {
    return list.page(this.#ofAccount, byAccount(accountIds), page);
  }

  count(): number {
    return this.#count.get()?.count ?? 0;
  }
}
