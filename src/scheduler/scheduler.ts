import { join } from 'node:path';

import { BranchlineError, type Clock, delay, type Logger } from '../core/index.js';
import type { AttemptRecord, Page, PageQuery, RequestFilter, RequestRecord, Store } from '../store/index.js';
import { type Dialler, parseAddress, type TrunkDirectory } from '../telephony/index.js';
import { Arming } from './attempts/arming.js';
import { AttemptRunner } from './attempts/attempt-runner.js';
import { Journal, type JournalContents } from './attempts/journal.js';
import { RecordKeeper } from './attempts/record-keeper.js';
import { ClockWatch } from './due/clock-watch.js';
import type { Entry } from './due/entry.js';
import { type LineWait, lineWait } from './due/line-wait.js';
import { schedulerErrors } from './errors.js';
import type { SchedulerPorts } from './ports.js';
import { recover, type RecoveryReport } from './recovery.js';
import { Acceptance } from './requests/acceptance.js';
import { Admission } from './requests/admission.js';
import { type AcceptanceResult, type Alongside, RequestDesk } from './requests/desk.js';
import type { RequestChange, RequestDraft } from './requests/draft.js';
import { type RequestStatistics, type RequestView, statisticsOf, type WhyNotYet } from './requests/views.js';
import { Schedule } from './schedule.js';

/** A stop must be over in 5 s (SIGTERM), the other rooms' included. */
const STOP_PATIENCE_MS = 3_500;
const RETRY_MS = 1_000;

export interface SchedulerOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The journal and the clock's mark lie in `scheduler/` below it; it exists. */
  readonly stateDirectory: string;
  /** The kernel's boot id (`readBootId()`). */
  readonly bootId: string;
  readonly dialler: Dialler;
  /** Whether a line would be free. */
  readonly trunks: Pick<TrunkDirectory, 'select'>;
  readonly ports: SchedulerPorts;
}

/** What health and the console are told. */
export interface SchedulerStatus {
  readonly running: boolean;
  /** Attempts being dialled or talking. */
  readonly inProgress: number;
  /** Attempts whose last state is not in the database yet. */
  readonly unwritten: number;
  /** Null: the clock is trusted; else why not. */
  readonly clockDistrust: string | null;
  /** What the start found; null while recovery waits for the database. */
  readonly recovery: RecoveryReport | null;
}

/**
 * Accepts requests, dials each First Party at its moment, never early, and keeps what became of it. To an account its own requests and those of
 * its sub accounts exist; another's are `notFound`.
 */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #journal: Journal;
  readonly #watch: ClockWatch;
  readonly #admission: Admission;
  readonly #keeper: RecordKeeper;
  readonly #runner: AttemptRunner;
  readonly #schedule: Schedule;
  readonly #desk: RequestDesk;
  readonly #stopping = new AbortController();
  #running = false;
  #recovery: RecoveryReport | null = null;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    const { store, clock, logger, ports, dialler } = options;
    const directory = join(options.stateDirectory, 'scheduler');
    const limitOf = (accountId: string): number => store.accounts.get(accountId)?.limits.simultaneousScheduledCalls ?? 1;
    this.#journal = new Journal(directory, options.bootId);
    this.#watch = new ClockWatch({
      clock,
      logger,
      directory,
      newestInDatabase: store.scheduledCalls.newestUpdatedAt(),
      onStep: () => this.#schedule.look(),
    });
    this.#admission = new Admission(store, ports.plans);
    const arming = new Arming({ store, clock, logger, limitOf });
    this.#keeper = new RecordKeeper({ store, clock, logger, events: ports.events, onKept: (attemptId) => this.#kept(attemptId) });
    this.#runner = new AttemptRunner({
      store,
      clock,
      logger,
      ports,
      dialler,
      admission: this.#admission,
      keeper: this.#keeper,
      journal: this.#journal,
      onFinished: (entry) => this.#schedule.finished(entry.accountId),
      onWaiting: (request) => this.#schedule.add(request),
    });
    const dispatch = { limitOf, lineWait: (entry: Entry) => this.#lineWait(entry), expire: (entry: Entry) => void this.#expire(entry) };
    this.#schedule = new Schedule({ clock, logger, store, watch: this.#watch, arming, runner: this.#runner, keeper: this.#keeper, dispatch });
    const acceptance = new Acceptance(store, clock, this.#admission);
    this.#desk = new RequestDesk({
      store,
      clock,
      events: ports.events,
      acceptance,
      arming,
      schedule: this.#schedule,
      runner: this.#runner,
      keeper: this.#keeper,
      onWritten: () => this.#watch.noteWritten(),
    });
  }

  /**
   * Deals with what the last process left open, then begins to dial. Where the database cannot be written it resolves all the same and goes on
   * trying; nobody is dialled before.
   */
  async start(): Promise<void> {
    const journal = this.#journal.read();
    if (await this.#recover(journal)) return;
    void this.#recoverLater(journal);
  }

  /** No new attempts; calls are ended; last records written. Resolves within 3.5 s, whatever hangs. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#schedule.stop();
    this.#watch.stop();
    if (!this.#running) return;
    this.#running = false;
    const patience = new AbortController();
    await Promise.race([this.#runner.stop(), delay(this.#options.clock, STOP_PATIENCE_MS, patience.signal).catch(() => undefined)]);
    patience.abort();
    this.#keeper.stop();
    this.#journal.close();
  }

  get status(): SchedulerStatus {
    return {
      running: this.#running,
      inProgress: this.#runner.size,
      unwritten: this.#keeper.size,
      clockDistrust: this.#watch.distrust,
      recovery: this.#recovery,
    };
  }

  /** Someone has seen that the clock is right (DESIGN.md §6.10). */
  confirmClock(): void {
    this.#watch.confirm();
  }

  /** Accepts one request for `accountId`; durable when it resolves. `alongside` makes commands for the same commit. Throws the first check that fails. */
  async createRequest(accountId: string, draft: RequestDraft, alongside: Alongside<RequestRecord> = () => []): Promise<RequestRecord> {
    this.#checkRunning();
    return this.#desk.create(accountId, draft, alongside);
  }

  /** Accepts what can be accepted of up to 1,000, all in one commit; each has its own result, in their order. */
  async createRequests(
    accountId: string,
    drafts: readonly RequestDraft[],
    alongside: Alongside<readonly AcceptanceResult[]> = () => [],
  ): Promise<readonly AcceptanceResult[]> {
    this.#checkRunning();
    return this.#desk.createBatch(accountId, drafts, alongside);
  }

  /** A request with its attempts and why it waits. */
  get(accountId: string, requestId: string): RequestView {
    const request = this.#find(accountId, requestId);
    const attempts = this.#attemptsOf(requestId);
    return { request, attempts, callIds: attempts.flatMap(({ callId }) => callId ?? []), whyNotYet: this.#whyNotYet(request) };
  }

  /** By due moment, priority, id. Whether the caller may see `filter.accountIds` is the API's matter. */
  list(filter: RequestFilter, page: PageQuery): Page<RequestRecord> {
    const { rows, after } = this.#options.store.scheduledCalls.list(filter, page);
    return { rows: rows.map((row) => this.#keeper.told(row.id)?.request ?? row), after };
  }

  /** Changes what is given. Throws `wrongState` once it is being dialled. */
  async updateRequest(accountId: string, requestId: string, change: RequestChange): Promise<RequestRecord> {
    this.#find(accountId, requestId);
    return this.#desk.update(requestId, change);
  }

  async deleteRequest(accountId: string, requestId: string): Promise<RequestRecord> {
    this.#find(accountId, requestId);
    return this.#desk.delete(requestId);
  }

  async holdRequest(accountId: string, requestId: string): Promise<RequestRecord> {
    this.#find(accountId, requestId);
    return this.#desk.hold(requestId);
  }

  async releaseRequest(accountId: string, requestId: string): Promise<RequestRecord> {
    this.#find(accountId, requestId);
    return this.#desk.release(requestId);
  }

  /** Makes it immediate. */
  async runRequestNow(accountId: string, requestId: string): Promise<RequestRecord> {
    this.#checkRunning();
    this.#find(accountId, requestId);
    return this.#desk.runNow(requestId);
  }

  /** Ends its call, ringing or talking; the records follow. Throws `wrongState` where there is none. */
  hangUp(accountId: string, requestId: string): RequestRecord {
    const request = this.#find(accountId, requestId);
    if (this.#runner.cancel(requestId, 'hungUp')) return request;
    throw new BranchlineError(schedulerErrors.wrongState, `Scheduled Call ${requestId} is ${request.state}: there is no call to hang up`);
  }

  statistics(accountIds: readonly string[]): RequestStatistics {
    return statisticsOf(this.#options.store.scheduledCalls.counts(accountIds));
  }

  /** True where recovery is done and dialling has begun. */
  async #recover(journal: JournalContents): Promise<boolean> {
    const { store, clock, ports, logger } = this.#options;
    try {
      this.#recovery = await recover({ store, events: ports.events, journal, now: clock.now(), clockTrusted: this.#watch.trusted });
      this.#journal.open();
    } catch (error) {
      logger.error({ error }, 'What the last run left open could not be dealt with: no Scheduled Call is dialled until it is');
      return false;
    }
    if (this.#stopping.signal.aborted) return true;
    logger.info({ ...this.#recovery }, 'Scheduled Calls begin');
    this.#running = true;
    this.#watch.start();
    this.#schedule.start();
    return true;
  }

  async #recoverLater(journal: JournalContents): Promise<void> {
    do {
      await delay(this.#options.clock, RETRY_MS, this.#stopping.signal).catch(() => undefined);
    } while (!this.#stopping.signal.aborted && !(await this.#recover(journal)));
  }

  #kept(attemptId: string): void {
    this.#journal.release(attemptId);
    this.#watch.noteWritten();
  }

  async #expire(entry: Entry): Promise<void> {
    try {
      await this.#desk.expire(entry);
    } catch (error) {
      this.#options.logger.warn({ error, requestId: entry.id }, 'That a Scheduled Call expired could not be written: trying again');
      this.#options.clock.after(RETRY_MS, () => this.#offerAgain(entry.id));
    }
  }

  /** The schedule finds again that it is late. */
  #offerAgain(requestId: string): void {
    const request = this.#options.store.scheduledCalls.get(requestId);
    if (request !== null && (request.state === 'queued' || request.state === 'waitingRetry')) this.#schedule.add(request);
  }

  #lineWait(entry: Entry): LineWait | null {
    const { store, trunks } = this.#options;
    const request = entry.armed?.request ?? store.scheduledCalls.get(entry.id);
    if (request === null) return null;
    try {
      return lineWait(trunks, parseAddress(request.firstParty, store.accounts.get(request.accountId)?.country));
    } catch {
      // An address that cannot be read any more is refused by the attempt, with its reason.
      return null;
    }
  }

  #checkRunning(): void {
    if (!this.#running)
      throw new BranchlineError(schedulerErrors.notRunning, 'Scheduled Calls are not taken now: the service is starting or stopping; try again');
  }

  #find(accountId: string, requestId: string): RequestRecord {
    const { scheduledCalls, accounts } = this.#options.store;
    const request = this.#keeper.told(requestId)?.request ?? scheduledCalls.get(requestId);
    if (request !== null && accounts.subtreeIds(accountId).includes(request.accountId)) return request;
    throw new BranchlineError(schedulerErrors.notFound, `There is no Scheduled Call ${requestId}`);
  }

  #attemptsOf(requestId: string): readonly AttemptRecord[] {
    const current = this.#keeper.told(requestId)?.attempt;
    return this.#options.store.scheduledCalls.attempts(requestId).map((attempt) => (attempt.id === current?.id ? current : attempt));
  }

  #whyNotYet(request: RequestRecord): WhyNotYet[] {
    if (request.state === 'held') return [{ code: 'held', message: 'It is held: release it' }];
    if ((request.state !== 'queued' && request.state !== 'waitingRetry') || this.#runner.has(request.id)) return [];
    const why: WhyNotYet[] = [];
    const { clock } = this.#options;
    const distrust = request.scheduledAt === null ? null : this.#watch.distrust;
    if (distrust !== null) why.push({ code: 'clockUntrusted', message: `The clock is not trusted (${distrust}): confirm it` });
    if (request.dueAt > clock.now()) {
      if (request.state === 'waitingRetry') why.push({ code: 'waitingRetry', message: 'It waits for its next attempt' });
      else why.push({ code: 'notDueYet', message: 'Its moment has not come' });
    }
    const waiting = this.#schedule.whyWaiting(request.id);
    if (waiting !== null) why.push(waiting);
    return [...why, ...this.#wouldBeRefused(request)];
  }

  #wouldBeRefused(request: RequestRecord): WhyNotYet[] {
    const verdict = this.#admission.serviceNumber(this.#options.store.accounts.get(request.accountId), request.serviceNumber);
    return verdict.admitted ? [] : [{ code: 'wouldBeRefused', message: verdict.message, refusalCode: verdict.code.name }];
  }
}
