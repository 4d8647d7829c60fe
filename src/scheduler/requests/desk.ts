import { BranchlineError, type Clock, delay } from '../../core/index.js';
import type { RequestRecord, RequestState, Store, WriteCommand } from '../../store/index.js';
import type { Arming } from '../attempts/arming.js';
import type { AttemptRunner } from '../attempts/attempt-runner.js';
import type { RecordKeeper } from '../attempts/record-keeper.js';
import type { Armed, Entry } from '../due/entry.js';
import { schedulerErrors } from '../errors.js';
import type { EventPort, SchedulerEventType } from '../ports.js';
import { closeRequest, eventOf, withdrawAttempt } from '../records.js';
import type { Schedule } from '../schedule.js';
import type { Acceptance } from './acceptance.js';
import type { RequestChange, RequestDraft } from './draft.js';
import { KeyedLock } from './keyed-lock.js';

const CHANGEABLE: readonly RequestState[] = ['queued', 'held', 'waitingRetry'];
/** Drafts checked in one go: a long batch must not keep the main thread. */
const CHECKED_AT_ONCE = 50;

/** What became of one request of a batch. */
export type AcceptanceResult = { readonly request: RequestRecord } | { readonly error: BranchlineError };

/** Commands that go into the same commit as what was accepted: the answer kept for an Idempotency-Key. */
export type Alongside<T> = (accepted: T) => readonly WriteCommand[];

export interface RequestDeskOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly events: EventPort;
  readonly acceptance: Acceptance;
  readonly arming: Arming;
  readonly schedule: Schedule;
  readonly runner: AttemptRunner;
  readonly keeper: RecordKeeper;
  readonly onWritten: () => void;
}

/** How a command changes a waiting request. */
interface Alteration {
  readonly request: RequestRecord;
  readonly event: SchedulerEventType;
  /** What an attempt armed already is ended with. */
  readonly reasonCode: string;
}

/** Takes requests in and changes them. A change takes the request out of memory first, then commits, so that it cannot be dialled half-changed. */
export class RequestDesk {
  readonly #options: RequestDeskOptions;
  readonly #lock = new KeyedLock();
  /** Accepted and not yet in the database, by account. */
  readonly #accepting = new Map<string, number>();

  constructor(options: RequestDeskOptions) {
    this.#options = options;
  }

  /** Accepts a request, durable when this resolves. Throws the code of the first check that fails. */
  async create(accountId: string, draft: RequestDraft, alongside: Alongside<RequestRecord>): Promise<RequestRecord> {
    const request = this.#options.acceptance.accept(accountId, draft);
    this.#checkRoom(accountId, 0);
    await this.#store([request], alongside(request));
    return request;
  }

  /** Accepts those that can be, all in one commit; each has its own result, in the order of the drafts. */
  async createBatch(
    accountId: string,
    drafts: readonly RequestDraft[],
    alongside: Alongside<readonly AcceptanceResult[]>,
  ): Promise<readonly AcceptanceResult[]> {
    const results: AcceptanceResult[] = [];
    const accepted: RequestRecord[] = [];
    for (const [index, draft] of drafts.entries()) {
      if (index > 0 && index % CHECKED_AT_ONCE === 0) await delay(this.#options.clock, 0);
      const result = this.#try(accountId, draft, accepted.length);
      results.push(result);
      if ('request' in result) accepted.push(result.request);
    }
    await this.#store(accepted, alongside(results));
    return results;
  }

  update(requestId: string, change: RequestChange): Promise<RequestRecord> {
    return this.#alter(requestId, (record) => ({
      request: this.#options.acceptance.change(record, change),
      event: 'request.changed',
      reasonCode: 'requestChanged',
    }));
  }

  delete(requestId: string): Promise<RequestRecord> {
    return this.#alter(requestId, (record) => ({
      request: closeRequest(record, this.#options.clock.now(), 'deleted'),
      event: 'request.deleted',
      reasonCode: 'requestDeleted',
    }));
  }

  hold(requestId: string): Promise<RequestRecord> {
    return this.#alter(requestId, (record) => ({
      request: { ...record, state: 'held', updatedAt: this.#options.clock.now() },
      event: 'request.held',
      reasonCode: 'requestHeld',
    }));
  }

  release(requestId: string): Promise<RequestRecord> {
    return this.#alter(requestId, (record) => {
      if (record.state !== 'held') throw wrongState(record, 'released', 'held');
      const now = this.#options.clock.now();
      // Asked for "now" and due later: it was held while it waited for its retry.
      const state = record.scheduledAt === null && record.dueAt > now ? 'waitingRetry' : 'queued';
      return {
        request: { ...record, state, updatedAt: now },
        event: 'request.released',
        reasonCode: 'requestChanged',
      };
    });
  }

  runNow(requestId: string): Promise<RequestRecord> {
    return this.#alter(requestId, (record) => {
      const now = this.#options.clock.now();
      const latest = (this.#options.store.accounts.get(record.accountId)?.limits.latestStartSeconds ?? 0) * 1000;
      return {
        request: {
          ...record,
          state: 'queued',
          scheduledAt: null,
          dueAt: now,
          latestStartAt: Math.max(record.latestStartAt, now + latest),
          updatedAt: now,
        },
        event: 'request.changed',
        reasonCode: 'requestChanged',
      };
    });
  }

  /** Ends a request that could not be started in time. Rejects where it cannot be written. */
  expire(entry: Entry): Promise<void> {
    const requestId = entry.id;
    return this.#lock.run(requestId, async () => {
      const { store, clock, events } = this.#options;
      await entry.arming;
      const record = store.scheduledCalls.get(requestId);
      const now = clock.now();
      if (record === null || !['queued', 'waitingRetry'].includes(record.state) || record.latestStartAt >= now) return;
      const reason = 'It could not be started before its latest start';
      const request = closeRequest(record, now, 'expired', { reasonCode: 'expired', reason });
      const event = events.prepare(eventOf('request.expired', now, request, { reason }));
      const open = store.scheduledCalls.attempts(requestId).filter(({ state }) => state === 'armed');
      const ended = open.map((attempt) => store.scheduledCalls.updateAttempt(withdrawAttempt(attempt, now, 'expired', reason)));
      await store.commit(store.scheduledCalls.update(request, CHANGEABLE), ...ended, event.command);
      event.publish();
    });
  }

  #try(accountId: string, draft: RequestDraft, before: number): AcceptanceResult {
    try {
      const request = this.#options.acceptance.accept(accountId, draft);
      this.#checkRoom(accountId, before);
      return { request };
    } catch (error) {
      if (error instanceof BranchlineError && error.code.kind === 'user') return { error };
      throw error;
    }
  }

  #checkRoom(accountId: string, before: number): void {
    const { accounts, scheduledCalls } = this.#options.store;
    const limit = accounts.get(accountId)?.limits.openRequests ?? 0;
    const open = scheduledCalls.countOpen([accountId]) + (this.#accepting.get(accountId) ?? 0) + before;
    if (open < limit) return;
    throw new BranchlineError(
      schedulerErrors.tooManyOpenRequests,
      `The account has ${open} open Scheduled Calls and may have ${limit}: wait for some to end, or delete some`,
    );
  }

  /** Commits new requests, with the first attempt of those that are due so soon that it could not be armed later. */
  async #store(requests: readonly RequestRecord[], alongside: readonly WriteCommand[]): Promise<void> {
    const { store, schedule, events } = this.#options;
    const { scheduledCalls } = store;
    const made = requests.map((request) => ({ request, armed: this.#armAtOnce(request, 1) }));
    const accepted = requests.map((request) => events.prepare(eventOf('request.accepted', request.createdAt, request, { dueAt: request.dueAt })));
    for (const { id, accountId } of requests) {
      this.#count(accountId, 1);
      schedule.lock(id);
    }
    try {
      await this.#commit([
        ...requests.map((request) => scheduledCalls.insert(request)),
        ...made.flatMap(({ armed }) => (armed === null ? [] : [scheduledCalls.insertAttempt(armed.attempt)])),
        ...accepted.map((event) => event.command),
        ...alongside,
      ]);
    } finally {
      for (const { id, accountId } of requests) {
        this.#count(accountId, -1);
        schedule.unlock(id);
      }
    }
    for (const { request, armed } of made) schedule.add(request, armed);
    for (const event of accepted) event.publish();
  }

  #count(accountId: string, step: 1 | -1): void {
    this.#accepting.set(accountId, (this.#accepting.get(accountId) ?? 0) + step);
  }

  #alter(requestId: string, make: (record: RequestRecord) => Alteration): Promise<RequestRecord> {
    return this.#lock.run(requestId, async () => {
      const record = this.#changeable(requestId);
      const alteration = make(record);
      const entry = this.#options.schedule.take(requestId);
      let result: { request: RequestRecord; armed: Armed | null } | null = null;
      try {
        await entry?.arming;
        result = await this.#commitAlteration(alteration, entry);
        return result.request;
      } finally {
        this.#options.schedule.unlock(requestId);
        if (result !== null) this.#waitAgain(result.request, result.armed);
        else if (entry !== null) this.#options.schedule.putBack(entry);
        else this.#waitAgain(record, null);
      }
    });
  }

  async #commitAlteration({ request, event, reasonCode }: Alteration, entry: Entry | null): Promise<{ request: RequestRecord; armed: Armed | null }> {
    const { store, clock, events } = this.#options;
    const { scheduledCalls } = store;
    const now = clock.now();
    const armed = request.state === 'queued' ? this.#armAtOnce(request, scheduledCalls.attempts(request.id).length + 1) : null;
    const told = events.prepare(eventOf(event, now, request, { state: request.state, dueAt: request.dueAt }));
    const withdrawn =
      entry?.armed === null || entry === null
        ? []
        : [scheduledCalls.updateAttempt(withdrawAttempt(entry.armed.attempt, now, reasonCode, 'The request was changed before it was dialled'))];
    const inserted = armed === null ? [] : [scheduledCalls.insertAttempt(armed.attempt)];
    await this.#commit([scheduledCalls.update(request, CHANGEABLE), ...withdrawn, ...inserted, told.command]);
    told.publish();
    return { request, armed };
  }

  #waitAgain(request: RequestRecord, armed: Armed | null): void {
    if (request.state === 'queued' || request.state === 'waitingRetry') this.#options.schedule.add(request, armed);
  }

  #changeable(requestId: string): RequestRecord {
    const { store, runner, keeper } = this.#options;
    const record = keeper.newest(requestId)?.request ?? store.scheduledCalls.get(requestId);
    if (record === null) throw new BranchlineError(schedulerErrors.notFound, `There is no Scheduled Call ${requestId}`);
    if (!CHANGEABLE.includes(record.state) || runner.has(requestId)) throw wrongState(record, 'changed', 'queued, held or waitingRetry');
    return record;
  }

  /** The attempt to commit together with its request: it is due before it could be armed by itself. Null: there is time, or no room. */
  #armAtOnce(request: RequestRecord, number: number): Armed | null {
    const { arming, clock } = this.#options;
    const immediate = request.scheduledAt === null;
    const soon = request.dueAt - clock.now() <= arming.leadMs() && arming.hasRoom(request.accountId);
    return immediate || soon ? { request, attempt: arming.attemptOf(request, number) } : null;
  }

  async #commit(commands: readonly WriteCommand[]): Promise<void> {
    if (commands.length === 0) return;
    await this.#options.store.commit(...commands);
    this.#options.onWritten();
  }
}

function wrongState(record: RequestRecord, what: string, needed: string): BranchlineError {
  const state = ['queued', 'held', 'waitingRetry'].includes(record.state) && what === 'changed' ? 'being dialled' : record.state;
  return new BranchlineError(schedulerErrors.wrongState, `Scheduled Call ${record.id} is ${state}: it can be ${what} only while ${needed}`);
}
