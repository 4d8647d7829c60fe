PRAGMA foreign_keys = OFF;
BEGIN;
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
CREATE TABLE traces (
      call_id TEXT NOT NULL,
      sequence INTEGER NOT NULL,
      at INTEGER NOT NULL,
      type TEXT NOT NULL,
      data TEXT NOT NULL CHECK (json_valid(data)),
      PRIMARY KEY (call_id, sequence)
    ) STRICT, WITHOUT ROWID;
INSERT INTO store_facts ("name", "value") VALUES ('minReader', 1);
INSERT INTO events ("boot", "sequence", "type", "at", "account_id", "call_id", "leg_id", "request_id", "data") VALUES (1, 1, 'attempt.answered', 1768467600000, 'acc_root', 'call_1', NULL, 'req_2', '{}');
INSERT INTO traces ("call_id", "sequence", "at", "type", "data") VALUES ('call_1', 1, 1768467600000, 'node', '{}');
CREATE INDEX events_account ON events (account_id, boot, sequence);
CREATE INDEX events_at ON events (at);
CREATE INDEX traces_at ON traces (at);
PRAGMA user_version = 1;
COMMIT;
