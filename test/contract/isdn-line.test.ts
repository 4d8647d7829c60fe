import { expect, it } from 'vitest';

import { silentLogger } from '../../src/core/index.js';
import { NativeMedia } from '../../src/media/index.js';
import { newLineIdentity } from '../../src/telephony/index.js';
import { dtmfDigits, isdnTrunk, readWav } from '../support/stepped-card.js';
import { CALLER_SCRIPT, SERVICE_NUMBER, caller, openIsdn } from '../support/stepped-isdn.js';
import { linePortContract } from './line-port.js';

for (const [name, span] of [
  ['a primary rate span', 2],
  ['a basic access, point to point', 3],
  ['a basic access, point to multipoint', 4],
] as const) {
  linePortContract(`${name} of the virtual card, in virtual time`, async () => {
    const world = await openIsdn();
    const trunk = isdnTrunk([span]);
    world.isdn.useTrunk(trunk);
    const media = new NativeMedia(world.native, silentLogger);
    return {
      line: world.isdn,
      trunk,
      tells: { exactCauses: true, callerNumber: true },
      hasServices: true,
      serviceNumber: SERVICE_NUMBER,
      pass: world.pass,
      listen: (leg) => media.detectDigits(leg, true),
      callIn: () => {
        const status = world.native.engine.virtualIsdnCallIn(span, caller('100'), { script: CALLER_SCRIPT });
        if (status !== 0) throw new Error(`the far end cannot call: status ${status}`);
        const busy = () => world.isdn.lines().findLast(({ state }) => state !== 'idle' && state !== 'alarm')?.channel ?? 0;
        return Promise.resolve({ hangUp: () => void world.native.engine.virtualHangUp(busy()) });
      },
      // A network screens what is withheld, with its number: a test of its own below.
      callerOf: () => null,
      heardDigits: () => {
        const file = world.card.heardFile(world.card.calls()[0]?.id ?? '');
        return Promise.resolve(file === null ? 'no file' : dtmfDigits(readWav(file)));
      },
      close: world.close,
    };
  });
}

it('sends the presentation as its one calling number, withheld where it is, and a diversion as redirecting number', async () => {
  const world = await openIsdn();
  const trunk = isdnTrunk([2]);
  world.isdn.useTrunk(trunk);
  const seen: Record<string, unknown>[] = [];
  world.native.events.on('isdnFarEnd', (event) => event.what === 'called' && seen.push({ ...event }));
  const network = { number: '+441632960100', presentation: 'allowed', screening: 'network' } as const;
  const to = { kind: 'number', e164: '+441632960200' } as const;
  const common = { trunk, to, identity: newLineIdentity() };
  world.isdn.dial({
    ...common,
    legId: 'leg_1',
    cli: { network, presentation: { number: '+447700900123', name: 'Zoë Example', presentation: 'allowed', screening: 'unscreened' } },
    diversion: '+441632960300',
  });
  world.isdn.dial({ ...common, legId: 'leg_2', cli: { network, presentation: { ...network, name: 'Secret', presentation: 'restricted' } } });
  await world.pass(1000);
  expect(seen).toMatchObject([
    {
      called: '1632960200',
      calledType: 2,
      calling: '7700900123',
      callingType: 2,
      callingPresentation: 0,
      callingName: '',
      redirecting: '1632960300',
    },
    { calling: '1632960100', callingPresentation: 1, callingName: '' },
  ]);
  await world.close();
});

it('takes what a caller brings: name, withheld number, number in full', async () => {
  const world = await openIsdn();
  world.isdn.useTrunk(isdnTrunk([2]));
  const details: unknown[] = [];
  world.isdn.onIncoming(({ leg }) => details.push({ to: leg.details.to, cli: leg.details.cli.presentation }));
  const number = { type: 2, plan: 1, presentation: 1, screening: 3 };
  const calls = [
    caller('1632960100', { called: { ...number, digits: '1632960100', presentation: 0 }, callingName: 'Alice' }),
    caller('100', { calling: { ...number, digits: '1632960205' } }),
    { ...caller('100'), calling: { ...number, digits: '', presentation: 2 } },
  ];
  for (const call of calls) {
    expect(world.native.engine.virtualIsdnCallIn(2, call, { script: [] })).toBe(0);
    await world.pass(500);
  }
  const to = { kind: 'number', e164: SERVICE_NUMBER };
  expect(details).toMatchObject([
    { to, cli: { number: '+441632960205', name: 'Alice', presentation: 'allowed', screening: 'network' } },
    { to, cli: { number: '+441632960205', presentation: 'restricted', screening: 'network' } },
    { to, cli: { presentation: 'unavailable' } },
  ]);
  await world.close();
});

it('takes the B-channels that a trunk names in its order, and ends with 34 when none is left', async () => {
  const world = await openIsdn();
  const to = { kind: 'number', e164: '+441632960200' } as const;
  const own = { number: SERVICE_NUMBER, presentation: 'allowed', screening: 'network' } as const;
  const taken = async (selection: 'ascending' | 'descending' | 'roundRobin', calls: number): Promise<(number | undefined)[]> => {
    const trunk = isdnTrunk([2], { bChannels: [3, 4, 5], selection, exclusive: true });
    world.isdn.useTrunk(trunk);
    const channels: (number | undefined)[] = [];
    for (let i = 0; i < calls; i++) {
      const leg = world.isdn.dial({ legId: `leg_${i}`, trunk, to, cli: { network: own, presentation: own }, identity: newLineIdentity() });
      await world.pass(100);
      channels.push(world.isdn.lines().find(({ state }) => state === 'dialling')?.channel);
      expect(world.isdn.trunkState(trunk.id)).toMatchObject({ inUse: 1, capacity: 3 });
      leg.clear(16);
      await world.pass(1000);
    }
    return channels;
  };
  // Channels of the card: 1 … 8 are analogue, so that B3 is 11.
  expect(await taken('ascending', 2)).toEqual([11, 11]);
  expect(await taken('descending', 2)).toEqual([13, 13]);
  expect(await taken('roundRobin', 4)).toEqual([11, 12, 13, 11]);
  const trunk = isdnTrunk([2], { bChannels: [3] });
  world.isdn.useTrunk(trunk);
  const dial = () => world.isdn.dial({ legId: 'leg', trunk, to, cli: { network: own, presentation: own }, identity: newLineIdentity() });
  dial();
  await world.pass(100);
  const refused = dial();
  await world.pass(20);
  expect(refused.end).toMatchObject({ q850: 34, by: 'line', sent: false });
  await world.close();
});

it('goes down with its alarm, says why, and comes back', async () => {
  const world = await openIsdn();
  const trunk = isdnTrunk([2]);
  world.isdn.useTrunk(trunk);
  expect(world.isdn.trunkState(trunk.id)).toMatchObject({ state: 'up', capacity: 30, inUse: 0 });
  world.card.setSpanFaults(2, { dChannel: { cut: true } });
  await world.pass(60_000);
  expect(world.isdn.trunkState(trunk.id)).toMatchObject({ state: 'down', detail: 'span 2: layer 2 is down' });
  expect(world.isdn.lines().filter(({ state }) => state === 'alarm')).toHaveLength(30);
  world.card.setSpanFaults(2, {});
  await world.pass(60_000);
  expect(world.isdn.trunkState(trunk.id)?.state).toBe('up');
  await world.close();
});
