/**
 * Writes the fixture of the present schema: the store's files as SQL text, from which the next migration is tested.
 * Run once when a schema is released: `npx tsx test/support/store-fixture.ts 0001`.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import Database from 'better-sqlite3';

import {
  accountRecord,
  AT,
  attemptRecord,
  callRecord,
  cdrRecord,
  openTestStore,
  planRecord,
  requestRecord,
  serviceNumberRecord,
  trunkRecord,
} from './store.js';

type SqlValue = string | number | null;
interface SchemaObject {
  readonly name: string;
  readonly type: string;
  readonly sql: string;
}

const name = process.argv[2];
if (name === undefined) throw new Error('Name the schema: 0001');

const { store, directory, remove } = await openTestStore();
await store.commit(
  store.accounts.insert(accountRecord()),
  store.accounts.insert(accountRecord({ id: 'acc_sub', parentId: 'acc_root', name: "O'Neill & Söhne" })),
  store.serviceNumbers.insert(serviceNumberRecord()),
  store.plans.insert(planRecord({ activeVersion: 1 })),
  store.plans.insertVersion({ planId: 'plan_1', version: 1, document: '{"format":1,"name":"Callback","nodes":[]}', createdAt: AT }),
  store.serviceNumbers.insertAssignment({ id: 'asg_1', serviceNumberId: 'num_1', planId: 'plan_1', active: true, createdAt: AT }),
  store.audioFiles.insert({
    id: 'aud_1',
    accountId: 'acc_root',
    slug: 'welcome',
    description: '',
    path: 'audio/aud_1.wav',
    durationMs: 2000,
    sizeBytes: 32_044,
    createdAt: AT,
  }),
  store.trunks.insert(trunkRecord()),
  store.tokens.insert({
    id: 'tok_1',
    accountId: 'acc_root',
    name: 'bootstrap',
    hash: 'ab'.repeat(32),
    createdAt: AT,
    lastUsedAt: null,
    expiresAt: null,
  }),
  store.scheduledCalls.insert(requestRecord()),
  store.scheduledCalls.insert(requestRecord({ id: 'req_2', state: 'completed', outcome: 'answered', finalAt: AT + 90_000, reference: 'order 7' })),
  store.scheduledCalls.insertAttempt(
    attemptRecord({ id: 'att_2', requestId: 'req_2', state: 'ended', outcome: 'answered', q850: 16, callId: 'call_1' }),
  ),
  store.calls.insert(callRecord({ origin: 'scheduled', requestId: 'req_2', attemptId: 'att_2', endAt: AT + 90_000, expectedCount: 1 })),
  store.calls.insertCdr(cdrRecord({ callType: 167, requestId: 'req_2', attemptId: 'att_2' })),
  store.idempotency.insert({ accountId: 'acc_root', key: 'k1', fingerprint: 'f1', status: 201, body: '{}', createdAt: AT }),
  store.events.append({
    id: '1-1',
    type: 'attempt.answered',
    at: AT,
    accountId: 'acc_root',
    callId: 'call_1',
    legId: null,
    requestId: 'req_2',
    data: '{}',
  }),
  store.traces.append({ callId: 'call_1', sequence: 1, at: AT, type: 'node', data: '{}' }),
);
await store.close();
dump(join(directory, 'branchline.db'), `test/data/store/${name}.main.sql`);
dump(join(directory, 'trace.db'), `test/data/store/${name}.trace.sql`);
await remove();

function dump(file: string, target: string): void {
  const database = new Database(file, { readonly: true });
  const version = String(database.pragma('user_version', { simple: true }));
  const objects = database.prepare('SELECT name, type, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid').all() as SchemaObject[];
  const tables = objects.filter(({ type }) => type === 'table');
  const others = objects.filter(({ type }) => type !== 'table');
  const lines = [
    'PRAGMA foreign_keys = OFF;',
    'BEGIN;',
    ...tables.map(({ sql }) => `${sql};`),
    ...tables.flatMap((table) => rowsOf(database, table.name)),
    ...others.map(({ sql }) => `${sql};`),
    `PRAGMA user_version = ${version};`,
    'COMMIT;',
  ];
  writeFileSync(target, `${lines.join('\n')}\n`);
  database.close();
}

function rowsOf(database: Database.Database, table: string): string[] {
  const rows = database.prepare(`SELECT * FROM ${table}`).all() as Record<string, SqlValue>[];
  return rows.map((row) => {
    const columns = Object.keys(row).map((column) => `"${column}"`);
    return `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${Object.values(row).map(literal).join(', ')});`;
  });
}

function literal(value: SqlValue): string {
  if (value === null) return 'NULL';
  return typeof value === 'number' ? String(value) : `'${value.replaceAll("'", "''")}'`;
}
