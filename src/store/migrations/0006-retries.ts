import type { Migration } from './migration.js';

/** After which outcomes a request is dialled again. A program that does not know the column dials each request once. */
export const retries: Migration = {
  version: 6,
  minReader: 1,
  sql: `
    ALTER TABLE requests ADD COLUMN retry TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(retry));
  `,
};
