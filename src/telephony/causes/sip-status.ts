import type { Outcome } from '../../core/index.js';

/** One final SIP status: the cause it stands for where no Reason header tells one, and what it means for a call. */
export interface SipStatusRow {
  readonly status: number;
  /**
   * RFC 3398 §8.2.6.1; 433 RFC 5079, 607 RFC 8197, 608 RFC 8688. 488 and 606 are told apart by a Warning header there; 88 says the same without one.
   */
  readonly q850: number;
  readonly outcome: Outcome;
  readonly lineRefusal: boolean;
}

type Row = readonly [status: number, q850: number, outcome: Outcome, line?: 'line'];

const ROWS: readonly Row[] = [
  [400, 41, 'failed'],
  // Unanswered challenges: the trunk's own user name or password is wrong, which says nothing of the called party.
  [401, 21, 'failed', 'line'],
  [402, 21, 'rejected'],
  [403, 21, 'rejected'],
  [404, 1, 'unobtainable'],
  [405, 63, 'failed'],
  [406, 79, 'failed'],
  [407, 21, 'failed', 'line'],
  [408, 102, 'noAnswer'],
  [409, 41, 'failed'],
  [410, 22, 'unobtainable'],
  [411, 127, 'failed'],
  [413, 127, 'failed'],
  [414, 127, 'failed'],
  [415, 79, 'failed'],
  [416, 127, 'failed'],
  [420, 127, 'failed'],
  [421, 127, 'failed'],
  [423, 127, 'failed'],
  [433, 24, 'rejected'],
  [480, 18, 'noAnswer'],
  [481, 41, 'failed'],
  [482, 25, 'failed', 'line'],
  [483, 25, 'failed', 'line'],
  [484, 28, 'unobtainable'],
  [485, 1, 'unobtainable'],
  [486, 17, 'busy'],
  [487, 16, 'cancelled'],
  [488, 88, 'failed'],
  [500, 41, 'failed', 'line'],
  [501, 79, 'failed'],
  [502, 38, 'failed', 'line'],
  [503, 41, 'congestion', 'line'],
  [504, 102, 'failed'],
  [505, 127, 'failed'],
  [513, 127, 'failed'],
  [600, 17, 'busy'],
  [603, 21, 'rejected'],
  [604, 1, 'unobtainable'],
  [606, 88, 'failed'],
  [607, 21, 'rejected'],
  [608, 21, 'rejected'],
];

const STATUSES: ReadonlyMap<number, SipStatusRow> = new Map(
  ROWS.map(([status, q850, outcome, line]) => [status, { status, q850, outcome, lineRefusal: line === 'line' }]),
);

/** Every status that the table names. */
export function allSipStatuses(): readonly SipStatusRow[] {
  return [...STATUSES.values()];
}

/**
 * The row of a final SIP status; one that the table lacks counts by its class, in the spirit of RFC 3261 §8.1.3.2: a redirection, something that the call
 * itself was refused for, a temporary failure of the peer, a party that declines everywhere. None of them is a reason to try another line.
 */
export function sipStatusRow(status: number): SipStatusRow {
  const known = STATUSES.get(status);
  if (known !== undefined) return known;
  if (status >= 600) return { status, q850: 21, outcome: 'rejected', lineRefusal: false };
  if (status >= 500) return { status, q850: 41, outcome: 'failed', lineRefusal: false };
  if (status < 400) return { status, q850: 23, outcome: 'unobtainable', lineRefusal: false };
  return { status, q850: 31, outcome: 'failed', lineRefusal: false };
}

/** The cause that a final SIP status stands for without a Reason header. */
export function causeOfSipStatus(status: number): number {
  return sipStatusRow(status).q850;
}
