import type { Outcome } from '../../core/index.js';

/** One Q.850 cause: what it is called, what it means for a call, and what a SIP caller is told. */
export interface CauseRow {
  readonly q850: number;
  /** ITU-T Q.850 (05/98) §2.2.5 to §2.2.7, in the words people are shown. */
  readonly text: string;
  readonly outcome: Outcome;
  /** RFC 3398 §8.2.6.1; the called user's own decline (21) is 603 there. */
  readonly sipStatus: number;
  /** The line or network refused before anybody could ring, so that another line may do better (DESIGN.md §6.5). */
  readonly lineRefusal: boolean;
}

type Row = readonly [q850: number, text: string, outcome: Outcome, sipStatus: number, line?: 'line'];

const ROWS: readonly Row[] = [
  [1, 'Unallocated number', 'unobtainable', 404],
  [2, 'No route to transit network', 'unobtainable', 404, 'line'],
  [3, 'No route to destination', 'unobtainable', 404],
  [16, 'Normal call clearing', 'cancelled', 480],
  [17, 'User busy', 'busy', 486],
  [18, 'No user responding', 'noAnswer', 408],
  [19, 'No answer from user', 'noAnswer', 480],
  [20, 'Subscriber absent', 'noAnswer', 480],
  [21, 'Call rejected', 'rejected', 603],
  [22, 'Number changed', 'unobtainable', 410],
  [23, 'Redirection to new destination', 'unobtainable', 410],
  [25, 'Exchange routing error', 'failed', 500, 'line'],
  [26, 'Non-selected user clearing', 'noAnswer', 404],
  [27, 'Destination out of order', 'unobtainable', 502, 'line'],
  [28, 'Invalid number format', 'unobtainable', 484],
  [29, 'Facility rejected', 'rejected', 501],
  [31, 'Normal, unspecified', 'failed', 480],
  [34, 'No circuit available', 'congestion', 503, 'line'],
  [38, 'Network out of order', 'failed', 503, 'line'],
  [41, 'Temporary failure', 'failed', 503, 'line'],
  [42, 'Switching equipment congestion', 'congestion', 503, 'line'],
  [43, 'Access information discarded', 'failed', 503],
  [44, 'Requested circuit not available', 'congestion', 503, 'line'],
  [47, 'Resource unavailable', 'congestion', 503, 'line'],
  [50, 'Requested facility not subscribed', 'rejected', 403],
  [55, 'Incoming calls barred', 'rejected', 403],
  [57, 'Bearer capability not authorised', 'rejected', 403],
  [58, 'Bearer capability not available', 'congestion', 503, 'line'],
  [63, 'Service or option not available', 'failed', 503],
  [65, 'Bearer capability not implemented', 'failed', 488],
  [69, 'Facility not implemented', 'failed', 501],
  [70, 'Only restricted bearer available', 'failed', 488],
  [79, 'Service or option not implemented', 'failed', 501],
  [82, 'Channel does not exist', 'failed', 503, 'line'],
  [87, 'Not a member of the closed user group', 'rejected', 403],
  [88, 'Incompatible destination', 'failed', 503],
  [102, 'Recovery on timer expiry', 'failed', 504],
  [111, 'Protocol error', 'failed', 500],
  [127, 'Interworking, unspecified', 'failed', 500],
];

const CAUSES: ReadonlyMap<number, CauseRow> = new Map(
  ROWS.map(([q850, text, outcome, sipStatus, line]) => [q850, { q850, text, outcome, sipStatus, lineRefusal: line === 'line' }]),
);

/** The row of a Q.850 cause; one that the table lacks counts as the unspecified cause of its class (Q.850 §2.2.4). */
export function causeRow(q850: number): CauseRow {
  const known = CAUSES.get(q850) ?? CAUSES.get(classDefault(q850));
  if (known === undefined) throw new RangeError(`No cause for ${q850}`);
  return known.q850 === q850 ? known : { ...known, q850, text: `Cause ${q850}, as: ${known.text.toLowerCase()}` };
}

function classDefault(q850: number): number {
  if (q850 <= 31) return 31;
  if (q850 <= 47) return 47;
  if (q850 <= 63) return 63;
  if (q850 <= 79) return 79;
  if (q850 <= 95) return 88;
  if (q850 <= 111) return 111;
  return 127;
}

/** A Q.850 cause in words: "User busy". */
export function causeText(q850: number): string {
  return causeRow(q850).text;
}

/** The final SIP status that refuses a call for a cause. */
export function sipStatusOfCause(q850: number): number {
  return causeRow(q850).sipStatus;
}
