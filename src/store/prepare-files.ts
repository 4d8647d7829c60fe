import { copyFileSync, existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import Database from 'better-sqlite3';

import type { Logger } from '../core/index.js';
import { fileTime, listBackups } from './backups.js';
import { MAIN_FILE, openFile, TRACE_FILE } from './connection.js';
import { migrate } from './migrate.js';
import { mainMigrations, type Migration, traceMigrations } from './migrations/index.js';
import type { DamagedFile } from './store.js';

type SqliteError = InstanceType<typeof Database.SqliteError>;

/** What stands beside a SQLite file while it is in use. */
const COMPANIONS = ['', '-wal', '-shm'];

interface PrepareOptions {
  readonly directory: string;
  readonly logger: Logger;
  /** Wall time, for the names of files set aside. */
  readonly now: number;
}

/**
 * Makes both files ready: created or migrated to the newest schema; a damaged one is set aside and replaced by the newest backup that is whole, or
 * by an empty one. Returns what was replaced.
 */
export function prepareFiles(options: PrepareOptions): readonly DamagedFile[] {
  const main = prepareFile(options, MAIN_FILE, mainMigrations, listBackups(options.directory));
  const trace = prepareFile(options, TRACE_FILE, traceMigrations, []);
  return [main, trace].filter((damaged) => damaged !== null);
}

function prepareFile(options: PrepareOptions, name: string, migrations: readonly Migration[], backups: readonly string[]): DamagedFile | null {
  const file = join(options.directory, name);
  const problem = damageOf(file, migrations);
  if (problem === null) return null;
  const setAsideAs = setAside(file, options.now);
  const restoredFrom = restore(file, migrations, backups);
  options.logger.error(
    { file, setAsideAs, problem, restoredFrom },
    restoredFrom === null
      ? 'A damaged database file was set aside; it begins empty'
      : 'A damaged database file was set aside and replaced by a backup',
  );
  return { file, setAsideAs, problem, restoredFrom };
}

/** Opens, migrates and touches a file. Null where it is sound, else what SQLite says of the damage; any other failure is thrown. */
function damageOf(file: string, migrations: readonly Migration[]): string | null {
  try {
    const database = openFile(file);
    try {
      touchTables(database);
      migrate(database, migrations);
    } finally {
      database.close();
    }
    return null;
  } catch (error) {
    if (!isDamage(error)) throw error;
    return error.message;
  }
}

/** Reads a row of every table: finds gross damage in no time. The thorough check comes later, when the appliance is ready (`Store.integrity`). */
function touchTables(database: Database.Database): void {
  const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").all() as {
    readonly name: string;
  }[];
  for (const { name } of tables) database.prepare(`SELECT * FROM "${name}" LIMIT 1`).get();
}

function isDamage(error: unknown): error is SqliteError {
  return error instanceof Database.SqliteError && (error.code === 'SQLITE_NOTADB' || error.code.startsWith('SQLITE_CORRUPT'));
}

function setAside(file: string, now: number): string {
  const target = `${file}.damaged-${fileTime(now)}`;
  for (const companion of COMPANIONS) {
    if (existsSync(`${file}${companion}`)) renameSync(`${file}${companion}`, `${target}${companion}`);
  }
  return target;
}

/** Puts the newest sound backup in the file's place, or an empty file; returns the backup taken. */
function restore(file: string, migrations: readonly Migration[], backups: readonly string[]): string | null {
  for (const backup of backups) {
    copyFileSync(backup, file);
    if (damageOf(file, migrations) === null) return backup;
    for (const companion of COMPANIONS) rmSync(`${file}${companion}`, { force: true });
  }
  damageOf(file, migrations);
  return null;
}
