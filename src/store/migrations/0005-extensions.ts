import type { Migration } from './migration.js';

/** How the telephones at FXS ports are treated. A program that does not know the table treats all by the defaults. */
export const extensions: Migration = {
  version: 5,
  minReader: 1,
  sql: `
    CREATE TABLE extension_settings (
      channel INTEGER PRIMARY KEY,
      settings TEXT NOT NULL CHECK (json_valid(settings))
    ) STRICT;
  `,
};
