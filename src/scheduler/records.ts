import type { ErrorCode, Outcome } from '../core/index.js';
import type { AttemptRecord, RequestRecord } from '../store/index.js';
import type { Armed } from './due/entry.js';
import type { SchedulerEvent, SchedulerEventType } from './ports.js';

/** Time between an interrupted attempt and the next of a request that is to be made at least once: what the far end still has is released by then. */
export const RETRY_AFTER_INTERRUPTION_MS = 10_000;

/** How an attempt ended, in the terms of its records. */
export interface AttemptEnd {
  readonly outcome: Outcome;
  readonly reasonCode: string | null;
  readonly reason: string | null;
}

export function eventOf(
  type: SchedulerEventType,
  at: number,
  request: RequestRecord,
  data: Readonly<Record<string, unknown>> = {},
  callId: string | null = null,
  legId: string | null = null,
): SchedulerEvent {
  return { type, at, accountId: request.accountId, requestId: request.id, callId, legId, data };
}

/** The attempt's last record. */
export function endAttempt(attempt: AttemptRecord, at: number, end: AttemptEnd): AttemptRecord {
  return { ...attempt, state: 'ended', endedAt: at, ...end };
}

/** A request's last record. */
export function closeRequest(
  request: RequestRecord,
  at: number,
  state: 'completed' | 'failed' | 'expired' | 'deleted' | 'interrupted',
  end: Partial<AttemptEnd> = {},
): RequestRecord {
  return { ...request, ...end, state, updatedAt: at, finalAt: at };
}

/** An attempt that may have rung somebody and whose end nobody saw: by the request's guarantee it stays so, or is made again (DESIGN.md §6.1). */
export function interrupt(armed: Armed, at: number, reasonCode: string, reason: string): Armed {
  const end: AttemptEnd = { outcome: 'interrupted', reasonCode, reason };
  const attempt = endAttempt(armed.attempt, at, end);
  if (armed.request.guarantee === 'atMostOnce') return { request: closeRequest(armed.request, at, 'interrupted', end), attempt };
  return { request: waitForRetry(armed.request, at, at + RETRY_AFTER_INTERRUPTION_MS, end), attempt };
}

/** After an attempt that did not reach its First Party: dialled again at `dueAt`. */
export function waitForRetry(request: RequestRecord, at: number, dueAt: number, end: AttemptEnd): RequestRecord {
  return { ...request, ...end, state: 'waitingRetry', dueAt, updatedAt: at };
}

/** An attempt that rang nobody for certain, and is given up: its request waits as before. */
export function withdrawAttempt(attempt: AttemptRecord, at: number, reasonCode: string, reason: string): AttemptRecord {
  return endAttempt(attempt, at, { outcome: 'cancelled', reasonCode, reason });
}

export function refusal(code: ErrorCode, message: string): AttemptEnd {
  return { outcome: 'failed', reasonCode: code.name, reason: message };
}
