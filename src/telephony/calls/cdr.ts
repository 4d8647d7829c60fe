import { type Clock, newId } from '../../core/index.js';
import type { CdrRecord } from '../../store/index.js';
import { formatAddress } from '../address.js';
import type { CallIdentity } from '../call.js';
import { outcomeOfEnd } from '../causes/index.js';
import type { Leg, LegEnd } from '../leg.js';

/** 1 inbound, 2 outdial, 167 First Party. */
export type LegCallType = 1 | 2 | 167;

/** What a CDR takes from its call: everything but the leg's or event's own facts. */
export function cdrFrame(identity: CallIdentity, clock: Clock): Pick<CdrRecord, 'id' | 'accountId' | 'callId' | 'requestId' | 'attemptId'> {
  return {
    id: newId('cdr', clock),
    accountId: identity.accountId,
    callId: identity.id,
    requestId: identity.requestId,
    attemptId: identity.attemptId,
  };
}

/** Who a leg is from and to, as its CDR and its call's row name them. "" where the line told no caller. */
export function partiesOf(leg: Leg, serviceNumber: string): { readonly from: string; readonly to: string } {
  const { cli, to } = leg.details;
  return { from: cli.presentation.number ?? cli.network.number ?? '', to: to === null ? serviceNumber : formatAddress(to) };
}

/** The CDR of a leg that has ended. Time to answer is at least 1 ms, since 0 means that it was not answered (platform.md §8). */
export function legCdr(
  leg: Leg,
  callType: LegCallType,
  startAt: number,
  parentId: string | null,
  end: LegEnd,
  identity: CallIdentity,
  clock: Clock,
): CdrRecord {
  const { answeredAt, details } = leg;
  // A far end may answer while the leg is still being taken up here.
  const beganAt = Math.min(startAt, answeredAt ?? startAt);
  return {
    ...cdrFrame(identity, clock),
    callType,
    legId: leg.id,
    parentId,
    ...partiesOf(leg, identity.serviceNumber),
    startAt: beganAt,
    answeredAt,
    endAt: Math.max(end.at, answeredAt ?? beganAt),
    clearDown: end.q850,
    ttaMs: answeredAt === null ? 0 : Math.max(1, answeredAt - beganAt),
    data: JSON.stringify({
      lineKind: details.lineKind,
      trunkId: details.trunkId,
      outcome: answeredAt === null ? outcomeOfEnd(end) : 'answered',
      clearedBy: end.by,
      causeInferred: end.inferred,
      sipStatus: end.sipStatus === 0 ? null : end.sipStatus,
      lineCallId: details.lineCallId === '' ? null : details.lineCallId,
      detail: end.detail,
      ...toldData(leg),
    }),
  };
}

/** What the line told beside the leg's state; nothing stands for what it did not tell. */
function toldData({ details, told }: Leg): Readonly<Record<string, unknown>> {
  const { party, divertedTo, tariffs, charge } = told;
  return {
    ...(party === null ? {} : { connected: party }),
    ...(details.diversion === undefined ? {} : { divertedFrom: details.diversion }),
    ...(divertedTo === null ? {} : { divertedTo }),
    ...(details.subaddresses === undefined ? {} : { subaddresses: details.subaddresses }),
    ...(tariffs.length === 0 ? {} : { tariffs }),
    ...(charge === null ? {} : { charge }),
  };
}
