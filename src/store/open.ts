import { mkdirSync } from 'node:fs';

import type Database from 'better-sqlite3';

import { BranchlineError, type Clock, type Logger } from '../core/index.js';
import { makeBackup } from './backups.js';
import { Checkpoints } from './checkpoints.js';
import { openReadOnly, openWritable } from './connection.js';
import { storeErrors } from './errors.js';
import { lockDirectory } from './lock.js';
import { Maintenance } from './maintenance/maintenance.js';
import { prepareFiles } from './prepare-files.js';
import { Reader } from './reader.js';
import { createRepositories } from './repositories/index.js';
import type { DamagedFile, Store } from './store.js';
import { Writer } from './writer/writer.js';

export interface StoreOptions {
  /** Holds the files; made where it is missing, for this user only. */
  readonly directory: string;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Waits so long for further commits before each group is written, ms; 0 by default. A slow disk is made with it in tests. */
  readonly commitDelayMs?: number;
  /** The most pages of 4 KiB that branchline.db may take; by default as many as the disk has. */
  readonly maxPages?: number;
}

interface Opening {
  readonly boot: number;
  readonly uncleanStop: boolean;
}

/**
 * Opens the database of a state directory, creating or migrating it. Rejects with `newerSchema` where a newer program wrote it, and with `inUse`
 * where another process has it open, and with `unusable` where the directory cannot be used. A damaged file does not stop it: see `Store.recovered`.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { directory } = options;
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    return await openIn(options);
  } catch (error) {
    throw error instanceof BranchlineError ? error : unusable(directory, error);
  }
}

async function openIn(options: StoreOptions): Promise<Store> {
  const { directory, logger, clock } = options;
  const lock = lockDirectory(directory);
  try {
    const recovered = prepareFiles({ directory, logger, now: clock.now() });
    const opening = noteOpening(directory);
    const writer = await Writer.start({ directory, logger, clock, maxPages: options.maxPages ?? null, commitDelayMs: options.commitDelayMs ?? 0 });
    return assemble(options, { lock, recovered, opening, writer });
  } catch (error) {
    lock.close();
    throw error;
  }
}

function unusable(directory: string, cause: unknown): BranchlineError {
  return new BranchlineError(
    storeErrors.unusable,
    `The state directory ${directory} cannot be used: ${(cause as Error).message}. Make it writable for this user, with room on its disk, or name another (BRANCHLINE_STATE_DIR)`,
    { context: { directory }, cause },
  );
}

interface Parts {
  readonly lock: Database.Database;
  readonly recovered: readonly DamagedFile[];
  readonly opening: Opening;
  readonly writer: Writer;
}

function assemble({ directory, logger, clock }: StoreOptions, { lock, recovered, opening, writer }: Parts): Store {
  const reading = openReadOnly(directory);
  const maintenance = new Maintenance(directory);
  const checkpoints = new Checkpoints(writer, maintenance, clock, logger);
  let closing: Promise<void> | null = null;

  /** The writer goes last: the last connection to close copies the rest of the log and removes it. */
  const close = async (): Promise<void> => {
    checkpoints.stop();
    const written = writer.close();
    await maintenance.close();
    reading.close();
    await written;
    lock.close();
  };

  return {
    ...createRepositories(new Reader(reading)),
    ...opening,
    recovered,
    commit: (...commands) => writer.commit(commands),
    statistics: () => writer.statistics,
    integrity: () => maintenance.quickCheck(),
    backup: () => makeBackup(directory, maintenance, clock.now()),
    close: () => (closing ??= close()),
  };
}

/**
 * Counts this opening and takes back the note of a clean stop, durably. The count goes on from the event history too: a backup that took the
 * file's place knows only older ones, and event ids must not come twice.
 */
function noteOpening(directory: string): Opening {
  const database = openWritable(directory);
  try {
    const note = database.transaction((): Opening => {
      const before = factOf(database, 'boot') ?? 0;
      const seen = (database.prepare('SELECT max(boot) AS boot FROM trace.events').get() as { readonly boot: number | null }).boot ?? 0;
      const boot = Math.max(before, seen) + 1;
      const uncleanStop = factOf(database, 'cleanStop') === 0;
      setFact(database, 'boot', boot);
      setFact(database, 'cleanStop', 0);
      return { boot, uncleanStop };
    });
    return note.immediate();
  } finally {
    database.close();
  }
}

function factOf(database: Database.Database, name: string): number | null {
  const fact = database.prepare('SELECT value FROM main.store_facts WHERE name = ?').get(name) as { readonly value: number } | undefined;
  return fact?.value ?? null;
}

function setFact(database: Database.Database, name: string, value: number): void {
  database
    .prepare('INSERT INTO main.store_facts (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value')
    .run(name, value);
}
