import type { Database } from 'better-sqlite3';

import { BranchlineError } from '../core/index.js';
import { storeErrors } from './errors.js';
import type { Migration } from './migrations/index.js';

/**
 * Brings a file to the newest schema this program knows: forward only, each step in one transaction with its `user_version`, so that a step
 * that fails leaves the file as it was. A file that is newer already is left alone where its `minReader` allows that, else refused with
 * `newerSchema`.
 */
export function migrate(database: Database, migrations: readonly Migration[]): void {
  const known = migrations.length;
  const found = database.pragma('user_version', { simple: true }) as number;
  if (found > known) {
    refuseUnreadable(database, found, known);
    return;
  }
  for (const migration of migrations.slice(found)) apply(database, migration);
}

function apply(database: Database, migration: Migration): void {
  const step = database.transaction(() => {
    database.exec(migration.sql);
    database
      .prepare("INSERT INTO store_facts (name, value) VALUES ('minReader', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value")
      .run(migration.minReader);
    database.pragma(`user_version = ${migration.version}`);
  });
  step.immediate();
}

function refuseUnreadable(database: Database, found: number, known: number): void {
  const fact = database.prepare("SELECT value FROM store_facts WHERE name = 'minReader'").get() as { readonly value: number } | undefined;
  const minReader = fact?.value ?? found;
  if (minReader <= known) return;
  throw new BranchlineError(
    storeErrors.newerSchema,
    `${database.name} was written by a newer Branchline: it has schema ${found} and can be used by programs that know schema ${minReader}, this one knows ${known}. ` +
      `Install that newer version again, or start with another state directory, or with a file of the folder "backups" from before the upgrade in its place`,
    { context: { file: database.name, schema: found, minReader, known } },
  );
}
