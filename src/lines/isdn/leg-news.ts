import type { Handle } from '../../../native/addon/addon.js';
import type { Native } from '../../core/index.js';
import { type Leg, type LegService, type Notice, SERVICE_CAUSES, causeText, readTypedNumber } from '../../telephony/index.js';
import { chargeOf, tariffOf } from './charges.js';
import { partyOf, reasonOf, typed } from './numbers.js';

/** Q.931 §4.5.22, Q.952, EN 300 369-1: notification indicators. */
const NOTICES: Readonly<Record<number, Notice['notice']>> = {
  0x00: 'userSuspended',
  0x01: 'userResumed',
  0x69: 'transferAlerting',
  0x6a: 'transferActive',
  0x79: 'remoteHold',
  0x7a: 'remoteRetrieval',
  0x7b: 'diverting',
};

const SERVICE_NAMES: Readonly<Record<LegService, string>> = {
  hold: 'Hold',
  retrieve: 'The retrieval from hold',
  transfer: 'The transfer',
  dialMore: 'Further dialling',
};

/** Hands what only ISDN tells of a call to its leg, in telephony's terms. */
export function tellLegs(
  { events, wallTime }: Pick<Native, 'events' | 'wallTime'>,
  find: (handle: Handle) => Leg | undefined,
  country: string,
): void {
  events.on('legAnswered', ({ leg, atMs, connected, connectedType, connectedPresentation, connectedName }) => {
    if ((connected ?? '') === '' && (connectedName ?? '') === '') return;
    const told = { number: connected ?? '', numberType: connectedType ?? 0, presentation: connectedPresentation ?? 0, name: connectedName ?? '' };
    find(leg)?.markParty(wallTime(atMs), partyOf(told, country));
  });
  events.on('legPartyChanged', ({ leg, atMs, ...told }) => find(leg)?.markParty(wallTime(atMs), partyOf(told, country)));
  events.on('legDiverted', ({ leg, atMs, number, numberType, reason }) => {
    const to = readTypedNumber(typed(number, numberType), country);
    find(leg)?.markDiverted(wallTime(atMs), { ...(to === undefined ? {} : { number: to }), reason: reasonOf(reason) });
  });
  events.on('legNotified', ({ leg, atMs, indicator }) =>
    find(leg)?.markNotified({ at: wallTime(atMs), notice: NOTICES[indicator] ?? 'other', indicator }),
  );
  events.on('legTariff', (event) => find(event.leg)?.markTariff(wallTime(event.atMs), tariffOf(event)));
  events.on('legCharge', (event) => find(event.leg)?.markCharged(wallTime(event.atMs), chargeOf(event)));
  events.on('legServiceRefused', ({ leg, service, q850 }) => {
    const why = q850 === SERVICE_CAUSES.notImplemented ? 'the exchange has no such service' : causeText(q850);
    find(leg)?.markServiceRefused({ service, q850, detail: `${SERVICE_NAMES[service]} was refused: ${why}` });
  });
}
