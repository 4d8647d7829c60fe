import type Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openTestStore, type TestStore } from '../../test/support/store.js';
import { openWritable } from './connection.js';
import { type Query, Reader } from './reader.js';
import { createRepositories } from './repositories/index.js';
import { operations } from './repositories/operations.js';

/** Keeps the text of each query that the repositories prepare. */
class NotingReader extends Reader {
  readonly texts: string[] = [];

  override query<T>(sql: string, decode?: (row: object) => T): Query<T> {
    this.texts.push(sql);
    return super.query(sql, decode);
  }
}

let test: TestStore;
let database: Database.Database;
let queries: readonly string[];

beforeAll(async () => {
  test = await openTestStore();
  database = openWritable(test.directory);
  const reader = new NotingReader(database);
  createRepositories(reader);
  queries = reader.texts;
});
afterAll(async () => {
  database.close();
  await test.remove();
});

function planOf(sql: string): readonly string[] {
  const names = [...sql.matchAll(/@(\w+)/gu)].map(([, name]) => [name, null]);
  const lines = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(Object.fromEntries(names)) as { readonly detail: string }[];
  return lines.map(({ detail }) => detail);
}

/**
 * Scans that are meant: tables that hold a handful of rows (trunks and their groups, lines, tokens, counts by state), lists of ids that came as JSON, the recursion's own
 * rows, and partial indexes, which hold only what is open.
 */
const MEANT = [
  /^SCAN trunks/u,
  /^SCAN trunk_group/u,
  /^SCAN lines_out_of_service/u,
  /^SCAN trace\.line_totals/u,
  /^SCAN span_settings/u,
  /^SCAN extension_settings/u,
  /^SCAN tokens/u,
  /^SCAN request_counts/u,
  /^SCAN json_each/u,
  /^SCAN below/u,
  /^SCAN requests USING INDEX requests_open$/u,
  /^SCAN attempts USING INDEX attempts_open$/u,
  /^SCAN calls USING INDEX calls_open$/u,
];

describe('every statement of the store', () => {
  it('is there to be looked at', () => {
    expect(queries.length).toBeGreaterThan(40);
  });

  it('finds its rows by an index when it reads', () => {
    const scans = queries.flatMap((sql) => planOf(sql).filter((line) => line.startsWith('SCAN') && !MEANT.some((meant) => meant.test(line))));
    expect(scans).toEqual([]);
  });

  it('finds its rows by an index when it writes', () => {
    const texts = Object.values(operations).flatMap(({ steps }) => steps.map(({ sql }) => sql));
    const scans = texts.flatMap((sql) => planOf(sql).filter((line) => line.startsWith('SCAN') && !MEANT.some((meant) => meant.test(line))));
    expect(scans).toEqual([]);
  });

  it('reads pages in the order of an index, without sorting', () => {
    const sorted = queries.filter((sql) => planOf(sql).some((line) => line.includes('TEMP B-TREE')));
    expect(sorted.filter((sql) => !sql.includes('FROM accounts WHERE id IN'))).toEqual([]);
  });

  it('looks for due requests in the index of open ones, between two moments', () => {
    const due = queries.find((sql) => sql.includes('due_at < @before')) ?? '';
    expect(planOf(due)).toEqual([expect.stringMatching(/^SEARCH requests USING INDEX requests_open \(.*due_at.*\)$/u)]);
  });

  it('starts a list behind its cursor, not at its beginning', () => {
    const pages = queries.filter((sql) => sql.includes('@key0') && !/WHERE id (?:=|IN) /u.test(sql.replaceAll('"', '')));
    expect(pages.length).toBeGreaterThan(8);
    for (const sql of pages) expect(planOf(sql).join('\n')).toMatch(/\(.*>\(?\?/u);
  });
});
