import type { Migration } from './migration.js';

/** The first schema of trace.db. */
export const traceGround: Migration = {
  version: 1,
  minReader: 1,
  sql: `
    CREATE TABLE store_facts (
      name TEXT PRIMARY KEY,
      value INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE events (
      boot INTEGER NOT NULL,
      sequence INTEGER NOT NULL,
      type TEXT NOT NULL,
      at INTEGER NOT NULL,
      account_id TEXT NOT NULL,
      call_id TEXT,
      leg_id TEXT,
      request_id TEXT,
      data TEXT NOT NULL CHECK (json_valid(data)),
      PRIMARY KEY (boot, sequence)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX events_account ON events (account_id, boot, sequence);
    CREATE INDEX events_at ON events (at);

    CREATE TABLE traces (
      call_id TEXT NOT NULL,
      sequence INTEGER NOT NULL,
      at INTEGER NOT NULL,
      type TEXT NOT NULL,
      data TEXT NOT NULL CHECK (json_valid(data)),
      PRIMARY KEY (call_id, sequence)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX traces_at ON traces (at);
  `,
};
