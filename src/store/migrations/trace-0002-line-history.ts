import type { Migration } from './migration.js';

/** What happened to each line and span of the card, and how many calls each line has had. `subject`: "line/3", "span/1". */
export const lineHistory: Migration = {
  version: 2,
  minReader: 1,
  sql: `
    CREATE TABLE line_events (
      id INTEGER PRIMARY KEY,
      subject TEXT NOT NULL,
      at INTEGER NOT NULL,
      type TEXT NOT NULL,
      data TEXT NOT NULL CHECK (json_valid(data))
    ) STRICT;
    CREATE INDEX line_events_subject ON line_events (subject, type, id);
    CREATE INDEX line_events_page ON line_events (subject, id);
    CREATE INDEX line_events_at ON line_events (at);

    CREATE TABLE line_totals (
      subject TEXT PRIMARY KEY,
      calls INTEGER NOT NULL,
      since INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
  `,
};
