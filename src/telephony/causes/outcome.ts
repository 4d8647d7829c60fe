import type { Outcome } from '../../core/index.js';
import type { FailoverCauses } from '../../store/index.js';
import type { LegEnd } from '../leg.js';
import { causeRow } from './causes.js';
import { sipStatusRow } from './sip-status.js';

/**
 * What an outgoing leg's end means for the effort to reach its party, where the leg was never answered. A cause that the line told outweighs the SIP
 * status; a request that nobody answered at all reached nobody we know of, and is no "no answer".
 */
export function outcomeOfEnd(end: LegEnd): Outcome {
  if (end.by === 'us') return end.q850 === 19 ? 'noAnswer' : 'cancelled';
  if (isSilence(end)) return 'failed';
  if (end.inferred && end.sipStatus !== 0) return sipStatusRow(end.sipStatus).outcome;
  return clearedByPeer(causeRow(end.q850).outcome);
}

/** The request left us and nothing at all came back until the transaction timed out (SIP Timer B, told as 408 or as the cause of an expired timer). */
function isSilence(end: LegEnd): boolean {
  return end.by === 'line' && end.sent && !end.responded && (end.sipStatus !== 0 || end.q850 === 102);
}

/** "Cancelled" is what we do; a party that clears normally before it answered has rejected the call. */
function clearedByPeer(outcome: Outcome): Outcome {
  return outcome === 'cancelled' ? 'rejected' : outcome;
}

/**
 * Whether another line may be tried after this end of a leg that never rang (DESIGN.md §6.5): after a local failure to send, and after a refusal that is
 * the line's by the cause table, or by a group's own list in its place. Never after a global failure (6xx, RFC 3261 §21.6), busy or decline.
 * `retryAfterTimeout`: also after no answer at all.
 */
export function mayTryNext(end: LegEnd, retryAfterTimeout: boolean, listed: FailoverCauses | null = null): boolean {
  if (end.by === 'us') return false;
  if (!end.sent) return true;
  if (isSilence(end)) return retryAfterTimeout;
  if (end.sipStatus >= 600) return false;
  if (end.inferred && end.sipStatus !== 0) return listed?.sipStatuses.includes(end.sipStatus) ?? sipStatusRow(end.sipStatus).lineRefusal;
  return listed?.causes.includes(end.q850) ?? causeRow(end.q850).lineRefusal;
}
