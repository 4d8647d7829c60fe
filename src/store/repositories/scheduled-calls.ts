import { byAccount, LOWEST_NUMBER, PagedList, type Query, type Reader } from '../reader.js';
import type { AttemptRecord, RequestRecord, RequestState } from '../records.js';
import type { DuePosition, Page, PageQuery, RequestCount, RequestFilter, ScheduledCallRepository, WriteCommand } from '../store.js';
import { type SqlRow, Table } from '../table.js';
import { operation, type Operations } from '../writer/operation.js';

const requests = new Table<RequestRecord>(
  'requests',
  {
    id: 'value',
    accountId: 'value',
    serviceNumberId: 'value',
    serviceNumber: 'value',
    firstParty: 'value',
    presentationNumber: 'value',
    scheduledAt: 'value',
    dueAt: 'value',
    latestStartAt: 'value',
    firstPartyRingSeconds: 'value',
    reference: 'value',
    priority: 'value',
    guarantee: 'value',
    retry: 'value',
    variables: 'value',
    state: 'value',
    outcome: 'value',
    reasonCode: 'value',
    reason: 'value',
    createdAt: 'value',
    updatedAt: 'value',
    finalAt: 'value',
  },
  ['id'],
  ['accountId', 'createdAt'],
);
const attempts = new Table<AttemptRecord>(
  'attempts',
  {
    id: 'value',
    requestId: 'value',
    number: 'value',
    state: 'value',
    dueAt: 'value',
    armedAt: 'value',
    lineCallId: 'value',
    lineFromTag: 'value',
    seizedAt: 'value',
    answeredAt: 'value',
    endedAt: 'value',
    outcome: 'value',
    q850: 'value',
    sipStatus: 'value',
    callId: 'value',
    reasonCode: 'value',
    reason: 'value',
    tries: 'json',
  },
  ['id'],
  ['requestId', 'number'],
);

const OPEN_STATES: readonly RequestState[] = ['queued', 'held', 'dialling', 'inProgress', 'waitingRetry'];
const FINAL_STATES: readonly RequestState[] = ['completed', 'failed', 'expired', 'deleted', 'interrupted'];
const ALL_STATES = [...OPEN_STATES, ...FINAL_STATES];

export const scheduledCallOperations = {
  'requests.insert': operation(requests.insert, { exists: 'The request exists already', refers: "The request's account does not exist" }),
  'requests.update': operation(`${requests.update} AND state IN (SELECT value FROM json_each(@expectedStates))`, {
    otherwise: 'The request is no longer in a state that allows this change, or does not exist',
  }),
  'attempts.insert': operation(attempts.insert, {
    exists: 'The request has an attempt of that id or number already',
    refers: "The attempt's request does not exist",
  }),
  'attempts.update': operation(attempts.update, { otherwise: 'The attempt does not exist' }),
} satisfies Operations;

const list = new PagedList<RequestRecord>('scheduledCalls', [LOWEST_NUMBER, LOWEST_NUMBER, ''], ({ dueAt, priority, id }) => [dueAt, priority, id]);

const BEHIND = '(due_at, priority, id) > (@key0, @key1, @key2)';
const IN_ORDER = 'ORDER BY due_at, priority, id';
const OPEN = 'final_at IS NULL';
/** Conditions of a list that is not walked by account and state. A parameter that is null asks for nothing. */
const FILTER = `account_id IN (SELECT value FROM json_each(@accountIds))
  AND state IN (SELECT value FROM json_each(@states))
  AND (@serviceNumber IS NULL OR service_number = @serviceNumber)`;

export class SqlScheduledCallRepository implements ScheduledCallRepository {
  readonly #byId: Query<RequestRecord>;
  readonly #byState: Query<RequestRecord>;
  readonly #byServiceNumber: Query<RequestRecord>;
  readonly #byReference: Query<RequestRecord>;
  readonly #due: Query<RequestRecord>;
  readonly #open: Query<RequestRecord>;
  readonly #counts: Query<RequestCount>;
  readonly #newest: Query<{ readonly at: number | null }>;
  readonly #anyOpenOfNumber: Query<{ readonly found: number }>;
  readonly #attempt: Query<AttemptRecord>;
  readonly #attempts: Query<AttemptRecord>;
  readonly #openAttempts: Query<AttemptRecord>;

  constructor(reader: Reader) {
    const { select } = requests;
    const decode = (row: object): AttemptRecord => attempts.decode(row);
    this.#byId = reader.query(`${select} WHERE id = @id`);
    this.#byState = reader.query(`${select} WHERE account_id = @accountId AND state = @state AND ${BEHIND} ${IN_ORDER} LIMIT @limit`);
    this.#byServiceNumber = reader.query(`${select} WHERE service_number = @serviceNumber AND ${BEHIND} AND ${FILTER} ${IN_ORDER} LIMIT @limit`);
    this.#byReference = reader.query(`${select} WHERE reference = @reference AND ${BEHIND} AND ${FILTER} ${IN_ORDER} LIMIT @limit`);
    this.#due = reader.query(
      `${select} WHERE ${OPEN} AND due_at < @before AND ${BEHIND} AND state IN ('queued', 'waitingRetry') ${IN_ORDER} LIMIT @limit`,
    );
    this.#open = reader.query(`${select} WHERE ${OPEN} ${IN_ORDER}`);
    this.#counts = reader.query(
      "SELECT state, nullif(outcome, '') AS outcome, count FROM request_counts WHERE account_id = @accountId AND count > 0",
    );
    this.#newest = reader.query('SELECT max(newest_updated_at) AS at FROM request_counts');
    this.#anyOpenOfNumber = reader.query(`SELECT 1 AS found FROM requests WHERE service_number_id = @id AND ${OPEN} LIMIT 1`);
    this.#attempt = reader.query(`${attempts.select} WHERE id = @id`, decode);
    this.#attempts = reader.query(`${attempts.select} WHERE request_id = @id ORDER BY number`, decode);
    this.#openAttempts = reader.query(`${attempts.select} WHERE state <> 'ended' ORDER BY due_at, id`, decode);
  }

  insert(record: RequestRecord): WriteCommand {
    return { operation: 'requests.insert', parameters: [requests.encode(record)] };
  }

  update(record: RequestRecord, expectedStates: readonly RequestState[]): WriteCommand {
    return { operation: 'requests.update', parameters: [{ ...requests.encode(record), expectedStates: JSON.stringify(expectedStates) }] };
  }

  get(id: string): RequestRecord | null {
    return this.#byId.get({ id });
  }

  list(filter: RequestFilter, page: PageQuery): Page<RequestRecord> {
    const states = filter.states ?? ALL_STATES;
    if (filter.reference !== undefined || filter.serviceNumber !== undefined) return this.#listFiltered(filter, states, page);
    const runs = [...new Set(filter.accountIds)].flatMap((accountId) => [...new Set(states)].map((state) => ({ accountId, state })));
    return list.page(this.#byState, runs, page);
  }

  #listFiltered(filter: RequestFilter, states: readonly RequestState[], page: PageQuery): Page<RequestRecord> {
    const run: SqlRow = {
      accountIds: JSON.stringify(filter.accountIds),
      states: JSON.stringify(states),
      serviceNumber: filter.serviceNumber ?? null,
      reference: filter.reference ?? null,
    };
    return list.page(filter.reference === undefined ? this.#byServiceNumber : this.#byReference, [run], page);
  }

  due(before: number, limit: number, after: DuePosition | null): readonly RequestRecord[] {
    return this.#due.all({ before, limit, key0: after?.dueAt ?? LOWEST_NUMBER, key1: after?.priority ?? LOWEST_NUMBER, key2: after?.id ?? '' });
  }

  open(): readonly RequestRecord[] {
    return this.#open.all();
  }

  countOpen(accountIds: readonly string[]): number {
    const open = this.counts(accountIds).filter(({ state }) => OPEN_STATES.includes(state));
    return open.reduce((sum, { count }) => sum + count, 0);
  }

  counts(accountIds: readonly string[]): readonly RequestCount[] {
    const sums = new Map<string, RequestCount>();
    for (const row of byAccount(accountIds).flatMap((run) => this.#counts.all(run))) {
      const key = `${row.state} ${row.outcome}`;
      sums.set(key, { ...row, count: row.count + (sums.get(key)?.count ?? 0) });
    }
    return [...sums.values()];
  }

  newestUpdatedAt(): number {
    return this.#newest.get()?.at ?? 0;
  }

  hasOpen(serviceNumberId: string): boolean {
    return this.#anyOpenOfNumber.get({ id: serviceNumberId }) !== null;
  }

  insertAttempt(record: AttemptRecord): WriteCommand {
    return { operation: 'attempts.insert', parameters: [attempts.encode(record)] };
  }

  updateAttempt(record: AttemptRecord): WriteCommand {
    return { operation: 'attempts.update', parameters: [attempts.encode(record)] };
  }

  attempts(requestId: string): readonly AttemptRecord[] {
    return this.#attempts.all({ id: requestId });
  }

  attempt(id: string): AttemptRecord | null {
    return this.#attempt.get({ id });
  }

  openAttempts(): readonly AttemptRecord[] {
    return this.#openAttempts.all();
  }
}
