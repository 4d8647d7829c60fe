import type { Database, Statement } from 'better-sqlite3';

import { BranchlineError, coreErrors } from '../core/index.js';
import { type CursorKey, decodeCursor, encodeCursor } from './cursor.js';
import { storeErrors } from './errors.js';
import type { Page, PageQuery } from './store.js';
import type { SqlRow } from './table.js';

/** The largest page of a list. */
const MAX_PAGE = 1000;

/** Prepares queries on the connection that only reads. */
export class Reader {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** `decode` makes a record of a row. */
  query<T>(sql: string, decode: (row: object) => T = (row) => row as T): Query<T> {
    return new Query(this.#database.prepare(sql), decode);
  }
}

/** A prepared query. Throws `damaged` where SQLite finds the file broken, `closed` after the store was closed. */
export class Query<T> {
  readonly #statement: Statement;
  readonly #decode: (row: object) => T;

  constructor(statement: Statement, decode: (row: object) => T) {
    this.#statement = statement;
    this.#decode = decode;
  }

  get(parameters: SqlRow = {}): T | null {
    const row = this.#run(() => this.#statement.get(parameters)) as object | undefined;
    return row === undefined ? null : this.#decode(row);
  }

  all(parameters: SqlRow = {}): T[] {
    return (this.#run(() => this.#statement.all(parameters)) as object[]).map(this.#decode);
  }

  #run(read: () => unknown): unknown {
    try {
      return read();
    } catch (cause) {
      if (!this.#statement.database.open) throw new BranchlineError(storeErrors.closed, 'The database is closed', { cause });
      throw new BranchlineError(storeErrors.damaged, `The database cannot be read: ${(cause as Error).message}`, { cause });
    }
  }
}

/**
 * A list in pages. Its query reads one indexed run (one account's rows, say) behind `@key0, @key1 …`, at most `@limit` rows in the order of that
 * key; a page is merged from as many runs as are asked for. So each page costs its own rows, however long the list is.
 */
export class PagedList<R> {
  readonly #name: string;
  readonly #keyOf: (record: R) => CursorKey;
  readonly #lowest: CursorKey;

  /** `lowest`: a key before every row's, which also tells its types. */
  constructor(name: string, lowest: CursorKey, keyOf: (record: R) => CursorKey) {
    this.#name = name;
    this.#lowest = lowest;
    this.#keyOf = keyOf;
  }

  /** `runs`: the parameters of each run. `floor`: rows start behind this key even where the cursor is lower. */
  page(query: Query<R>, runs: readonly SqlRow[], page: PageQuery, floor: CursorKey = this.#lowest): Page<R> {
    if (!Number.isInteger(page.limit) || page.limit < 1 || page.limit > MAX_PAGE) {
      throw new BranchlineError(coreErrors.bug, `A page of ${page.limit} rows was asked for; 1 to ${MAX_PAGE} are possible`);
    }
    const cursor = page.after === undefined ? this.#lowest : decodeCursor(this.#name, page.after, this.#lowest);
    const behind = compareKeys(cursor, floor) > 0 ? cursor : floor;
    const parameters = { ...Object.fromEntries(behind.map((part, index) => [`key${index}`, part])), limit: page.limit + 1 };
    const rows = runs.flatMap((run) => query.all({ ...run, ...parameters }));
    if (runs.length > 1) rows.sort((a, b) => compareKeys(this.#keyOf(a), this.#keyOf(b)));
    const shown = rows.slice(0, page.limit);
    const last = shown.at(-1);
    return { rows: shown, after: last !== undefined && rows.length > page.limit ? encodeCursor(this.#name, this.#keyOf(last)) : null };
  }
}

/** Orders as SQLite does with its binary collation: ids are ASCII. */
export function compareKeys(a: CursorKey, b: CursorKey): number {
  for (const [index, left] of a.entries()) {
    const right = b[index];
    if (right === undefined || left === right) continue;
    return left < right ? -1 : 1;
  }
  return 0;
}

/** Below every number that a key can hold. */
export const LOWEST_NUMBER = Number.MIN_SAFE_INTEGER;

/** The runs of a list that is told apart by account. */
export function byAccount(accountIds: readonly string[]): SqlRow[] {
  return [...new Set(accountIds)].map((accountId) => ({ accountId }));
}
