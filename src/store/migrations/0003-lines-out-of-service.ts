import type { Migration } from './migration.js';

/** Lines that a person took out of service. A program that does not know them uses those lines, as before. */
export const linesOutOfService: Migration = {
  version: 3,
  minReader: 1,
  sql: `
    CREATE TABLE lines_out_of_service (
      channel INTEGER PRIMARY KEY,
      reason TEXT NOT NULL,
      by TEXT NOT NULL,
      at INTEGER NOT NULL
    ) STRICT;
  `,
};
