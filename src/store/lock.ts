import { join } from 'node:path';

import Database from 'better-sqlite3';

import { BranchlineError } from '../core/index.js';
import { storeErrors } from './errors.js';

const LOCK_FILE = 'store.lock';
/** A process that is ending gets so long to let go. */
const PATIENCE_MS = 2_000;

/**
 * Keeps a second process out of a state directory: two would dial the same requests. SQLite's own exclusive lock on an empty file, because the
 * kernel takes it back when the process dies, however it dies. Close the result to let go.
 */
export function lockDirectory(directory: string): Database.Database {
  const lock = new Database(join(directory, LOCK_FILE), { timeout: PATIENCE_MS });
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch (cause) {
    lock.close();
    if ((cause as { readonly code?: unknown }).code !== 'SQLITE_BUSY') throw cause;
    throw new BranchlineError(
      storeErrors.inUse,
      `The state directory ${directory} is used by another Branchline that runs now: stop it, or give this one a directory of its own (BRANCHLINE_STATE_DIR)`,
      { context: { directory }, cause },
    );
  }
}
