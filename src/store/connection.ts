import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';

import Database from 'better-sqlite3';

/** Requests, attempts, calls, CDRs and what they rest on: durable at each commit. */
export const MAIN_FILE = 'branchline.db';
/** Traces and event history: a power cut may take the last of them. Attached as `trace`. */
export const TRACE_FILE = 'trace.db';

const SYNCHRONOUS_FULL = 2;
/** How long a connection waits for another's lock (a checkpoint, a start beside an ending process). */
const BUSY_TIMEOUT_MS = 5_000;

/** Readable by its owner only: the files hold passwords of trunks. SQLite gives a log the rights of its file. */
const FILE_MODE = 0o600;

/** Opens one file for writing, in WAL mode, creating it where it is missing. Throws better-sqlite3's error. */
export function openFile(path: string): Database.Database {
  closeSync(openSync(path, 'a', FILE_MODE));
  const database = new Database(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    database.pragma('foreign_keys = ON');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * The writer's connection: both files. Checkpoints are not its business (they would make a commit wait), so they never start by themselves.
 * better-sqlite3 is built with a relaxed default for WAL; what was set is therefore read back.
 */
export function openWritable(directory: string): Database.Database {
  const database = openFile(join(directory, MAIN_FILE));
  database.prepare('ATTACH DATABASE ? AS trace').run(join(directory, TRACE_FILE));
  database.pragma('trace.journal_mode = WAL');
  database.pragma('trace.synchronous = NORMAL');
  database.pragma('wal_autocheckpoint = 0');
  database.pragma('temp_store = MEMORY');
  if (database.pragma('main.synchronous', { simple: true }) !== SYNCHRONOUS_FULL) throw new Error('SQLite does not keep synchronous = FULL');
  return database;
}

/** A connection that only reads both files, which must exist. */
export function openReadOnly(directory: string): Database.Database {
  const database = new Database(join(directory, MAIN_FILE), { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
  database.prepare('ATTACH DATABASE ? AS trace').run(join(directory, TRACE_FILE));
  return database;
}
