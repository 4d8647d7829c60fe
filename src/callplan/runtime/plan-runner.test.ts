import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { audio, choices, deliver, menu } from '../../../test/support/callplan/nodes.js';
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

describe('a run', () => {
  it('answers an inbound caller before it plays, and clears it with 16 when B hangs up', async () => {
    await rig.trunk();
    const run = rig.inbound(await rig.plan([audio(2, ['welcome', 'goodbye'], 3), deliver(3)]));
    await rig.clock.advance(100);
    expect(run.a.leg.state).toBe('answered');
    expect(rig.media.playingTo(run.a.leg)).toBe('welcome+goodbye');
    await rig.clock.advance(6000);
    rig.line.last.answer();
    await rig.clock.advance(5000);
    rig.line.last.end({ q850: 16 });
    await rig.clock.advance(0);
    expect(run.end()).toEqual({ reason: 'bPartyCleared', detail: 'The B-party hung up' });
    expect(run.a.leg.end).toMatchObject({ q850: 16, by: 'us' });
    expect(rig.tables.cdrRows.map(({ callType, clearDown }) => [callType, clearDown])).toEqual([
      [2, 16],
      [1, 16],
    ]);
    expect(rig.trace(run.call)).toEqual([
      'run.started',
      'node.entered 1',
      'node.left 1 Continue',
      'node.entered 2',
      'audio.played 2',
      'node.left 2 Continue',
      'node.entered 3',
      'deliver.dialling 3',
      'deliver.outcome 3',
      'bridge.opened 3',
      'bridge.closed 3',
      'node.left 3',
      'run.ended',
    ]);
  });

  it('takes a First Party by the branch Scheduled Call and an inbound caller by Continue', async () => {
    const plan = await rig.plan([
      { id: 1, type: 'Start', settings: { scheduledCall: { enabled: true } }, branches: { Continue: 2, 'Scheduled Call': 3 } },
      audio(2, 'welcome', 4),
      audio(3, 'support', 4),
      audio(4, 'goodbye', 5),
      deliver(5),
    ]);
    const [first, caller] = [rig.scheduled(plan), rig.inbound(plan)];
    await rig.clock.advance(100);
    expect(rig.media.heardBy(first.a.leg)).toEqual(['support']);
    expect(rig.media.heardBy(caller.a.leg)).toEqual(['welcome']);
  });

  it('ends at once, whatever it was doing, when the A-party hangs up', async () => {
    const run = rig.inbound(await rig.plan([audio(2, 'welcome', 3), deliver(3)]));
    await rig.clock.advance(1000);
    run.a.end({ q850: 16, detail: 'BYE' });
    await rig.clock.advance(0);
    expect(run.end()).toEqual({ reason: 'aPartyCleared', detail: 'BYE' });
    expect(rig.tables.callRows.get(run.call.identity.id)).toMatchObject({ expectedCount: 1, endAt: rig.clock.now() });
  });

  it('ends as cleared when someone else ends the call', async () => {
    const run = rig.inbound(await rig.plan([audio(2, 'welcome', 3), deliver(3)]));
    await rig.clock.advance(1000);
    void run.call.end(16);
    await rig.clock.advance(0);
    expect(run.end()?.reason).toBe('cleared');
  });

  it('keeps the version it began with when the plan is changed meanwhile', async () => {
    const reference = await rig.plan([audio(2, 'welcome', 3), audio(3, 'goodbye', 4), deliver(4)]);
    const run = rig.inbound(reference);
    await rig.clock.advance(100);
    const { document, plan } = rig.plans.details(reference.planId);
    const nodes = document.nodes.map((node) => (node.id === 3 ? { ...node, settings: { audioFile: 'sales' } } : node));
    await rig.plans.update(plan.id, 1, { ...document, nodes });
    await rig.clock.advance(3500);
    expect(rig.media.heardBy(run.a.leg)).toEqual(['welcome', 'goodbye']);
  });

  it('clears an answered caller with 41 after congestion tone when a node fails', async () => {
    const run = rig.scheduled(await rig.plan([audio(2, 'welcome', 3), deliver(3)]));
    rig.media.play = () => {
      throw new Error('the engine is gone');
    };
    await rig.clock.advance(1000);
    expect(rig.media.playingTo(run.a.leg)).toBe('tone:congestion');
    await rig.clock.advance(5000);
    expect(run.end()).toEqual({ reason: 'error', detail: 'the engine is gone' });
    expect(run.a.leg.end?.q850).toBe(41);
  });

  it('clears an unanswered caller with 41 at once when a version cannot be loaded', async () => {
    const run = rig.inbound({ planId: 'plan_none', version: 1 });
    await rig.clock.advance(0);
    expect(run.end()?.reason).toBe('error');
    expect(run.a.commands.at(-1)).toEqual({ do: 'clear', q850: 41, sipStatus: 0 });
  });

  it('ends with an error when a line does not answer though asked to', async () => {
    const run = rig.inbound(await rig.plan([audio(2, 'welcome', 3), deliver(3)]));
    run.a.answer = () => undefined;
    await rig.clock.advance(36_000);
    expect(run.end()?.reason).toBe('error');
    expect(run.a.leg.end?.q850).toBe(41);
  });
});

describe('Audio', () => {
  it('goes on when a file is gone or cannot be played', async () => {
    const run = rig.inbound(await rig.plan([audio(2, 'welcome', 3), audio(3, 'menu', 4), audio(4, 'goodbye', 5), deliver(5)]));
    rig.audio.delete('welcome');
    rig.media.broken.add('menu');
    await rig.clock.advance(100);
    expect(rig.media.playingTo(run.a.leg)).toBe('goodbye');
    expect(rig.trace(run.call)).toContain('audio.missing 2');
  });

  it('repeats, and ends early by a skip key, which is used up by it', async () => {
    const run = rig.inbound(await rig.plan([audio(2, 'welcome', 3, { repeat: 3, skipKeys: '#' }), menu(3, {}), ...choices]));
    await rig.clock.advance(4000);
    expect(rig.media.heardBy(run.a.leg)).toEqual(['welcome', 'welcome']);
    run.a.press('#');
    await rig.clock.advance(1000);
    expect(rig.media.playingTo(run.a.leg)).toBe('menu');
  });
});

describe('IVR Menu', () => {
  it.each([
    ['1', 'sales'],
    ['*', 'support'],
  ])('takes the branch of key %s during the prompt, which it ends', async (key, heard) => {
    const run = rig.inbound(await rig.plan([menu(2, {}), ...choices]));
    await rig.clock.advance(500);
    run.a.press(key);
    await rig.clock.advance(0);
    expect(rig.media.heard[0]?.end?.playedMs).toBe(500);
    expect(rig.media.playingTo(run.a.leg)).toBe(heard);
  });

  it('takes a key in the time after the prompt', async () => {
    const run = rig.inbound(await rig.plan([menu(2, {}), ...choices]));
    await rig.clock.advance(3000 + 4900);
    run.a.press('1');
    await rig.clock.advance(0);
    expect(rig.media.playingTo(run.a.leg)).toBe('sales');
  });

  it('takes a key that was typed ahead without playing the prompt', async () => {
    const run = rig.inbound(await rig.plan([audio(2, 'welcome', 3), menu(3, {}), ...choices]));
    await rig.clock.advance(1000);
    run.a.press('1');
    await rig.clock.advance(2500);
    expect(rig.media.heardBy(run.a.leg)).toEqual(['welcome', 'sales']);
  });

  it('forgets what else was typed ahead once a key was no choice', async () => {
    const run = rig.inbound(await rig.plan([audio(2, 'welcome', 3), menu(3, {}), ...choices]));
    await rig.clock.advance(1000);
    run.a.press('9');
    run.a.press('1');
    await rig.clock.advance(2500);
    expect(rig.media.heardBy(run.a.leg)).toEqual(['welcome', 'menu']);
  });

  it('counts a key once that arrives by event and as a tone', async () => {
    const run = rig.inbound(await rig.plan([menu(2, { Invalid: 10 }), ...choices], {}));
    await rig.clock.advance(100);
    run.a.leg.markDigit({ digit: '1', durationMs: 100, method: 'rfc4733', at: rig.clock.now() });
    await rig.clock.advance(50);
    run.a.leg.markDigit({ digit: '1', durationMs: 100, method: 'inBand', at: rig.clock.now() });
    await rig.clock.advance(0);
    expect(rig.trace(run.call).filter((line) => line === 'digit.heard')).toHaveLength(1);
    expect(rig.media.detecting).toContain(run.a.leg.id);
  });

  it.each([
    ['Timeout where no key came', { Timeout: 10, Invalid: 11, 'Max Attempts': 12 }, '', 'sales'],
    ['Invalid where the last key was no choice', { Timeout: 11, Invalid: 10, 'Max Attempts': 12 }, '9', 'sales'],
    ['Max Attempts where Timeout is not connected', { Invalid: 11, 'Max Attempts': 10 }, '', 'sales'],
    ['Max Attempts where Invalid is not connected', { Timeout: 11, 'Max Attempts': 10 }, '9', 'sales'],
  ])('leaves by %s, after its attempts', async (_name, branches, key, heard) => {
    const run = rig.inbound(await rig.plan([menu(2, branches, { invalidAudio: 'invalid', noInputAudio: 'no-input' }), ...choices]));
    for (let attempt = 0; attempt < 2; attempt += 1) {
      await rig.clock.advance(100);
      if (key !== '') run.a.press(key);
      await rig.clock.advance(key === '' ? 10_900 : 3000);
    }
    await rig.clock.advance(100);
    const failure = key === '' ? 'no-input' : 'invalid';
    expect(rig.media.heardBy(run.a.leg)).toEqual(['menu', failure, 'menu', failure, heard]);
  });

  it('ends with congestion tone and 16 where nothing is connected to its failure', async () => {
    const run = rig.inbound(await rig.plan([menu(2, {}), ...choices]));
    await rig.clock.advance(16_100);
    expect(rig.media.playingTo(run.a.leg)).toBe('tone:congestion');
    await rig.clock.advance(5000);
    expect(run.end()).toEqual({ reason: 'completed', detail: 'Nothing is connected to "Max Attempts" of node 2' });
  });

  it('ends when the A-party hangs up while it waits for a key', async () => {
    const run = rig.inbound(await rig.plan([menu(2, {}), ...choices]));
    await rig.clock.advance(4000);
    run.a.end();
    await rig.clock.advance(0);
    expect(run.end()?.reason).toBe('aPartyCleared');
  });
});

describe('Jump', () => {
  const jump = (id: number, target: object) => ({ id, type: 'Jump', settings: { target } });

  it('goes on at a node of the same plan, and in a sub plan', async () => {
    const subPlans = [
      { id: 7, name: 'Bye', nodes: [{ id: 70, type: 'Sub Plan Start', branches: { Continue: 71 } }, audio(71, 'goodbye', 72), deliver(72)] },
    ];
    const run = rig.inbound(
      await rig.plan([audio(2, 'welcome', 3), jump(3, { node: 4 }), audio(4, 'sales', 5), jump(5, { subPlan: 7 })], { subPlans }),
    );
    await rig.clock.advance(6100);
    expect(rig.media.heardBy(run.a.leg)).toEqual(['welcome', 'sales', 'goodbye']);
  });

  it('goes on at the version of another plan that is active then, by its name', async () => {
    await rig.plan([audio(2, 'support', 3), deliver(3)], { name: 'Night' });
    const run = rig.scheduled(await rig.plan([audio(2, 'welcome', 3), jump(3, { plan: 'Night' })]));
    await rig.clock.advance(3100);
    expect(rig.media.playingTo(run.a.leg)).toBe('support');
    expect(rig.trace(run.call)).toContain('plan.entered');
  });

  it('stops a run that goes round between plans in no time', async () => {
    const there = await rig.plan([audio(2, 'welcome', 3), deliver(3)], { name: 'There' });
    const here = await rig.plan([jump(2, { plan: 'There' })], { name: 'Here' });
    const { document } = rig.plans.details(there.planId);
    const nodes = [document.nodes[0], jump(2, { plan: 'Here' })];
    await rig.plans.update(there.planId, 1, { ...document, nodes });
    const run = rig.scheduled(here);
    await rig.clock.advance(5100);
    expect(run.end()?.detail).toMatch(/goes round in a loop/);
  });
});

describe('variables', () => {
  const variables = [
    { name: '@Prompt', default: 'welcome', scope: 'Call' },
    { name: '@Next', default: '3', scope: 'Call' },
    { name: '@Who', default: '+441632960200', scope: 'Call' },
  ];
  const nodes = [audio(2, '@Prompt', 3), audio(3, 'sales', 5), audio(4, 'support', 5), { ...deliver(5, '@Who') }];
  const branching = [{ ...nodes[0], branches: { Continue: '@Next' } }, ...nodes.slice(1)];

  it('stand for properties and for where branches lead', async () => {
    await rig.trunk();
    const run = rig.scheduled(await rig.plan(branching, { variables }), {
      '@Prompt': 'menu',
      '@Next': '4',
      '@Who': '01632 960 205',
      '@Unknown': 'x',
    });
    await rig.clock.advance(6100);
    expect(rig.media.heardBy(run.a.leg)).toEqual(['menu', 'support', 'tone:ringing']);
    expect(rig.line.last.request?.to).toEqual({ kind: 'number', e164: '+441632960205' });
  });

  it('fall back to their default where their value cannot stand there', async () => {
    await rig.trunk();
    const run = rig.scheduled(await rig.plan(branching, { variables }), { '@Prompt': '../etc/passwd', '@Next': 'x', '@Who': '1;play=/etc' });
    await rig.clock.advance(6100);
    expect(rig.media.heardBy(run.a.leg)).toEqual(['welcome', 'sales', 'tone:ringing']);
    expect(rig.line.last.request?.to).toEqual({ kind: 'number', e164: '+441632960200' });
  });
});
