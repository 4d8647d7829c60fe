import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { AT, openTestStore, temporaryDirectory } from '../../test/support/store.js';
import { migrate } from './migrate.js';
import { mainMigrations, type Migration, traceMigrations } from './migrations/index.js';

let database: Database.Database;

beforeEach(() => {
  database = new Database(':memory:');
});
afterEach(() => {
  database.close();
});

function fixture(name: string): string {
  return readFileSync(join(import.meta.dirname, '../../test/data/store', name), 'utf8');
}

function version(of = database): unknown {
  return of.pragma('user_version', { simple: true });
}

/** The schema's texts, by name, without their spaces. */
function schemaOf(of: Database.Database): Record<string, string> {
  const rows = of.prepare('SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL').all() as { readonly name: string; readonly sql: string }[];
  return Object.fromEntries(rows.map(({ name, sql }) => [name, sql.replaceAll(/\s+/gu, ' ')]));
}

describe('migrating', () => {
  it('brings an empty file to the newest schema, and once only', () => {
    migrate(database, mainMigrations);
    expect(version()).toBe(mainMigrations.length);
    migrate(database, mainMigrations);
    expect(version()).toBe(mainMigrations.length);
  });

  it('numbers the steps without a gap', () => {
    for (const migrations of [mainMigrations, traceMigrations]) {
      expect(migrations.map((migration) => migration.version)).toEqual(migrations.map((_, index) => index + 1));
    }
  });

  it('undoes a step that fails, and keeps those before it', () => {
    const broken: Migration = { version: 2, minReader: 2, sql: 'CREATE TABLE half_done (id TEXT) STRICT; CREATE TABLE accounts (id TEXT) STRICT;' };
    expect(() => migrate(database, [...mainMigrations.slice(0, 1), broken])).toThrow('table accounts already exists');
    expect(version()).toBe(1);
    expect(schemaOf(database)).not.toHaveProperty('half_done');
  });

  it('goes on with a newer file that still suits older programs', () => {
    const newer: Migration = { version: mainMigrations.length + 1, minReader: 1, sql: 'CREATE TABLE more (id TEXT) STRICT;' };
    migrate(database, [...mainMigrations, newer]);
    expect(() => migrate(database, mainMigrations)).not.toThrow();
    expect(version()).toBe(mainMigrations.length + 1);
  });

  it('refuses a newer file that does not, and says what to do', () => {
    const newer: Migration = { version: mainMigrations.length + 1, minReader: mainMigrations.length + 1, sql: 'CREATE TABLE more (id TEXT) STRICT;' };
    migrate(database, [...mainMigrations, newer]);
    expect(() => migrate(database, mainMigrations)).toThrow(/written by a newer Branchline.*Install that newer version again.*\(BL3006\)$/u);
  });
});

describe('files of schema 1', () => {
  it.each([
    ['0001.main.sql', mainMigrations],
    ['0001.trace.sql', traceMigrations],
  ])('%s have the schema that step 1 makes: a released step was not changed', (name, migrations) => {
    migrate(database, migrations.slice(0, 1));
    const released = new Database(':memory:');
    released.exec(fixture(name));
    expect(schemaOf(database)).toEqual(schemaOf(released));
    released.close();
  });

  it('open with all that was in them', async () => {
    const directory = temporaryDirectory();
    mkdirSync(directory, { recursive: true });
    for (const [file, name] of [
      ['branchline.db', '0001.main.sql'],
      ['trace.db', '0001.trace.sql'],
    ] as const) {
      const old = new Database(join(directory, file));
      old.exec(fixture(name));
      old.close();
    }
    const { store } = await openTestStore({ directory });
    expect(store.recovered).toEqual([]);
    expect(store.accounts.get('acc_sub')?.name).toBe("O'Neill & Söhne");
    expect(store.serviceNumbers.activeAssignment('num_1')?.planId).toBe('plan_1');
    expect(store.scheduledCalls.open().map(({ id }) => id)).toEqual(['req_1']);
    expect(store.scheduledCalls.countOpen(['acc_root'])).toBe(1);
    expect(store.scheduledCalls.newestUpdatedAt()).toBe(AT);
    expect(store.calls.cdrsOfCall('call_1')).toHaveLength(1);
    expect(store.events.after('1-1', ['acc_root'], 5)).toEqual([]);
    expect(store.traces.ofCall('call_1')).toHaveLength(1);
    expect(await store.integrity()).toBe('ok');
    await store.close();
    rmSync(directory, { recursive: true });
  });
});
