import { expect, it } from 'vitest';

import { SteppedClock } from '../../core/index.js';
import type { CallIdentity } from '../call.js';
import { type LegDetails, Leg, type LegDriver, type LegEnd } from '../leg.js';
import { legCdr } from './cdr.js';

const CLI = { number: '+441632960100', presentation: 'allowed', screening: 'network' } as const;
const END: LegEnd = { q850: 16, inferred: false, sipStatus: 0, by: 'us', sent: true, responded: true, detail: '', at: 9000 };
const IDENTITY: CallIdentity = {
  id: 'call_1',
  accountId: 'acc_1',
  origin: 'inbound',
  serviceNumberId: 'num_1',
  serviceNumber: '+441632960100',
  requestId: null,
  attemptId: null,
  presentationNumber: null,
};
const nothing = (): void => undefined;
const DRIVER: LegDriver = { ring: nothing, answer: nothing, clear: nothing, sendDigits: nothing };

function leg(more: Partial<LegDetails> = {}): Leg {
  const to = { kind: 'number', e164: '+447700900123' } as const;
  const cli = { network: CLI, presentation: CLI };
  return new Leg({ id: 'leg_1', direction: 'out', lineKind: 'isdn', trunkId: 'trk_1', to, cli, mediaHandle: 1, lineCallId: '', ...more }, DRIVER);
}

function dataOf(one: Leg): Record<string, unknown> {
  one.markEnded(END);
  return JSON.parse(legCdr(one, 2, 1000, null, END, IDENTITY, new SteppedClock()).data) as Record<string, unknown>;
}

it('a record has what the line told of parties, diversions and charges, money to the last digit', () => {
  const told = leg({ diversion: { number: '+441632960300', reason: 'busy' }, subaddresses: { called: '12' } });
  const party = { number: '+447700900999', name: 'Bob', presentation: 'allowed' } as const;
  told.markAnswered(2000);
  told.markParty(2000, party);
  told.markDiverted(2000, { number: '+447700900999', reason: 'noReply' });
  told.markTariff(2000, { item: 'basicCommunication', rate: 'free' });
  told.markCharged(2000, { final: false, kind: 'units', units: 1 });
  told.markCharged(3000, { final: true, kind: 'money', money: { amount: '0.125', currency: 'GBP' } });
  expect(dataOf(told)).toMatchObject({
    connected: party,
    divertedFrom: { number: '+441632960300', reason: 'busy' },
    divertedTo: { number: '+447700900999', reason: 'noReply' },
    subaddresses: { called: '12' },
    tariffs: [{ item: 'basicCommunication', rate: 'free' }],
    charge: { final: true, kind: 'money', money: { amount: '0.125', currency: 'GBP' } },
  });
});

it('a record has nothing of what the line did not tell', () => {
  const keys = Object.keys(dataOf(leg()));
  for (const key of ['connected', 'divertedFrom', 'divertedTo', 'subaddresses', 'tariffs', 'charge']) expect(keys).not.toContain(key);
});

it('a network that goes on telling rates does not fill the record', () => {
  const told = leg();
  for (let i = 0; i < 1000; i++) told.markTariff(2000, { item: 'basicCommunication', rate: 'free' });
  expect((dataOf(told)['tariffs'] as unknown[]).length).toBe(16);
});
