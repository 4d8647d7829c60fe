import type { AttemptRecord, RequestRecord, RequestState, Store, WriteCommand } from '../store/index.js';
import type { JournalContents } from './attempts/journal.js';
import type { EventPort, PreparedEvent } from './ports.js';
import { eventOf, interrupt, withdrawAttempt } from './records.js';

const OPEN_STATES: readonly RequestState[] = ['queued', 'held', 'waitingRetry', 'dialling', 'inProgress'];
/** Attempts dealt with in one commit. */
const BATCH = 200;

export interface RecoveryReport {
  /** Nobody had been dialled: the request waits as before. */
  readonly queuedAgain: number;
  /** Somebody may have been rung. */
  readonly interrupted: number;
}

export interface RecoveryOptions {
  readonly store: Store;
  readonly events: EventPort;
  readonly journal: JournalContents;
  readonly now: number;
  readonly clockTrusted: boolean;
}

/**
 * Ends what the last process left open (DESIGN.md §6.1): by the journal where the kernel is still the same, by the due moment after a power cut. What
 * may have rung is interrupted, never dialled again by itself. Safe to be cut short and run again. Rejects where the database cannot be written.
 */
export async function recover(options: RecoveryOptions): Promise<RecoveryReport> {
  const attempts = options.store.scheduledCalls.openAttempts();
  let queuedAgain = 0;
  for (let start = 0; start < attempts.length; start += BATCH) {
    queuedAgain += await recoverBatch(options, attempts.slice(start, start + BATCH));
  }
  return { queuedAgain, interrupted: attempts.length - queuedAgain };
}

async function recoverBatch(options: RecoveryOptions, attempts: readonly AttemptRecord[]): Promise<number> {
  const commands: WriteCommand[] = [];
  const events: PreparedEvent[] = [];
  let queuedAgain = 0;
  for (const attempt of attempts) {
    const again = rangNobody(options, attempt);
    if (again) queuedAgain += 1;
    const made = again ? queueAgain(options, attempt) : interruptAttempt(options, attempt);
    commands.push(...made.commands);
    events.push(...made.events);
  }
  await options.store.commit(...commands, ...events.map((event) => event.command));
  for (const event of events) event.publish();
  return queuedAgain;
}

/** For certain. */
function rangNobody({ journal, now, clockTrusted }: RecoveryOptions, attempt: AttemptRecord): boolean {
  if (attempt.state === 'inProgress') return false;
  if (journal.sameBoot) return !journal.attemptIds.has(attempt.id);
  return attempt.state === 'armed' && clockTrusted && attempt.dueAt > now;
}

interface Recovered {
  readonly commands: readonly WriteCommand[];
  readonly events: readonly PreparedEvent[];
}

function queueAgain({ store, now }: RecoveryOptions, attempt: AttemptRecord): Recovered {
  const { scheduledCalls } = store;
  const ended = withdrawAttempt(attempt, now, 'restartedBeforeDialling', 'The service was restarted before the First Party was dialled');
  const request = openRequest(store, attempt);
  if (request === null) return { commands: [scheduledCalls.updateAttempt(ended)], events: [] };
  // Its state may say that it was being dialled: the journal knows better.
  const waiting = request.state === 'dialling' ? [scheduledCalls.update({ ...request, state: 'queued', updatedAt: now }, OPEN_STATES)] : [];
  return { commands: [...waiting, scheduledCalls.updateAttempt(ended)], events: [] };
}

function interruptAttempt({ store, now, events }: RecoveryOptions, attempt: AttemptRecord): Recovered {
  const { scheduledCalls } = store;
  const request = openRequest(store, attempt);
  const words =
    attempt.answeredAt === null ? 'The service was cut off while the First Party may have been rung' : 'The service was cut off during the call';
  if (request === null) return { commands: [scheduledCalls.updateAttempt(withdrawAttempt(attempt, now, 'cutOff', words))], events: [] };
  const end = interrupt({ request, attempt }, now, 'cutOff', words);
  const state = end.request.state === 'waitingRetry' ? 'waitingRetry' : 'interrupted';
  const told = { attemptId: attempt.id, outcome: 'interrupted', reasonCode: 'cutOff', reason: words };
  return {
    commands: [scheduledCalls.update(end.request, OPEN_STATES), scheduledCalls.updateAttempt(end.attempt)],
    events: [
      events.prepare(eventOf('attempt.ended', now, request, told, attempt.callId)),
      events.prepare(eventOf(`request.${state}`, now, request, { outcome: 'interrupted', reasonCode: 'cutOff', reason: words }, attempt.callId)),
    ],
  };
}

/** The attempt's request; null where that is final already: then only the attempt is left to end. */
function openRequest({ scheduledCalls }: Store, attempt: AttemptRecord): RequestRecord | null {
  const request = scheduledCalls.get(attempt.requestId);
  return request !== null && OPEN_STATES.includes(request.state) ? request : null;
}
