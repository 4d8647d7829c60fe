import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { IsdnDialOptions, IsdnService, NativeEvent } from '../../native/addon/addon.js';
import type { SpanSettings } from '../../src/store/index.js';
import { type IncomingLeg, type Leg, defaultSpanSettings, newLineIdentity } from '../../src/telephony/index.js';
import { isdnTrunk } from '../support/stepped-card.js';
import { SERVICE_NUMBER, caller, openIsdn } from '../support/stepped-isdn.js';

const OWN = { number: SERVICE_NUMBER, presentation: 'allowed', screening: 'network' } as const;
const SPAN = 2;

describe('what an ISDN line tells of a call and takes for it, beside its state', () => {
  let world: Awaited<ReturnType<typeof openIsdn>>;
  let trunk: ReturnType<typeof isdnTrunk>;
  let farEnd: Extract<NativeEvent, { readonly type: 'isdnFarEnd' }>[];

  beforeEach(async () => {
    world = await openIsdn();
    trunk = isdnTrunk([SPAN]);
    world.isdn.useTrunk(trunk);
    farEnd = [];
    world.native.events.on('isdnFarEnd', (event) => farEnd.push(event));
  });

  afterEach(async () => world.close());

  async function runSpan(change: Partial<SpanSettings>): Promise<void> {
    world.isdn.configure(SPAN, { ...defaultSpanSettings('e1', 1), ...change });
    await world.pass(2000);
    await until(() => world.isdn.linkOf(SPAN)?.layerTwo === 'up', 'the span is up again');
  }

  function dial(farEndKey: string, change: Partial<Parameters<typeof world.isdn.dial>[0]> = {}): Leg {
    const to = { kind: 'number', e164: `+441632960${farEndKey}` } as const;
    return world.isdn.dial({ legId: 'leg_1', trunk, to, cli: { network: OWN, presentation: OWN }, identity: newLineIdentity(), ...change });
  }

  async function until(reached: () => boolean, what: string): Promise<void> {
    for (let waited = 0; !reached(); waited += 20) {
      if (waited > 60_000) throw new Error(`Not within a minute: ${what}`);
      await world.pass(20);
    }
  }

  async function answered(leg: Leg): Promise<Leg> {
    await until(() => leg.state === 'answered', 'the answer');
    return leg;
  }

  /** The exchange says this of the one call there is. */
  async function say(service: IsdnService): Promise<void> {
    const { channel } = farEnd.at(-1) ?? { channel: 0 };
    expect(world.native.engine.virtualIsdnSay(channel, service)).toBe(0);
    await world.pass(200);
  }

  async function calledIn(change: Partial<IsdnDialOptions>): Promise<Leg> {
    let incoming: IncomingLeg | null = null;
    world.isdn.onIncoming((one) => (incoming = one));
    expect(world.native.engine.virtualIsdnCallIn(SPAN, caller('100', change), { script: [] })).toBe(0);
    await until(() => incoming !== null, 'the call');
    if (incoming === null) throw new Error('no call');
    return (incoming as IncomingLeg).leg;
  }

  it('the party puts us on hold, has us back, and lets us know', async () => {
    const leg = await answered(dial('200'));
    const told: unknown[] = [];
    leg.events.on('held', ({ held, by }) => told.push([held, by]));
    leg.events.on('notified', ({ notice }) => told.push(notice));
    await say({ service: 'hold' });
    expect(leg.isHeld).toBe(true);
    await say({ service: 'retrieve' });
    expect(leg.isHeld).toBe(false);
    for (const indicator of [0x79, 0x7a, 0x33]) await say({ service: 'notify', indicator });
    expect(told).toEqual([[true, 'peer'], [false, 'peer'], 'remoteHold', 'remoteRetrieval', 'other']);
  });

  it('a party that changes, and a call that goes elsewhere, are told with their numbers in full', async () => {
    const number = { digits: '7700900123', type: 2, plan: 1, presentation: 0, screening: 3 };
    const ringing = dial('202');
    await until(() => ringing.progressAt !== null, 'ringing');
    await say({ service: 'diverted', number, reason: 2 });
    expect(ringing.told.divertedTo).toEqual({ number: '+447700900123', reason: 'noReply' });
    ringing.clear(16);
    await world.pass(1000);
    const leg = await answered(dial('200'));
    await say({ service: 'party', number, name: '' });
    expect(leg.told.party).toMatchObject({ number: '+447700900123', presentation: 'allowed' });
  });

  it('what a call costs is kept as it is told, and the leg that is charged for ends all the same', async () => {
    const leg = await answered(dial('200'));
    await say({ service: 'flatRate', item: 3, cost: 5, multiplier: 1, currency: 'GBP' });
    await say({ service: 'units', units: 3, final: false });
    expect(leg.told).toMatchObject({
      tariffs: [{ item: 'callAttempt', rate: 'flat', money: { amount: '0.05', currency: 'GBP' } }],
      charge: { final: false, kind: 'units', units: 3 },
    });
    leg.clear(16);
    await world.pass(2100);
    expect(leg.end).toMatchObject({ q850: 16, by: 'us' });
  });

  it('subaddresses and the reason of a diversion go out, and come in', async () => {
    dial('200', { subaddresses: { called: '12', calling: '34' }, diversion: '+441632960300', diversionReason: 'busy' });
    await world.pass(500);
    expect(farEnd[0]).toMatchObject({ calledSubaddress: '12', callingSubaddress: '34', redirecting: '1632960300', redirectReason: 1 });
    const redirecting = { digits: '7700900123', type: 2, plan: 1, presentation: 0, screening: 3 };
    const leg = await calledIn({ calledSubaddress: '56', callingSubaddress: '78', redirecting, redirectReason: 15 });
    expect(leg.details.subaddresses).toEqual({ called: '56', calling: '78' });
    expect(leg.details.diversion).toEqual({ number: '+447700900123', reason: 'unconditional' });
  });

  it('an answered call outlives its D channel for as long as the span says, and no longer', async () => {
    const cut = (is: boolean) => world.card.setSpanFaults(SPAN, { dChannel: { cut: is } });
    await runSpan({ t309Seconds: 60 });
    const leg = await answered(dial('200'));
    cut(true);
    await until(() => world.isdn.linkOf(SPAN)?.layerTwo === 'down', 'layer 2 is down');
    await world.pass(30_000);
    cut(false);
    await until(() => world.isdn.linkOf(SPAN)?.layerTwo === 'up', 'layer 2 is up again');
    expect(leg.state).toBe('answered');
    cut(true);
    await until(() => world.isdn.linkOf(SPAN)?.layerTwo === 'down', 'layer 2 is down again');
    await world.pass(50_000);
    expect(leg.state).toBe('answered');
    await world.pass(30_000);
    expect(leg.end).toMatchObject({ by: 'line', q850: 27 });
  });

  describe('on a span with overlap', () => {
    beforeEach(async () => {
      await runSpan({ overlap: true });
    });

    const useSending = (sending: 'enBloc' | 'open' | 'digitByDigit'): void => {
      trunk = isdnTrunk([SPAN], { sending });
      world.isdn.useTrunk(trunk);
    };

    it('a number goes out in one, where the trunk does not say otherwise', async () => {
      await answered(dial('200'));
      expect(farEnd[0]).toMatchObject({ called: '1632960200' });
    });

    it('a number goes out digit by digit once the exchange wants it', async () => {
      useSending('digitByDigit');
      const leg = await answered(dial('200'));
      expect(farEnd[0]).toMatchObject({ called: '' });
      expect(world.card.calls()[0]).toMatchObject({ number: '+441632960200' });
      leg.clear(16);
    });

    it('a number that goes out whole may go on', async () => {
      useSending('open');
      const leg = dial('20');
      await world.pass(500);
      leg.dialMore('0');
      await answered(leg);
      expect(farEnd[0]).toMatchObject({ called: '163296020' });
      expect(world.card.calls()[0]).toMatchObject({ number: '+441632960200' });
    });
  });
});
