import type { Migration } from './migration.js';

/** ISDN trunks, and how each ISDN span is run. A program that does not know them has no ISDN lines. */
export const isdn: Migration = {
  version: 4,
  minReader: 1,
  sql: `
    ALTER TABLE trunks ADD COLUMN isdn TEXT CHECK (json_valid(isdn));

    CREATE TABLE span_settings (
      span INTEGER PRIMARY KEY,
      settings TEXT NOT NULL CHECK (json_valid(settings))
    ) STRICT;
  `,
};
