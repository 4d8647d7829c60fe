import { byAccount, LOWEST_NUMBER, PagedList, type Query, type Reader } from '../reader.js';
import type { CallRecord, CdrRecord } from '../records.js';
import type { CallFilter, CallRepository, Page, PageQuery, WriteCommand } from '../store.js';
import { type SqlRow, Table } from '../table.js';
import { operation, type Operations } from '../writer/operation.js';

const calls = new Table<CallRecord>(
  'calls',
  {
    id: 'value',
    accountId: 'value',
    origin: 'value',
    serviceNumberId: 'value',
    requestId: 'value',
    attemptId: 'value',
    planId: 'value',
    planVersion: 'value',
    from: 'value',
    to: 'value',
    startAt: 'value',
    answeredAt: 'value',
    endAt: 'value',
    expectedCount: 'value',
  },
  ['id'],
  ['accountId', 'requestId', 'startAt'],
);
const cdrs = new Table<CdrRecord>(
  'cdrs',
  {
    id: 'value',
    accountId: 'value',
    callId: 'value',
    callType: 'value',
    legId: 'value',
    parentId: 'value',
    requestId: 'value',
    attemptId: 'value',
    from: 'value',
    to: 'value',
    startAt: 'value',
    answeredAt: 'value',
    endAt: 'value',
    clearDown: 'value',
    ttaMs: 'value',
    data: 'value',
  },
  ['id'],
);

export const callOperations = {
  'calls.insert': operation(calls.insert, { exists: 'The call exists already', refers: "The call's account, request or attempt does not exist" }),
  'calls.update': operation(calls.update, { otherwise: 'The call does not exist', refers: "The call's attempt does not exist" }),
  'cdrs.insert': operation(cdrs.insert, { exists: 'The CDR exists already', refers: "The CDR's account does not exist" }),
} satisfies Operations;

const LOWEST = [LOWEST_NUMBER, ''] as const;
const callList = new PagedList<CallRecord>('calls', LOWEST, ({ startAt, id }) => [startAt, id]);
const cdrList = new PagedList<CdrRecord>('cdrs', LOWEST, ({ startAt, id }) => [startAt, id]);

const PAGE = '(start_at, id) > (@key0, @key1) AND start_at < @to ORDER BY start_at, id LIMIT @limit';
const IN_ACCOUNTS = 'account_id IN (SELECT value FROM json_each(@accountIds))';

/** The queries of a list of calls or CDRs: by account, by request, by call. */
interface CallQueries<R> {
  readonly byAccount: Query<R>;
  readonly byRequest: Query<R>;
  readonly byCall: Query<R>;
}

export class SqlCallRepository implements CallRepository {
  readonly #byId: Query<CallRecord>;
  readonly #open: Query<CallRecord>;
  readonly #cdrsOfCall: Query<CdrRecord>;
  readonly #calls: CallQueries<CallRecord>;
  readonly #cdrs: CallQueries<CdrRecord>;

  constructor(reader: Reader) {
    this.#byId = reader.query(`${calls.select} WHERE id = @id`);
    this.#open = reader.query(`${calls.select} WHERE end_at IS NULL ORDER BY start_at, id`);
    this.#cdrsOfCall = reader.query(`${cdrs.select} WHERE call_id = @id ORDER BY start_at, id`);
    this.#calls = queries(reader, calls.select, 'id');
    this.#cdrs = queries(reader, cdrs.select, 'call_id');
  }

  insert(record: CallRecord): WriteCommand {
    return { operation: 'calls.insert', parameters: [calls.encode(record)] };
  }

  update(record: CallRecord): WriteCommand {
    return { operation: 'calls.update', parameters: [calls.encode(record)] };
  }

  get(id: string): CallRecord | null {
    return this.#byId.get({ id });
  }

  list(filter: CallFilter, page: PageQuery): Page<CallRecord> {
    return pageOf(callList, this.#calls, filter, page);
  }

  open(): readonly CallRecord[] {
    return this.#open.all();
  }

  insertCdr(record: CdrRecord): WriteCommand {
    return { operation: 'cdrs.insert', parameters: [cdrs.encode(record)] };
  }

  cdrs(filter: CallFilter, page: PageQuery): Page<CdrRecord> {
    return pageOf(cdrList, this.#cdrs, filter, page);
  }

  cdrsOfCall(callId: string): readonly CdrRecord[] {
    return this.#cdrsOfCall.all({ id: callId });
  }
}

function queries<R>(reader: Reader, select: string, callColumn: string): CallQueries<R> {
  return {
    byAccount: reader.query(`${select} WHERE account_id = @accountId AND ${PAGE}`),
    byRequest: reader.query(`${select} WHERE request_id = @requestId AND ${IN_ACCOUNTS} AND ${PAGE}`),
    byCall: reader.query(
      `${select} WHERE ${callColumn} = @callId AND (@requestId IS NULL OR request_id = @requestId) AND ${IN_ACCOUNTS} AND ${PAGE}`,
    ),
  };
}

function pageOf<R>(list: PagedList<R>, { byAccount: ofAccount, byRequest, byCall }: CallQueries<R>, filter: CallFilter, page: PageQuery): Page<R> {
  const to = filter.to ?? Number.MAX_SAFE_INTEGER;
  const floor = [filter.from ?? LOWEST_NUMBER, ''];
  if (filter.callId === undefined && filter.requestId === undefined) {
    const runs = byAccount(filter.accountIds).map((run) => ({ ...run, to }));
    return list.page(ofAccount, runs, page, floor);
  }
  const accountIds = JSON.stringify(filter.accountIds);
  const run: SqlRow = { accountIds, to, requestId: filter.requestId ?? null, callId: filter.callId ?? null };
  return list.page(filter.callId === undefined ? byRequest : byCall, [run], page, floor);
}
