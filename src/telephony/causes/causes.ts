import type { Outcome } from '../../core/index.js';

/** One Q.850 cause: what it is called, what it means for a call, and what a SIP caller is told. */
export interface CauseRow {
  readonly q850: number;
  /** ITU-T Q.850 (05/98) §2.2.7, in the words people are shown. */
  readonly text: string;
  readonly outcome: Outcome;
  /** RFC 3398 §7.2.4.1; what that lacks, as its class's unspecified cause or the listed cause nearest to it. The called user's own decline (21) is 603. */
  readonly sipStatus: number;
  /** The line or network refused before anybody could ring, so that another line may do better (DESIGN.md §6.5). */
  readonly lineRefusal: boolean;
}

type Row = readonly [q850: number, text: string, outcome: Outcome, sipStatus: number, line?: 'line'];

/** Every cause that Q.850 defines, and 52 and 54, which North American networks send. README.md shows it with those that are judged by their class. */
const ROWS: readonly Row[] = [
  [1, 'Unallocated number', 'unobtainable', 404],
  [2, 'No route to transit network', 'unobtainable', 404, 'line'],
  [3, 'No route to destination', 'unobtainable', 404],
  [4, 'Send special information tone', 'unobtainable', 404],
  [5, 'Misdialled trunk prefix', 'unobtainable', 404],
  [6, 'Channel unacceptable', 'failed', 503, 'line'],
  [7, 'Call awarded in an established channel', 'failed', 480],
  [8, 'Pre-emption', 'congestion', 503, 'line'],
  [9, 'Pre-emption, circuit reserved', 'congestion', 503, 'line'],
  [14, 'Ported number', 'unobtainable', 404],
  [16, 'Normal call clearing', 'cancelled', 480],
  [17, 'User busy', 'busy', 486],
  [18, 'No user responding', 'noAnswer', 408],
  [19, 'No answer from user', 'noAnswer', 480],
  [20, 'Subscriber absent', 'noAnswer', 480],
  [21, 'Call rejected', 'rejected', 603],
  [22, 'Number changed', 'unobtainable', 410],
  [23, 'Redirection to new destination', 'unobtainable', 410],
  [24, 'Rejected by a feature at the destination', 'rejected', 433],
  [25, 'Exchange routing error', 'failed', 500, 'line'],
  [26, 'Non-selected user clearing', 'noAnswer', 404],
  [27, 'Destination out of order', 'unobtainable', 502, 'line'],
  [28, 'Invalid number format', 'unobtainable', 484],
  [29, 'Facility rejected', 'rejected', 501],
  [30, 'Response to STATUS ENQUIRY', 'failed', 480],
  [31, 'Normal, unspecified', 'failed', 480],
  [34, 'No circuit available', 'congestion', 503, 'line'],
  [38, 'Network out of order', 'failed', 503, 'line'],
  [39, 'Permanent connection out of service', 'failed', 503],
  [40, 'Permanent connection operational', 'failed', 503],
  [41, 'Temporary failure', 'failed', 503, 'line'],
  [42, 'Switching equipment congestion', 'congestion', 503, 'line'],
  [43, 'Access information discarded', 'failed', 503],
  [44, 'Requested circuit not available', 'congestion', 503, 'line'],
  [46, 'Precedence call blocked', 'congestion', 503, 'line'],
  [47, 'Resource unavailable', 'congestion', 503, 'line'],
  [49, 'Quality of service not available', 'failed', 500],
  [50, 'Requested facility not subscribed', 'rejected', 403],
  [52, 'Outgoing calls barred', 'rejected', 403],
  [53, 'Outgoing calls barred within the closed user group', 'rejected', 403],
  [54, 'Incoming calls barred', 'rejected', 403],
  [55, 'Incoming calls barred within the closed user group', 'rejected', 403],
  [57, 'Bearer capability not authorised', 'rejected', 403],
  [58, 'Bearer capability not available', 'congestion', 503, 'line'],
  [62, 'Access information and subscriber class disagree', 'failed', 500],
  [63, 'Service or option not available', 'failed', 500],
  [65, 'Bearer capability not implemented', 'failed', 488],
  [66, 'Channel type not implemented', 'failed', 501],
  [69, 'Facility not implemented', 'failed', 501],
  [70, 'Only restricted bearer available', 'failed', 488],
  [79, 'Service or option not implemented', 'failed', 501],
  [81, 'Invalid call reference', 'failed', 500],
  [82, 'Channel does not exist', 'failed', 503, 'line'],
  [83, 'No suspended call of that identity', 'failed', 500],
  [84, 'Call identity in use', 'failed', 500],
  [85, 'No call suspended', 'failed', 500],
  [86, 'Call of that identity has been cleared', 'failed', 500],
  [87, 'Not a member of the closed user group', 'rejected', 403],
  [88, 'Incompatible destination', 'failed', 503],
  [90, 'Closed user group does not exist', 'rejected', 403],
  [91, 'Invalid transit network selection', 'unobtainable', 404, 'line'],
  [95, 'Invalid message', 'failed', 500],
  [96, 'Mandatory information element missing', 'failed', 500],
  [97, 'Message type not implemented', 'failed', 500],
  [98, 'Message does not fit the call state or is not implemented', 'failed', 500],
  [99, 'Information element not implemented', 'failed', 500],
  [100, 'Invalid information element contents', 'failed', 500],
  [101, 'Message does not fit the call state', 'failed', 500],
  [102, 'Recovery on timer expiry', 'failed', 504],
  [103, 'Parameter not implemented, passed on', 'failed', 500],
  [110, 'Message with unknown parameter discarded', 'failed', 500],
  [111, 'Protocol error', 'failed', 500],
  [127, 'Interworking, unspecified', 'failed', 500],
];

const CAUSES: ReadonlyMap<number, CauseRow> = new Map(
  ROWS.map(([q850, text, outcome, sipStatus, line]) => [q850, { q850, text, outcome, sipStatus, lineRefusal: line === 'line' }]),
);

/** The row of a Q.850 cause; one that the table lacks counts as the unspecified cause of its class. */
export function causeRow(q850: number): CauseRow {
  const known = CAUSES.get(q850) ?? CAUSES.get(unspecifiedOfClass(q850));
  if (known === undefined) throw new RangeError(`No cause for ${q850}`);
  return known.q850 === q850 ? known : { ...known, q850, text: `Cause ${q850}, as: ${known.text.toLowerCase()}` };
}

/** Every cause from 1 to 127. */
export function allCauses(): readonly CauseRow[] {
  return Array.from({ length: 127 }, (_, index) => causeRow(index + 1));
}

/**
 * Q.850 §2.2.5: bits 7 to 5 of a value are its class, the last value of each class is its unspecified cause. Classes 000 and 001 are one, "normal event";
 * class 101 (invalid message) has 95.
 */
function unspecifiedOfClass(q850: number): number {
  return q850 < 32 ? 31 : Math.min(q850 | 0x0f, 127);
}

/** A Q.850 cause in words: "User busy". */
export function causeText(q850: number): string {
  return causeRow(q850).text;
}

/** The final SIP status that refuses a call for a cause. */
export function sipStatusOfCause(q850: number): number {
  return causeRow(q850).sipStatus;
}
