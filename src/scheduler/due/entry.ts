import type { AttemptRecord, DuePosition, RequestRecord } from '../../store/index.js';

/** A request that waits for its moment, as small as it can be: there may be very many. */
export interface Entry extends DuePosition {
  readonly accountId: string;
  readonly latestStartAt: number;
  /** Asked for "now": not held up by a clock nobody trusts (DESIGN.md §6.10). */
  readonly immediate: boolean;
  /** The attempt that is committed ahead of the due moment; null before. */
  armed: Armed | null;
  /** Settles (never rejects) when the commit that arms it has ended; null where none is under way. */
  arming: Promise<void> | null;
}

/** A request and its attempt as they stand in the database. */
export interface Armed {
  readonly request: RequestRecord;
  readonly attempt: AttemptRecord;
}

export function entryOf(request: RequestRecord, armed: Armed | null = null): Entry {
  return {
    id: request.id,
    dueAt: request.dueAt,
    priority: request.priority,
    accountId: request.accountId,
    latestStartAt: request.latestStartAt,
    immediate: request.scheduledAt === null && request.state !== 'waitingRetry',
    armed,
    arming: null,
  };
}

/** The order of dialling: due moment, priority, id. Negative: `a` goes first. */
export function comparePositions(a: DuePosition, b: DuePosition): number {
  if (a.dueAt !== b.dueAt) return a.dueAt - b.dueAt;
  if (a.priority !== b.priority) return a.priority - b.priority;
  if (a.id === b.id) return 0;
  return a.id < b.id ? -1 : 1;
}
