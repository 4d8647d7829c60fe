import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { audio, deliver } from '../../../test/support/callplan/nodes.js';
import { PlanRig } from '../../../test/support/callplan/plan-rig.js';
import { accountRecord, openTestStore, type TestStore } from '../../../test/support/store.js';

let testStore: TestStore;
let rig: PlanRig;

beforeAll(async () => {
  testStore = await openTestStore();
  await testStore.store.commit(testStore.store.accounts.insert(accountRecord()));
});

beforeEach(() => {
  rig = new PlanRig(testStore.store);
});

afterAll(() => testStore.remove());

describe('Deliver Call', () => {
  beforeEach(() => rig.trunk());

  const toB = () => rig.plan([deliver(2)]);

  it('lets an unanswered caller ring, and answers it only when B answers', async () => {
    const run = rig.inbound(await toB());
    await rig.clock.advance(1000);
    expect(run.a.commands).toEqual([{ do: 'ring', earlyMedia: false }]);
    expect(rig.media.heard).toEqual([]);
    rig.line.last.answer();
    await rig.clock.advance(0);
    expect(run.a.leg.state).toBe('answered');
    expect(rig.media.bridges).toMatchObject([{ legIds: [run.a.leg.id, rig.line.last.leg.id], open: true }]);
  });

  it('lets an answered caller hear ringing tone until B answers', async () => {
    const run = rig.scheduled(await toB());
    await rig.clock.advance(1000);
    expect(rig.media.playingTo(run.a.leg)).toBe('tone:ringing');
    rig.line.last.answer();
    await rig.clock.advance(0);
    expect(rig.media.playingTo(run.a.leg)).toBeNull();
  });

  it("passes on B's early media, and keeps both joined when B answers", async () => {
    const run = rig.inbound(await toB());
    await rig.clock.advance(100);
    rig.line.last.leg.markProgress(rig.clock.now(), 183, true);
    await rig.clock.advance(0);
    expect(run.a.commands.at(-1)).toEqual({ do: 'ring', earlyMedia: true });
    expect(rig.media.bridges).toMatchObject([{ open: true }]);
    rig.line.last.answer();
    await rig.clock.advance(0);
    expect(rig.media.bridges).toMatchObject([{ open: true }]);
    expect(run.a.leg.state).toBe('answered');
  });

  it('presents the pair of a Scheduled Call to B', async () => {
    rig.scheduled(await toB());
    await rig.clock.advance(0);
    expect(rig.line.last.request).toMatchObject({ cli: { network: { number: '+441632960100' }, presentation: { number: '+441632960111' } } });
    expect(rig.line.last.request?.diversion).toBeUndefined();
  });

  it("presents an inbound caller's own number to B, with the service number as diverting number", async () => {
    rig.inbound(await toB());
    await rig.clock.advance(0);
    expect(rig.line.last.request).toMatchObject({
      cli: { network: { number: '+441632960100' }, presentation: { number: '+447700900123' } },
      diversion: '+441632960100',
    });
  });

  it('presents no number to B where the caller withheld it', async () => {
    const network = { number: '+447700900123', presentation: 'restricted', screening: 'network' } as const;
    rig.inbound(await toB(), { cli: { network, presentation: network } });
    await rig.clock.advance(0);
    expect(rig.line.last.request?.cli.presentation).toEqual({ presentation: 'restricted', screening: 'network' });
  });

  it.each([
    ['Busy', { q850: 17, sipStatus: 486 }],
    ['Other', { q850: 21, sipStatus: 603 }],
    ['Other', { q850: 1, sipStatus: 404 }],
  ] as const)('leaves by %s when B is refused with %o', async (branch, end) => {
    const others = { 'Ring No Reply': 4, Busy: 4, Other: 4, [branch]: 3 };
    const run = rig.inbound(await rig.plan([deliver(2, '+441632960200', others), audio(3, 'sales', 5), audio(4, 'support', 5), deliver(5)]));
    await rig.clock.advance(100);
    rig.line.last.end(end);
    await rig.clock.advance(100);
    expect(rig.media.playingTo(run.a.leg)).toBe('sales');
  });

  it('leaves by Ring No Reply after the ring time', async () => {
    const run = rig.inbound(await rig.plan([deliver(2, '+441632960200', { 'Ring No Reply': 3 }), audio(3, 'sales', 4), deliver(4)]));
    await rig.clock.advance(0);
    rig.line.last.seize();
    rig.line.last.ring();
    await rig.clock.advance(19_900);
    expect(rig.media.heard).toEqual([]);
    await rig.clock.advance(200);
    expect(rig.media.playingTo(run.a.leg)).toBe('sales');
  });

  it('tries the further destinations on engaged and no reply, and reports the last', async () => {
    const settings = {
      destination: '+441632960201',
      ringSeconds: 5,
      furtherDestinations: [{ destination: '+441632960202', ringSeconds: 5 }, { destination: 'ext:201' }],
    };
    const run = rig.scheduled(await rig.plan([{ id: 2, type: 'Deliver Call', settings, branches: {} }]));
    await rig.clock.advance(100);
    rig.line.last.end({ q850: 17, sipStatus: 486 });
    await rig.clock.advance(5200);
    expect(rig.line.dialled.map((leg) => leg.request?.to)).toEqual([
      { kind: 'number', e164: '+441632960201' },
      { kind: 'number', e164: '+441632960202' },
    ]);
    await rig.clock.advance(100);
    expect(rig.trace(run.call).filter((line) => line === 'deliver.outcome 2')).toHaveLength(3);
  });

  it('tries no further destination when one cannot be reached at all', async () => {
    const settings = { destination: '+441632960204', furtherDestinations: [{ destination: '+441632960202' }] };
    const run = rig.scheduled(await rig.plan([{ id: 2, type: 'Deliver Call', settings, branches: {} }]));
    await rig.clock.advance(100);
    rig.line.last.end({ q850: 1, sipStatus: 404 });
    await rig.clock.advance(100);
    expect(rig.line.dialled).toHaveLength(1);
    expect(rig.media.playingTo(run.a.leg)).toBe('tone:unobtainable');
  });

  it.each([
    ['answered', 'tone:busy', 17],
    ['unanswered', null, 17],
  ] as const)('ends an %s caller by the cause where the branch leads nowhere', async (state, tone, q850) => {
    const plan = await toB();
    const run = state === 'answered' ? rig.scheduled(plan) : rig.inbound(plan);
    await rig.clock.advance(100);
    rig.line.last.end({ q850: 17, sipStatus: 486 });
    await rig.clock.advance(100);
    expect(rig.media.playingTo(run.a.leg)).toBe(tone);
    await rig.clock.advance(5000);
    expect(run.a.leg.end).toMatchObject({ q850, by: 'us' });
    expect(run.end()?.reason).toBe('completed');
  });

  it('clears B when A hangs up while B rings', async () => {
    const run = rig.inbound(await toB());
    await rig.clock.advance(1000);
    rig.line.last.ring();
    run.a.end();
    await rig.clock.advance(0);
    expect(rig.line.last.leg.end).toMatchObject({ by: 'us', q850: 16 });
    expect(run.end()?.reason).toBe('aPartyCleared');
    expect(rig.tables.callRows.get(run.call.identity.id)?.expectedCount).toBe(2);
  });

  it('clears B when it answers at the moment A leaves', async () => {
    const run = rig.inbound(await toB());
    await rig.clock.advance(1000);
    rig.line.last.answer();
    run.a.end();
    await rig.clock.advance(0);
    expect(rig.line.last.leg.end).toMatchObject({ by: 'us' });
    expect(rig.media.bridges.every((bridge) => !bridge.open)).toBe(true);
    expect(run.end()?.reason).toBe('aPartyCleared');
  });

  it('clears B when A hangs up during the conversation', async () => {
    const run = rig.inbound(await toB());
    await rig.clock.advance(100);
    rig.line.last.answer();
    await rig.clock.advance(1000);
    run.a.end();
    await rig.clock.advance(0);
    expect(rig.line.last.leg.end).toMatchObject({ by: 'us', q850: 16 });
    expect(run.end()?.reason).toBe('aPartyCleared');
  });

  it('takes no note of keys that the parties send each other', async () => {
    const run = rig.inbound(await toB());
    await rig.clock.advance(100);
    rig.line.last.answer();
    await rig.clock.advance(1000);
    run.a.press('4');
    await rig.clock.advance(0);
    expect(rig.trace(run.call)).not.toContain('digit.heard');
    expect(rig.media.detecting).not.toContain(run.a.leg.id);
  });

  it('clears both when their bridge is lost though both live', async () => {
    const run = rig.inbound(await toB());
    await rig.clock.advance(100);
    rig.line.last.answer();
    await rig.clock.advance(1000);
    rig.media.loseBridges();
    await rig.clock.advance(1100);
    expect([rig.media.playingTo(run.a.leg), rig.line.last.leg.state]).toEqual(['tone:congestion', 'ended']);
    await rig.clock.advance(5000);
    expect(run.end()?.reason).toBe('error');
    expect([run.a.leg.state, rig.line.last.leg.state]).toEqual(['ended', 'ended']);
  });

  it('lets the caller hear ringing again when a party that sent early media was engaged and another is tried', async () => {
    const settings = { destination: '+441632960201', furtherDestinations: [{ destination: '+441632960202' }] };
    const run = rig.inbound(await rig.plan([{ id: 2, type: 'Deliver Call', settings, branches: {} }]));
    await rig.clock.advance(100);
    rig.line.last.leg.markProgress(rig.clock.now(), 183, true);
    await rig.clock.advance(100);
    rig.line.last.end({ q850: 17, sipStatus: 486 });
    await rig.clock.advance(100);
    expect(rig.line.dialled).toHaveLength(2);
    expect(rig.media.bridges).toMatchObject([{ open: false }]);
    expect(rig.media.playingTo(run.a.leg)).toBe('tone:ringing');
  });

  it("gives an inbound caller's network number where the line told no other", async () => {
    const cli = {
      network: { number: '+447700900123', presentation: 'allowed', screening: 'network' },
      presentation: { presentation: 'unavailable', screening: 'unscreened' },
    } as const;
    rig.inbound(await toB(), { cli });
    await rig.clock.advance(0);
    expect(rig.line.last.request?.cli.presentation.number).toBe('+447700900123');
  });

  it('accounts for a destination that no line carries', async () => {
    for (const { id } of rig.trunks.list()) await rig.trunks.delete(id);
    const run = rig.inbound(await toB());
    await rig.clock.advance(100);
    expect(rig.tables.cdrRows.map(({ callType, to }) => [callType, to])).toContainEqual([2, '+441632960200']);
    expect(run.end()?.reason).toBe('completed');
  });
});
