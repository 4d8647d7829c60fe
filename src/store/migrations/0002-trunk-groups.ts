import type { Migration } from './migration.js';

/** Trunk groups and their members in order. A program that does not know them uses each trunk by itself, as before. */
export const trunkGroups: Migration = {
  version: 2,
  minReader: 1,
  sql: `
    CREATE TABLE trunk_groups (
      id TEXT PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      rule TEXT NOT NULL CHECK (rule IN ('inOrder', 'roundRobin', 'leastUsed', 'longestIdle', 'random')),
      prefixes TEXT NOT NULL CHECK (json_valid(prefixes)),
      priority INTEGER NOT NULL,
      reserve_inbound INTEGER NOT NULL CHECK (reserve_inbound >= 0),
      failover TEXT CHECK (json_valid(failover)),
      created_at INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE trunk_group_members (
      group_id TEXT NOT NULL REFERENCES trunk_groups (id) ON DELETE CASCADE,
      position INTEGER NOT NULL,
      trunk_id TEXT NOT NULL REFERENCES trunks (id) ON DELETE CASCADE,
      PRIMARY KEY (group_id, position),
      UNIQUE (trunk_id, group_id)
    ) STRICT, WITHOUT ROWID;
  `,
};
