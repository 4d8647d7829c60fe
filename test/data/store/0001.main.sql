PRAGMA foreign_keys = OFF;
BEGIN;
CREATE TABLE store_facts (
      name TEXT PRIMARY KEY,
      value INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
CREATE TABLE accounts (
      id TEXT PRIMARY KEY,
      parent_id TEXT REFERENCES accounts (id),
      name TEXT NOT NULL,
      status TEXT NOT NULL CHECK (status IN ('active', 'disabled')),
      country TEXT NOT NULL CHECK (length(country) = 2),
      features TEXT NOT NULL CHECK (json_valid(features)),
      limits TEXT NOT NULL CHECK (json_valid(limits)),
      created_at INTEGER NOT NULL,
      CHECK (parent_id IS NULL OR parent_id <> id)
    ) STRICT;
CREATE TABLE service_numbers (
      id TEXT PRIMARY KEY,
      account_id TEXT NOT NULL REFERENCES accounts (id),
      number TEXT NOT NULL UNIQUE,
      status TEXT NOT NULL CHECK (status IN ('active', 'parked', 'suspended')),
      description TEXT NOT NULL,
      created_at INTEGER NOT NULL
    ) STRICT;
CREATE TABLE plans (
      id TEXT PRIMARY KEY,
      account_id TEXT NOT NULL REFERENCES accounts (id),
      name TEXT NOT NULL,
      description TEXT NOT NULL,
      active_version INTEGER,
      revision INTEGER NOT NULL,
      created_at INTEGER NOT NULL,
      updated_at INTEGER NOT NULL
    ) STRICT;
CREATE TABLE plan_versions (
      plan_id TEXT NOT NULL REFERENCES plans (id) ON DELETE CASCADE,
      version INTEGER NOT NULL CHECK (version > 0),
      document TEXT NOT NULL CHECK (json_valid(document)),
      created_at INTEGER NOT NULL,
      PRIMARY KEY (plan_id, version)
    ) STRICT;
CREATE TABLE assignments (
      id TEXT PRIMARY KEY,
      service_number_id TEXT NOT NULL REFERENCES service_numbers (id) ON DELETE CASCADE,
      plan_id TEXT NOT NULL REFERENCES plans (id),
      active INTEGER NOT NULL CHECK (active IN (0, 1)),
      created_at INTEGER NOT NULL
    ) STRICT;
CREATE TABLE audio_files (
      id TEXT PRIMARY KEY,
      account_id TEXT NOT NULL REFERENCES accounts (id),
      slug TEXT NOT NULL,
      description TEXT NOT NULL,
      path TEXT NOT NULL,
      duration_ms INTEGER NOT NULL,
      size_bytes INTEGER NOT NULL,
      created_at INTEGER NOT NULL,
      UNIQUE (account_id, slug)
    ) STRICT;
CREATE TABLE trunks (
      id TEXT PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      kind TEXT NOT NULL CHECK (kind IN ('sip', 'isdn', 'analogue')),
      enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
      prefixes TEXT NOT NULL CHECK (json_valid(prefixes)),
      priority INTEGER NOT NULL,
      max_calls INTEGER NOT NULL,
      calls_per_second REAL NOT NULL,
      sip TEXT CHECK (json_valid(sip)),
      analogue TEXT CHECK (json_valid(analogue)),
      created_at INTEGER NOT NULL
    ) STRICT;
CREATE TABLE tokens (
      id TEXT PRIMARY KEY,
      account_id TEXT NOT NULL REFERENCES accounts (id),
      name TEXT NOT NULL,
      hash TEXT NOT NULL UNIQUE CHECK (length(hash) = 64),
      created_at INTEGER NOT NULL,
      last_used_at INTEGER,
      expires_at INTEGER
    ) STRICT;
CREATE TABLE requests (
      id TEXT PRIMARY KEY,
      account_id TEXT NOT NULL REFERENCES accounts (id),
      service_number_id TEXT NOT NULL,
      service_number TEXT NOT NULL,
      first_party TEXT NOT NULL,
      presentation_number TEXT NOT NULL,
      scheduled_at INTEGER,
      due_at INTEGER NOT NULL,
      latest_start_at INTEGER NOT NULL,
      first_party_ring_seconds INTEGER NOT NULL,
      reference TEXT,
      priority INTEGER NOT NULL,
      guarantee TEXT NOT NULL CHECK (guarantee IN ('atMostOnce', 'atLeastOnce')),
      variables TEXT NOT NULL CHECK (json_valid(variables)),
      state TEXT NOT NULL,
      outcome TEXT,
      reason_code TEXT,
      reason TEXT,
      created_at INTEGER NOT NULL,
      updated_at INTEGER NOT NULL,
      final_at INTEGER,
      CHECK (state IN ('queued', 'held', 'dialling', 'inProgress', 'waitingRetry', 'completed', 'failed', 'expired', 'deleted', 'interrupted')),
      CONSTRAINT final_at_is_set_in_final_states_only
        CHECK ((final_at IS NULL) = (state IN ('queued', 'held', 'dialling', 'inProgress', 'waitingRetry')))
    ) STRICT;
CREATE TABLE request_counts (
      account_id TEXT NOT NULL,
      state TEXT NOT NULL,
      outcome TEXT NOT NULL,
      count INTEGER NOT NULL,
      newest_updated_at INTEGER NOT NULL,
      PRIMARY KEY (account_id, state, outcome)
    ) STRICT, WITHOUT ROWID;
CREATE TABLE attempts (
      id TEXT PRIMARY KEY,
      request_id TEXT NOT NULL REFERENCES requests (id),
      number INTEGER NOT NULL CHECK (number > 0),
      state TEXT NOT NULL CHECK (state IN ('armed', 'dialling', 'inProgress', 'ended')),
      due_at INTEGER NOT NULL,
      armed_at INTEGER NOT NULL,
      line_call_id TEXT NOT NULL,
      line_from_tag TEXT NOT NULL,
      seized_at INTEGER,
      answered_at INTEGER,
      ended_at INTEGER,
      outcome TEXT,
      q850 INTEGER,
      sip_status INTEGER,
      call_id TEXT,
      reason_code TEXT,
      reason TEXT,
      tries TEXT NOT NULL CHECK (json_valid(tries)),
      UNIQUE (request_id, number)
    ) STRICT;
CREATE TABLE calls (
      id TEXT PRIMARY KEY,
      account_id TEXT NOT NULL REFERENCES accounts (id),
      origin TEXT NOT NULL CHECK (origin IN ('inbound', 'scheduled')),
      service_number_id TEXT,
      request_id TEXT REFERENCES requests (id),
      attempt_id TEXT REFERENCES attempts (id),
      plan_id TEXT,
      plan_version INTEGER,
      "from" TEXT NOT NULL,
      "to" TEXT NOT NULL,
      start_at INTEGER NOT NULL,
      answered_at INTEGER,
      end_at INTEGER,
      expected_count INTEGER
    ) STRICT;
CREATE TABLE cdrs (
      id TEXT PRIMARY KEY,
      account_id TEXT NOT NULL REFERENCES accounts (id),
      call_id TEXT NOT NULL,
      call_type INTEGER NOT NULL,
      leg_id TEXT,
      parent_id TEXT,
      request_id TEXT,
      attempt_id TEXT,
      "from" TEXT NOT NULL,
      "to" TEXT NOT NULL,
      start_at INTEGER NOT NULL,
      answered_at INTEGER,
      end_at INTEGER NOT NULL,
      clear_down INTEGER NOT NULL,
      tta_ms INTEGER NOT NULL,
      data TEXT NOT NULL CHECK (json_valid(data))
    ) STRICT;
CREATE TABLE idempotency (
      account_id TEXT NOT NULL REFERENCES accounts (id),
      key TEXT NOT NULL,
      fingerprint TEXT NOT NULL,
      status INTEGER NOT NULL,
      body TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      PRIMARY KEY (account_id, key)
    ) STRICT, WITHOUT ROWID;
INSERT INTO store_facts ("name", "value") VALUES ('boot', 1);
INSERT INTO store_facts ("name", "value") VALUES ('cleanStop', 1);
INSERT INTO store_facts ("name", "value") VALUES ('minReader', 1);
INSERT INTO accounts ("id", "parent_id", "name", "status", "country", "features", "limits", "created_at") VALUES ('acc_root', NULL, 'Branch office', 'active', 'GB', '{"scheduledCall":true,"customCli":false}', '{"simultaneousScheduledCalls":10,"openRequests":1000,"latestStartSeconds":3600}', 1768467600000);
INSERT INTO accounts ("id", "parent_id", "name", "status", "country", "features", "limits", "created_at") VALUES ('acc_sub', 'acc_root', 'O''Neill & Söhne', 'active', 'GB', '{"scheduledCall":true,"customCli":false}', '{"simultaneousScheduledCalls":10,"openRequests":1000,"latestStartSeconds":3600}', 1768467600000);
INSERT INTO service_numbers ("id", "account_id", "number", "status", "description", "created_at") VALUES ('num_1', 'acc_root', '+441632960100', 'active', 'Main number', 1768467600000);
INSERT INTO plans ("id", "account_id", "name", "description", "active_version", "revision", "created_at", "updated_at") VALUES ('plan_1', 'acc_root', 'Callback', '', 1, 1, 1768467600000, 1768467600000);
INSERT INTO plan_versions ("plan_id", "version", "document", "created_at") VALUES ('plan_1', 1, '{"format":1,"name":"Callback","nodes":[]}', 1768467600000);
INSERT INTO assignments ("id", "service_number_id", "plan_id", "active", "created_at") VALUES ('asg_1', 'num_1', 'plan_1', 1, 1768467600000);
INSERT INTO audio_files ("id", "account_id", "slug", "description", "path", "duration_ms", "size_bytes", "created_at") VALUES ('aud_1', 'acc_root', 'welcome', '', 'audio/aud_1.wav', 2000, 32044, 1768467600000);
INSERT INTO trunks ("id", "name", "kind", "enabled", "prefixes", "priority", "max_calls", "calls_per_second", "sip", "analogue", "created_at") VALUES ('trk_1', 'card', 'analogue', 1, '["+4477009"]', 1, 4, 2.5, NULL, '{"channels":[1,2],"serviceNumber":"+441632960100"}', 1768467600000);
INSERT INTO tokens ("id", "account_id", "name", "hash", "created_at", "last_used_at", "expires_at") VALUES ('tok_1', 'acc_root', 'bootstrap', 'abababababababababababababababababababababababababababababababab', 1768467600000, NULL, NULL);
INSERT INTO requests ("id", "account_id", "service_number_id", "service_number", "first_party", "presentation_number", "scheduled_at", "due_at", "latest_start_at", "first_party_ring_seconds", "reference", "priority", "guarantee", "variables", "state", "outcome", "reason_code", "reason", "created_at", "updated_at", "final_at") VALUES ('req_1', 'acc_root', 'num_1', '+441632960100', '+447700900123', '+441632960100', 1768467660000, 1768467660000, 1768471260000, 45, NULL, 0, 'atMostOnce', '{}', 'queued', NULL, NULL, NULL, 1768467600000, 1768467600000, NULL);
INSERT INTO requests ("id", "account_id", "service_number_id", "service_number", "first_party", "presentation_number", "scheduled_at", "due_at", "latest_start_at", "first_party_ring_seconds", "reference", "priority", "guarantee", "variables", "state", "outcome", "reason_code", "reason", "created_at", "updated_at", "final_at") VALUES ('req_2', 'acc_root', 'num_1', '+441632960100', '+447700900123', '+441632960100', 1768467660000, 1768467660000, 1768471260000, 45, 'order 7', 0, 'atMostOnce', '{}', 'completed', 'answered', NULL, NULL, 1768467600000, 1768467600000, 1768467690000);
INSERT INTO request_counts ("account_id", "state", "outcome", "count", "newest_updated_at") VALUES ('acc_root', 'completed', 'answered', 1, 1768467600000);
INSERT INTO request_counts ("account_id", "state", "outcome", "count", "newest_updated_at") VALUES ('acc_root', 'queued', '', 1, 1768467600000);
INSERT INTO attempts ("id", "request_id", "number", "state", "due_at", "armed_at", "line_call_id", "line_from_tag", "seized_at", "answered_at", "ended_at", "outcome", "q850", "sip_status", "call_id", "reason_code", "reason", "tries") VALUES ('att_2', 'req_2', 1, 'ended', 1768467660000, 1768467658000, 'a1b2@branchline', 'c3d4', NULL, NULL, NULL, 'answered', 16, NULL, 'call_1', NULL, NULL, '[]');
INSERT INTO calls ("id", "account_id", "origin", "service_number_id", "request_id", "attempt_id", "plan_id", "plan_version", "from", "to", "start_at", "answered_at", "end_at", "expected_count") VALUES ('call_1', 'acc_root', 'scheduled', 'num_1', 'req_2', 'att_2', NULL, NULL, '+447700900123', '+441632960100', 1768467600000, NULL, 1768467690000, 1);
INSERT INTO cdrs ("id", "account_id", "call_id", "call_type", "leg_id", "parent_id", "request_id", "attempt_id", "from", "to", "start_at", "answered_at", "end_at", "clear_down", "tta_ms", "data") VALUES ('cdr_1', 'acc_root', 'call_1', 167, 'leg_1', NULL, 'req_2', 'att_2', '+447700900123', '+441632960100', 1768467600000, 1768467602000, 1768467609000, 16, 2000, '{}');
INSERT INTO idempotency ("account_id", "key", "fingerprint", "status", "body", "created_at") VALUES ('acc_root', 'k1', 'f1', 201, '{}', 1768467600000);
CREATE UNIQUE INDEX accounts_root ON accounts ((1)) WHERE parent_id IS NULL;
CREATE INDEX accounts_parent ON accounts (parent_id, id);
CREATE INDEX service_numbers_account ON service_numbers (account_id, id);
CREATE INDEX plans_account ON plans (account_id, id);
CREATE INDEX assignments_number ON assignments (service_number_id, id);
CREATE UNIQUE INDEX assignments_active ON assignments (service_number_id) WHERE active = 1;
CREATE INDEX assignments_plan ON assignments (plan_id, id);
CREATE INDEX audio_files_account ON audio_files (account_id, id);
CREATE INDEX tokens_account ON tokens (account_id, id);
CREATE INDEX requests_state ON requests (account_id, state, due_at, priority, id);
CREATE INDEX requests_service_number ON requests (service_number, due_at, priority, id);
CREATE INDEX requests_reference ON requests (reference, due_at, priority, id) WHERE reference IS NOT NULL;
CREATE INDEX requests_open ON requests (due_at, priority, id) WHERE final_at IS NULL;
CREATE INDEX requests_open_of_number ON requests (service_number_id) WHERE final_at IS NULL;
CREATE TRIGGER requests_inserted AFTER INSERT ON requests BEGIN
      INSERT INTO request_counts (account_id, state, outcome, count, newest_updated_at)
        VALUES (NEW.account_id, NEW.state, coalesce(NEW.outcome, ''), 1, NEW.updated_at)
        ON CONFLICT DO UPDATE SET count = count + 1, newest_updated_at = max(newest_updated_at, excluded.newest_updated_at);
    END;
CREATE TRIGGER requests_updated AFTER UPDATE ON requests BEGIN
      UPDATE request_counts SET count = count - 1
        WHERE account_id = OLD.account_id AND state = OLD.state AND outcome = coalesce(OLD.outcome, '');
      INSERT INTO request_counts (account_id, state, outcome, count, newest_updated_at)
        VALUES (NEW.account_id, NEW.state, coalesce(NEW.outcome, ''), 1, NEW.updated_at)
        ON CONFLICT DO UPDATE SET count = count + 1, newest_updated_at = max(newest_updated_at, excluded.newest_updated_at);
    END;
CREATE TRIGGER requests_deleted AFTER DELETE ON requests BEGIN
      UPDATE request_counts SET count = count - 1
        WHERE account_id = OLD.account_id AND state = OLD.state AND outcome = coalesce(OLD.outcome, '');
    END;
CREATE INDEX attempts_open ON attempts (due_at, id) WHERE state <> 'ended';
CREATE INDEX calls_account ON calls (account_id, start_at, id);
CREATE INDEX calls_request ON calls (request_id, start_at, id) WHERE request_id IS NOT NULL;
CREATE INDEX calls_open ON calls (start_at, id) WHERE end_at IS NULL;
CREATE INDEX cdrs_account ON cdrs (account_id, start_at, id);
CREATE INDEX cdrs_call ON cdrs (call_id, start_at, id);
CREATE INDEX cdrs_request ON cdrs (request_id, start_at, id) WHERE request_id IS NOT NULL;
CREATE INDEX idempotency_created ON idempotency (created_at);
PRAGMA user_version = 1;
COMMIT;
