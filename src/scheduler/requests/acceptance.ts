import { BranchlineError, type Clock, type InputProblem, newId } from '../../core/index.js';
import type { AccountRecord, RequestRecord, Store } from '../../store/index.js';
import { type Address, formatAddress, parseAddress } from '../../telephony/index.js';
import { schedulerErrors } from '../errors.js';
import { type Admission, FEATURE_MISSING, hasFeature } from './admission.js';
import type { RequestChange, RequestDraft } from './draft.js';
import { checkRetryRules, type RetryRules } from './retry-rules.js';

/** A moment no further back than this means "now" (CONTRACT.md). */
const PAST_MEANS_NOW_MS = 60_000;
const LONGEST_RING_SECONDS = 60;
const USUAL_RING_SECONDS = 45;
const USUAL_PRIORITY = 5;
const LONGEST_REFERENCE = 200;
const MOST_VARIABLES = 100;
const LONGEST_VARIABLE = 4_096;
/** Last moment an ECMAScript date can name. */
const LAST_MOMENT = 8.64e15;

/** Turns what was asked for into a record, or says what is wrong with it: the rules of DESIGN.md §6.3 first, in their order, then the fields. */
export class Acceptance {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #admission: Admission;

  constructor(store: Store, clock: Clock, admission: Admission) {
    this.#store = store;
    this.#clock = clock;
    this.#admission = admission;
  }

  /** A new request of `accountId`, `queued`. Throws a user error. */
  accept(accountId: string, draft: RequestDraft): RequestRecord {
    const account = this.#account(accountId);
    const now = this.#clock.now();
    return this.#record(account, draft, { id: newId('req', this.#clock), now, times: timesOf(draft, account, now), before: null, state: 'queued' });
  }

  /** The request as `change` leaves it, in the state it was in; one that waits for its retry is `queued` for another moment. Throws a user error. */
  change(record: RequestRecord, change: RequestChange): RequestRecord {
    const account = this.#account(record.accountId);
    const now = this.#clock.now();
    const draft: RequestDraft = { ...draftOf(record), ...definedOf(change) };
    const moved = change.scheduledAt !== undefined;
    const times = moved ? timesOf(draft, account, now) : keptTimes(record, change.latestStartAt, account);
    const state = record.state === 'held' || (record.state === 'waitingRetry' && !moved) ? record.state : 'queued';
    return this.#record(account, draft, { id: record.id, now, times, before: record, state });
  }

  #account(accountId: string): AccountRecord {
    const account = this.#store.accounts.get(accountId);
    if (account !== null && hasFeature(account)) return account;
    throw new BranchlineError(schedulerErrors.featureMissing, FEATURE_MISSING);
  }

  #record(
    account: AccountRecord,
    draft: RequestDraft,
    made: { id: string; now: number; times: Times; before: RequestRecord | null; state: RequestRecord['state'] },
  ): RequestRecord {
    const problems: InputProblem[] = [...made.times.problems];
    const serviceNumber = this.#number(draft.serviceNumber, account, '/serviceNumber', problems);
    const verdict = serviceNumber === null ? null : this.#admission.serviceNumber(account, serviceNumber);
    if (verdict !== null && !verdict.admitted) {
      throw new BranchlineError(verdict.code, verdict.message, { problems: [{ path: '/serviceNumber', message: verdict.message }] });
    }
    const firstParty = this.#read(draft.firstParty, account, '/firstParty', problems);
    const presentation =
      draft.presentationNumber === undefined ? serviceNumber : this.#number(draft.presentationNumber, account, '/presentationNumber', problems);
    checkFields(draft, problems);
    if (problems.length > 0 || verdict === null || serviceNumber === null || presentation === null || firstParty === null) throw invalid(problems);
    const notPresentable = this.#admission.presentation(account, presentation, serviceNumber);
    if (notPresentable !== null) throw notPresentable;
    return {
      id: made.id,
      accountId: account.id,
      serviceNumberId: verdict.number.id,
      serviceNumber,
      firstParty: formatAddress(firstParty),
      presentationNumber: presentation,
      scheduledAt: made.times.scheduledAt,
      dueAt: made.times.dueAt,
      latestStartAt: made.times.latestStartAt,
      firstPartyRingSeconds: draft.firstPartyRingSeconds ?? USUAL_RING_SECONDS,
      reference: draft.reference ?? null,
      priority: draft.priority ?? USUAL_PRIORITY,
      guarantee: draft.guarantee ?? 'atMostOnce',
      retry: JSON.stringify(draft.retry ?? {}),
      variables: JSON.stringify(draft.variables ?? {}),
      state: made.state,
      outcome: made.before?.outcome ?? null,
      reasonCode: made.before?.reasonCode ?? null,
      reason: made.before?.reason ?? null,
      createdAt: made.before?.createdAt ?? made.now,
      updatedAt: made.now,
      finalAt: null,
    };
  }

  #number(text: string, account: AccountRecord, path: string, problems: InputProblem[]): string | null {
    const address = this.#read(text, account, path, problems);
    if (address === null) return null;
    if (address.kind === 'number') return address.e164;
    problems.push({ path, message: 'must be a telephone number, such as +441632960100' });
    return null;
  }

  #read(text: string, account: AccountRecord, path: string, problems: InputProblem[]): Address | null {
    try {
      return parseAddress(text, account.country);
    } catch (error) {
      if (!(error instanceof BranchlineError) || error.code.kind !== 'user') throw error;
      problems.push({ path, message: error.problems[0]?.message ?? error.message });
      return null;
    }
  }
}

interface Times {
  readonly scheduledAt: number | null;
  readonly dueAt: number;
  readonly latestStartAt: number;
  readonly problems: readonly InputProblem[];
}

function timesOf(draft: RequestDraft, account: AccountRecord, now: number): Times {
  const problems: InputProblem[] = [];
  const asked = draft.scheduledAt ?? null;
  if (asked !== null && !isMoment(asked)) problems.push({ path: '/scheduledAt', message: 'must be a moment' });
  else if (asked !== null && asked < now - PAST_MEANS_NOW_MS) {
    problems.push({ path: '/scheduledAt', message: 'lies more than a minute in the past: give a moment to come, or leave it out for now' });
  }
  const immediate = asked === null || asked <= now;
  const dueAt = immediate ? now : asked;
  const latestStartAt = latestOf(draft.latestStartAt ?? null, dueAt, dueAt + account.limits.latestStartSeconds * 1000, problems);
  return { scheduledAt: immediate ? null : asked, dueAt, latestStartAt, problems };
}

/** The moment stays; `latestStartAt` undefined stays too, null is the account's again. */
function keptTimes(record: RequestRecord, latestStartAt: number | null | undefined, account: AccountRecord): Times {
  const problems: InputProblem[] = [];
  const usual = latestStartAt === null ? record.dueAt + account.limits.latestStartSeconds * 1000 : record.latestStartAt;
  const latest = latestOf(latestStartAt ?? null, record.dueAt, usual, problems);
  return { scheduledAt: record.scheduledAt, dueAt: record.dueAt, latestStartAt: latest, problems };
}

function latestOf(asked: number | null, dueAt: number, usual: number, problems: InputProblem[]): number {
  if (asked === null) return usual;
  if (!isMoment(asked) || asked < dueAt) problems.push({ path: '/latestStartAt', message: 'must not lie before the due moment' });
  return asked;
}

function isMoment(at: number): boolean {
  return Number.isInteger(at) && at > 0 && at < LAST_MOMENT;
}

function checkFields(draft: RequestDraft, problems: InputProblem[]): void {
  const ring = draft.firstPartyRingSeconds ?? USUAL_RING_SECONDS;
  if (!Number.isInteger(ring) || ring < 1 || ring > LONGEST_RING_SECONDS) {
    problems.push({ path: '/firstPartyRingSeconds', message: `must be a whole number from 1 to ${LONGEST_RING_SECONDS}` });
  }
  const priority = draft.priority ?? USUAL_PRIORITY;
  if (!Number.isInteger(priority) || priority < 0 || priority > 9)
    problems.push({ path: '/priority', message: 'must be a whole number from 0 (first) to 9' });
  if ((draft.reference ?? '').length > LONGEST_REFERENCE)
    problems.push({ path: '/reference', message: `must have at most ${LONGEST_REFERENCE} characters` });
  const guarantee: string = draft.guarantee ?? 'atMostOnce';
  if (guarantee !== 'atMostOnce' && guarantee !== 'atLeastOnce') problems.push({ path: '/guarantee', message: 'must be atMostOnce or atLeastOnce' });
  checkRetryRules(draft.retry ?? {}, problems);
  checkVariables(draft.variables ?? {}, problems);
}

function checkVariables(variables: Readonly<Record<string, string>>, problems: InputProblem[]): void {
  const entries = Object.entries(variables);
  if (entries.length > MOST_VARIABLES) problems.push({ path: '/variables', message: `must have at most ${MOST_VARIABLES} entries` });
  for (const [name, value] of entries) {
    const path = `/variables/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (!/^@[A-Za-z0-9_]{1,63}$/.test(name)) problems.push({ path, message: 'must be named like a variable of the plan, such as @Choice' });
    if (typeof value !== 'string' || value.length > LONGEST_VARIABLE)
      problems.push({ path, message: `must be text of at most ${LONGEST_VARIABLE} characters` });
  }
}

function invalid(problems: readonly InputProblem[]): BranchlineError {
  const first = problems[0];
  const summary = first === undefined ? 'The request is not valid' : `${first.path} ${first.message}`;
  return new BranchlineError(schedulerErrors.requestInvalid, problems.length > 1 ? `${summary} (and ${problems.length - 1} more)` : summary, {
    problems,
  });
}

function draftOf(record: RequestRecord): RequestDraft {
  return {
    serviceNumber: record.serviceNumber,
    firstParty: record.firstParty,
    // One that follows the service number goes on following it.
    presentationNumber: record.presentationNumber === record.serviceNumber ? undefined : record.presentationNumber,
    firstPartyRingSeconds: record.firstPartyRingSeconds,
    reference: record.reference,
    priority: record.priority,
    guarantee: record.guarantee,
    retry: JSON.parse(record.retry) as RetryRules,
    variables: JSON.parse(record.variables) as Record<string, string>,
  };
}

function definedOf(change: RequestChange): RequestChange {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
}
