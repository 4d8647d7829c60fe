import { BranchlineError, type Clock, coreErrors, delay, type ErrorCode, type Logger, newId } from '../../core/index.js';
import type { AccountRecord, AttemptRecord, RequestRecord, Store } from '../../store/index.js';
import { type Address, type Call, type Cli, type Dialler, type DialResult, type Leg, parseAddress } from '../../telephony/index.js';
import type { Entry } from '../due/entry.js';
import type { PlanReference, SchedulerPorts } from '../ports.js';
import { type AttemptEnd, closeRequest, endAttempt, eventOf, interrupt, refusal, waitForRetry, withdrawAttempt } from '../records.js';
import type { Admission, Verdict } from '../requests/admission.js';
import type { Journal } from './journal.js';
import { type CancelCause, LiveAttempt } from './live-attempt.js';
import type { RecordKeeper } from './record-keeper.js';
import { nextAttempt } from './retry.js';

/** A call's legs may take so long to go before the request's record goes ahead. */
const CALL_END_PATIENCE_MS = 2_000;
/** Q.850 causes that we give. */
const NORMAL_CLEARING = 16;
const TEMPORARY_FAILURE = 41;
/** Type of a First Party's CDR. */
const FIRST_PARTY = 167;

export interface AttemptRunnerOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly ports: SchedulerPorts;
  readonly dialler: Dialler;
  readonly admission: Admission;
  readonly keeper: RecordKeeper;
  readonly journal: Journal;
  /** The attempt is over; its record is on its way. */
  readonly onFinished: (entry: Entry) => void;
  /** The request waits again: for a retry, or because nobody was dialled. Its record is in the database. */
  readonly onWaiting: (request: RequestRecord) => void;
}

/** How an attempt came out: what its request becomes, and the words for it. */
type Ending =
  | { readonly kind: 'completed'; readonly reasonCode: string | null; readonly reason: string | null }
  | { readonly kind: 'failed'; readonly end: AttemptEnd }
  /** The First Party was not reached: its retry rules say whether it is dialled again. */
  | { readonly kind: 'notReached'; readonly end: AttemptEnd; readonly kept: readonly AttemptRecord[] }
  | { readonly kind: 'interrupted'; readonly reason: string }
  | { readonly kind: 'notDialled'; readonly reasonCode: string; readonly reason: string };

/**
 * Makes attempts: checks again, dials the First Party, runs the plan, and sees to it that every attempt ends in exactly one record. From `start` to
 * the line's seizure nothing is waited for and nothing but the journal is written.
 */
export class AttemptRunner {
  readonly #options: AttemptRunnerOptions;
  readonly #live = new Map<string, LiveAttempt>();
  readonly #running = new Set<Promise<void>>();

  constructor(options: AttemptRunnerOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#live.size;
  }

  has(requestId: string): boolean {
    return this.#live.has(requestId);
  }

  /** Dials an armed entry's First Party now. */
  start(entry: Entry): void {
    if (entry.armed === null) throw new BranchlineError(coreErrors.bug, `Scheduled Call ${entry.id} is not armed`);
    const live = new LiveAttempt(entry, entry.armed, this.#options.clock.now());
    this.#live.set(entry.id, live);
    const run = this.#run(live).finally(() => this.#running.delete(run));
    this.#running.add(run);
  }

  /** Ends a request's call; false where it has none. */
  cancel(requestId: string, cause: CancelCause): boolean {
    const live = this.#live.get(requestId);
    if (live === undefined) return false;
    live.cancel(cause);
    void live.call
      ?.end(NORMAL_CLEARING)
      .catch((error: unknown) => this.#options.logger.warn({ error, requestId }, 'The end of a call could not be written'));
    return true;
  }

  /** Ends all calls. Resolves when their records are in the database. */
  async stop(): Promise<void> {
    for (const requestId of [...this.#live.keys()]) this.cancel(requestId, 'serviceStopped');
    await Promise.allSettled(this.#running);
  }

  async #run(live: LiveAttempt): Promise<void> {
    let ending: Ending;
    try {
      ending = await this.#attempt(live);
    } catch (error) {
      this.#options.logger.error({ error, requestId: live.request.id }, 'A Scheduled Call failed inside');
      void live.call?.end(TEMPORARY_FAILURE).catch(() => undefined);
      ending = failed({ outcome: 'failed', reasonCode: 'internal', reason: 'Something went wrong inside: the log has the details' });
    }
    this.#live.delete(live.request.id);
    const kept = this.#conclude(live, ending);
    this.#options.onFinished(live.entry);
    await kept;
    if (live.request.state === 'queued' || live.request.state === 'waitingRetry') this.#options.onWaiting(live.request);
  }

  async #attempt(live: LiveAttempt): Promise<Ending> {
    const { ports, clock } = this.#options;
    const account = this.#options.store.accounts.get(live.request.accountId);
    const verdict = this.#admit(account, live.request);
    if (!verdict.admitted) return failed(refusal(verdict.code, verdict.message));
    const to = this.#address(live.request, account);
    if ('code' in to) return failed(refusal(to.code, to.message));
    const callId = newId('call', clock);
    live.update({}, { callId });
    // Not waited for: its record is written beside the call.
    const calling = ports.calls.create(identityOf(live, callId), live.startedAt).then((call) => (live.call = call));
    calling.catch((error: unknown) => this.#options.logger.error({ error, requestId: live.request.id }, 'A call could not be made'));
    const result = await this.#dial(live, to, calling);
    live.update({}, { tries: result.tries, q850: result.q850, sipStatus: result.sipStatus === 0 ? null : result.sipStatus, outcome: result.outcome });
    if (result.outcome === 'answered' && result.leg !== null) return this.#serve(live, calling, result.leg, verdict.plan);
    await this.#endUnanswered(live, calling, result);
    // Read here, where a database that cannot be read fails the attempt and no more: its end is written in any case.
    const kept = live.request.retry === '{}' ? [] : this.#options.store.scheduledCalls.attempts(live.request.id);
    return unanswered(live, result, kept);
  }

  #admit(account: AccountRecord | null, request: RequestRecord): Verdict {
    const verdict = this.#options.admission.serviceNumber(account, request.serviceNumber);
    if (!verdict.admitted || account === null) return verdict;
    const notPresentable = this.#options.admission.presentation(account, request.presentationNumber, request.serviceNumber);
    return notPresentable === null
      ? verdict
      : { admitted: false, code: notPresentable.code, message: notPresentable.problems[0]?.message ?? notPresentable.message };
  }

  #address(request: RequestRecord, account: AccountRecord | null): Address | { code: ErrorCode; message: string } {
    try {
      return parseAddress(request.firstParty, account?.country);
    } catch (error) {
      if (error instanceof BranchlineError) return error;
      throw error;
    }
  }

  /** Up to the first line's seizure this runs in one go. */
  #dial(live: LiveAttempt, to: Address, calling: Promise<Call>): Promise<DialResult> {
    const { request, attempt } = live;
    return this.#options.dialler.dial({
      to,
      cli: { network: shown(request.serviceNumber), presentation: shown(request.presentationNumber) },
      ringSeconds: request.firstPartyRingSeconds,
      identity: { callId: attempt.lineCallId, fromTag: attempt.lineFromTag },
      beforeSeizure: (tryId, legId) => this.#beforeSeizure(live, tryId, legId),
      onLeg: (leg) => this.#takeUp(live, leg, calling),
      signal: live.signal,
    });
  }

  #beforeSeizure(live: LiveAttempt, tryId: string, legId: string): void {
    const { clock, journal, keeper } = this.#options;
    journal.append(live.attempt.id, tryId, legId);
    const now = clock.now();
    const first = live.attempt.seizedAt === null;
    live.update({ state: 'dialling', updatedAt: now }, { state: 'dialling', seizedAt: live.attempt.seizedAt ?? now });
    const data = { attemptId: live.attempt.id, number: live.attempt.number, tryId, latenessMs: now - live.attempt.dueAt };
    keeper.note(live.armed, first ? eventOf('attempt.dialling', now, live.request, data, live.attempt.callId, legId) : undefined);
  }

  /** Each try's leg belongs to the call and writes its own record. */
  #takeUp(live: LiveAttempt, leg: Leg, calling: Promise<Call>): void {
    calling.then((call) => call.addLeg(leg, FIRST_PARTY)).catch(() => leg.clear(TEMPORARY_FAILURE));
    leg.events.once('progress', ({ at, sipStatus }) => {
      this.#options.keeper.tell(eventOf('attempt.ringing', at, live.request, { attemptId: live.attempt.id, sipStatus }, live.attempt.callId, leg.id));
    });
  }

  /** The First Party is there: it is the A-party from here on. Whatever happens, it is not left in silence. */
  async #serve(live: LiveAttempt, calling: Promise<Call>, leg: Leg, planBefore: PlanReference): Promise<Ending> {
    const answeredAt = leg.answeredAt ?? this.#options.clock.now();
    live.update({ state: 'inProgress', outcome: 'answered', updatedAt: answeredAt }, { state: 'inProgress', answeredAt });
    this.#options.keeper.note(
      live.armed,
      eventOf('attempt.answered', answeredAt, live.request, { attemptId: live.attempt.id }, live.attempt.callId, leg.id),
    );
    const call = await calling.catch(() => null);
    if (call === null) {
      leg.clear(TEMPORARY_FAILURE);
      return failed({ outcome: 'failed', reasonCode: 'internal', reason: 'The call could not be made: the log has the details' });
    }
    const end = live.cancelCause === null ? await this.#runPlan(live, call, leg, planBefore) : { reason: 'cleared', detail: '' };
    await this.#endCall(call, end.reason === 'error' ? TEMPORARY_FAILURE : NORMAL_CLEARING);
    const reasonCode = end.reason === 'error' ? 'runFailed' : (live.cancelCause ?? end.reason);
    return { kind: 'completed', reasonCode, reason: end.detail === '' ? null : end.detail };
  }

  #runPlan(live: LiveAttempt, call: Call, aLeg: Leg, planBefore: PlanReference): Promise<{ readonly reason: string; readonly detail: string }> {
    const plan = this.#planAtAnswer(live.request, call, planBefore);
    call.usePlan(plan.planId, plan.version);
    const variables = JSON.parse(live.request.variables) as Record<string, string>;
    return this.#options.ports.runs.run({ plan, startBranch: 'Scheduled Call', call, aLeg, variables });
  }

  /** The version active now, where a Scheduled Call may still enter it; else the one checked before dialling (DESIGN.md §6.3). */
  #planAtAnswer(request: RequestRecord, call: Call, planBefore: PlanReference): PlanReference {
    const verdict = this.#options.admission.serviceNumber(this.#options.store.accounts.get(request.accountId), request.serviceNumber);
    const plan = verdict.admitted ? verdict.plan : planBefore;
    call.trace('plan.chosen', {
      planId: plan.planId,
      version: plan.version,
      chosen: verdict.admitted ? 'activeAtAnswer' : 'checkedBeforeDialling',
      changedWhileDialling: plan.planId !== planBefore.planId || plan.version !== planBefore.version,
      ...(verdict.admitted ? {} : { why: verdict.code.name }),
    });
    return plan;
  }

  /** An attempt that was never answered also writes its 167 (DESIGN.md §6.6), even where no line was to be had. */
  async #endUnanswered(live: LiveAttempt, calling: Promise<Call>, result: DialResult): Promise<void> {
    const call = await calling.catch(() => null);
    if (call === null) return;
    if (result.tries.length === 0) {
      call.addUnconnected(FIRST_PARTY, {
        to: live.request.firstParty,
        from: live.request.presentationNumber,
        startAt: live.startedAt,
        endAt: this.#options.clock.now(),
        q850: result.q850,
        data: { outcome: result.outcome, sipStatus: result.sipStatus === 0 ? null : result.sipStatus, detail: result.detail },
      });
    }
    await this.#endCall(call, result.q850);
  }

  /** Ends the call, so that its records go to the store before the attempt's; a line that does not let go must not hold them up for long. */
  async #endCall(call: Call, q850: number): Promise<void> {
    const { clock, logger } = this.#options;
    const written = call
      .end(q850)
      .catch((error: unknown) => logger.warn({ error, callId: call.identity.id }, 'The end of a call could not be written'));
    const patience = new AbortController();
    await Promise.race([written, delay(clock, CALL_END_PATIENCE_MS, patience.signal).catch(() => undefined)]);
    patience.abort();
  }

  /** Writes the attempt's and the request's last record and tells of it. */
  #conclude(live: LiveAttempt, ending: Ending): Promise<void> {
    const now = this.#options.clock.now();
    const { request, attempt } = concluded(live, ending, now);
    live.update(request, attempt);
    const told = {
      attemptId: attempt.id,
      outcome: attempt.outcome,
      q850: attempt.q850,
      sipStatus: attempt.sipStatus,
      reasonCode: attempt.reasonCode,
      reason: attempt.reason,
    };
    return this.#options.keeper.finish(live.armed, [
      eventOf('attempt.ended', now, request, told, attempt.callId),
      eventOf(
        stateEvent(request),
        now,
        request,
        { outcome: request.outcome, reasonCode: request.reasonCode, reason: request.reason },
        attempt.callId,
      ),
    ]);
  }
}

function concluded(live: LiveAttempt, ending: Ending, now: number): { request: RequestRecord; attempt: AttemptRecord } {
  const { request, attempt } = live;
  switch (ending.kind) {
    case 'completed': {
      const end: AttemptEnd = { outcome: 'answered', reasonCode: ending.reasonCode, reason: ending.reason };
      return { request: closeRequest(request, now, 'completed', end), attempt: endAttempt(attempt, now, end) };
    }
    case 'failed':
      return { request: closeRequest(request, now, 'failed', ending.end), attempt: endAttempt(attempt, now, ending.end) };
    case 'notReached':
      return afterNobody(live, ending.end, ending.kept, now);
    case 'interrupted':
      return interrupt(live.armed, now, 'serviceStopped', ending.reason);
    case 'notDialled':
      return { request: { ...request, state: 'queued', updatedAt: now }, attempt: withdrawAttempt(attempt, now, ending.reasonCode, ending.reason) };
  }
}

/** `kept`: the request's attempts in the database, this one among them as it was. */
function afterNobody(
  live: LiveAttempt,
  end: AttemptEnd,
  kept: readonly AttemptRecord[],
  now: number,
): { request: RequestRecord; attempt: AttemptRecord } {
  const attempt = endAttempt(live.attempt, now, end);
  const earlier = kept.filter(({ id, state }) => id !== attempt.id && state === 'ended');
  const next = nextAttempt(live.request, [...earlier, attempt], now);
  const told: AttemptEnd = { ...end, reason: [end.reason, next.why].filter((why) => why !== null).join('. ') || null };
  const request = next.dueAt === null ? closeRequest(live.request, now, 'failed', told) : waitForRetry(live.request, now, next.dueAt, told);
  return { request, attempt };
}

function unanswered(live: LiveAttempt, result: DialResult, kept: readonly AttemptRecord[]): Ending {
  if (live.cancelCause === 'serviceStopped') {
    if (live.mayHaveRung) return { kind: 'interrupted', reason: 'The service was stopped while the First Party was being rung' };
    return { kind: 'notDialled', reasonCode: 'serviceStopped', reason: 'The service was stopped before anybody was rung' };
  }
  const end: AttemptEnd = { outcome: result.outcome, reasonCode: live.cancelCause, reason: result.detail === '' ? null : result.detail };
  return live.cancelCause === null ? { kind: 'notReached', end, kept } : failed(end);
}

function failed(end: AttemptEnd): Ending {
  return { kind: 'failed', end };
}

function stateEvent(
  request: RequestRecord,
): 'request.completed' | 'request.failed' | 'request.interrupted' | 'request.waitingRetry' | 'request.queued' {
  switch (request.state) {
    case 'completed':
    case 'failed':
    case 'interrupted':
    case 'waitingRetry':
      return `request.${request.state}`;
    case 'queued':
    case 'held':
    case 'dialling':
    case 'inProgress':
    case 'expired':
    case 'deleted':
      return 'request.queued';
  }
}

function identityOf(live: LiveAttempt, callId: string): Call['identity'] {
  const { request, attempt } = live;
  return {
    id: callId,
    accountId: request.accountId,
    origin: 'scheduled',
    serviceNumberId: request.serviceNumberId,
    serviceNumber: request.serviceNumber,
    requestId: request.id,
    attemptId: attempt.id,
    presentationNumber: request.presentationNumber,
  };
}

/** Our own number, which our own network vouches for. */
function shown(number: string): Cli {
  return { number, presentation: 'allowed', screening: 'network' };
}
