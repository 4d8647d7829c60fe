import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import Database from 'better-sqlite3';

import { type Clock, silentLogger, SystemClock } from '../../src/core/index.js';
import {
  type AccountRecord,
  type AttemptRecord,
  type CallRecord,
  type CdrRecord,
  openStore,
  type PlanRecord,
  type RequestRecord,
  type ServiceNumberRecord,
  type Store,
  type StoreOptions,
  type TrunkRecord,
} from '../../src/store/index.js';

/** A real store in a directory of its own. */
export interface TestStore {
  readonly store: Store;
  readonly directory: string;
  /** Empties every table: much quicker than another store, whose threads have to start. */
  readonly clear: () => void;
  /** Closes the store and removes its files. */
  readonly remove: () => Promise<void>;
}

export function temporaryDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'branchline-test-'));
}

export async function openTestStore(options: Partial<StoreOptions> & { readonly clock?: Clock } = {}): Promise<TestStore> {
  const directory = options.directory ?? temporaryDirectory();
  const store = await openStore({ logger: silentLogger, clock: new SystemClock(), ...options, directory });
  const remove = async (): Promise<void> => {
    await store.close();
    rmSync(directory, { recursive: true, force: true });
  };
  return { store, directory, clear: () => clearTables(directory), remove };
}

function clearTables(directory: string): void {
  for (const file of ['branchline.db', 'trace.db']) {
    const database = new Database(join(directory, file));
    database.pragma('foreign_keys = OFF');
    const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'store_facts'").pluck().all() as string[];
    database.transaction(() => tables.sort().forEach((table) => database.exec(`DELETE FROM ${table}`)))();
    database.close();
  }
}

/** Records with plausible values for tests to override. All times are near `AT`. */
export const AT = Date.parse('2026-01-15T09:00:00Z');

export function accountRecord(values: Partial<AccountRecord> = {}): AccountRecord {
  return {
    id: 'acc_root',
    parentId: null,
    name: 'Branch office',
    status: 'active',
    country: 'GB',
    features: { scheduledCall: true, customCli: false },
    limits: { simultaneousScheduledCalls: 10, openRequests: 1000, latestStartSeconds: 3600 },
    createdAt: AT,
    ...values,
  };
}

export function serviceNumberRecord(values: Partial<ServiceNumberRecord> = {}): ServiceNumberRecord {
  return { id: 'num_1', accountId: 'acc_root', number: '+441632960100', status: 'active', description: 'Main number', createdAt: AT, ...values };
}

export function planRecord(values: Partial<PlanRecord> = {}): PlanRecord {
  return {
    id: 'plan_1',
    accountId: 'acc_root',
    name: 'Callback',
    description: '',
    activeVersion: null,
    revision: 1,
    createdAt: AT,
    updatedAt: AT,
    ...values,
  };
}

export function trunkRecord(values: Partial<TrunkRecord> = {}): TrunkRecord {
  return {
    id: 'trk_1',
    name: 'card',
    kind: 'analogue',
    enabled: true,
    prefixes: ['+4477009'],
    priority: 1,
    maxCalls: 4,
    callsPerSecond: 2.5,
    sip: null,
    analogue: { channels: [1, 2], serviceNumber: '+441632960100' },
    isdn: null,
    createdAt: AT,
    ...values,
  };
}

export function requestRecord(values: Partial<RequestRecord> = {}): RequestRecord {
  return {
    id: 'req_1',
    accountId: 'acc_root',
    serviceNumberId: 'num_1',
    serviceNumber: '+441632960100',
    firstParty: '+447700900123',
    presentationNumber: '+441632960100',
    scheduledAt: AT + 60_000,
    dueAt: AT + 60_000,
    latestStartAt: AT + 3_660_000,
    firstPartyRingSeconds: 45,
    reference: null,
    priority: 0,
    guarantee: 'atMostOnce',
    retry: '{}',
    variables: '{}',
    state: 'queued',
    outcome: null,
    reasonCode: null,
    reason: null,
    createdAt: AT,
    updatedAt: AT,
    finalAt: null,
    ...values,
  };
}

export function attemptRecord(values: Partial<AttemptRecord> = {}): AttemptRecord {
  return {
    id: 'att_1',
    requestId: 'req_1',
    number: 1,
    state: 'armed',
    dueAt: AT + 60_000,
    armedAt: AT + 58_000,
    lineCallId: 'a1b2@branchline',
    lineFromTag: 'c3d4',
    seizedAt: null,
    answeredAt: null,
    endedAt: null,
    outcome: null,
    q850: null,
    sipStatus: null,
    callId: null,
    reasonCode: null,
    reason: null,
    tries: [],
    ...values,
  };
}

export function callRecord(values: Partial<CallRecord> = {}): CallRecord {
  return {
    id: 'call_1',
    accountId: 'acc_root',
    origin: 'inbound',
    serviceNumberId: 'num_1',
    requestId: null,
    attemptId: null,
    planId: null,
    planVersion: null,
    from: '+447700900123',
    to: '+441632960100',
    startAt: AT,
    answeredAt: null,
    endAt: null,
    expectedCount: null,
    ...values,
  };
}

export function cdrRecord(values: Partial<CdrRecord> = {}): CdrRecord {
  return {
    id: 'cdr_1',
    accountId: 'acc_root',
    callId: 'call_1',
    callType: 1,
    legId: 'leg_1',
    parentId: null,
    requestId: null,
    attemptId: null,
    from: '+447700900123',
    to: '+441632960100',
    startAt: AT,
    answeredAt: AT + 2000,
    endAt: AT + 9000,
    clearDown: 16,
    ttaMs: 2000,
    data: '{}',
    ...values,
  };
}
