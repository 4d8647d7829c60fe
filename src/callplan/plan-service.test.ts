import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { PlanRig } from '../../test/support/callplan/plan-rig.js';
import { accountRecord, openTestStore, serviceNumberRecord, type TestStore } from '../../test/support/store.js';
import type { PlanDetails } from './plan-service.js';

let testStore: TestStore;
let rig: PlanRig;
let count = 0;

beforeAll(async () => {
  testStore = await openTestStore();
  const { accounts } = testStore.store;
  const withoutFeature = { scheduledCall: false, customCli: false };
  await testStore.store.commit(accounts.insert(accountRecord()));
  await testStore.store.commit(accounts.insert(accountRecord({ id: 'acc_sub', parentId: 'acc_root', features: withoutFeature })));
});

beforeEach(() => {
  rig = new PlanRig(testStore.store);
});

afterAll(() => testStore.remove());

const nodes = (audioFile = 'welcome', start: object = {}) => [
  { id: 1, type: 'Start', settings: { scheduledCall: { enabled: true } }, branches: { Continue: 2, 'Scheduled Call': 2 }, ...start },
  { id: 2, type: 'Audio', settings: { audioFile }, branches: { Continue: 3 } },
  { id: 3, type: 'Deliver Call', settings: { destination: '01632 960200' } },
];
const document = (audioFile?: string, start?: object) => ({ format: 1, name: `Plan of its own ${(count += 1)}`, nodes: nodes(audioFile, start) });

describe('saving a plan', () => {
  it('keeps version 1 and gives it to callers at once', async () => {
    const { plan, version, findings } = await rig.plans.create('acc_root', { ...document(), description: 'Day' });
    expect([version, findings]).toEqual([1, []]);
    expect(rig.plans.get(plan.id)).toMatchObject({ activeVersion: 1, revision: 1, description: 'Day' });
    expect(rig.plans.details(plan.id).document.nodes[2]).toMatchObject({ typeVersion: 1, settings: { ringSeconds: 20 }, branches: {} });
  });

  it('refuses an invalid one with every problem, and keeps nothing of it', async () => {
    const before = rig.plans.list(['acc_root'], { limit: 1000 }).rows.length;
    const bad = document('no-such-file', { branches: { Continue: 1 } });
    await expect(rig.plans.create('acc_root', bad)).rejects.toMatchObject({
      code: { name: 'planInvalid', kind: 'user' },
      problems: [{ path: '/nodes/0/branches/Scheduled Call' }, { path: '/nodes/0/branches/Continue' }, { path: '/nodes/1/settings/audioFile' }],
    });
    expect(rig.plans.list(['acc_root'], { limit: 1000 }).rows).toHaveLength(before);
  });

  it('keeps an invalid one as a draft where it is not to be published, and says what is wrong', async () => {
    const { plan, findings } = await rig.plans.create('acc_root', document('no-such-file'), { publish: false });
    expect(findings).toMatchObject([{ code: 'audioUnknown' }]);
    expect(rig.plans.get(plan.id).activeVersion).toBeNull();
    await expect(rig.plans.publish(plan.id, 1)).rejects.toMatchObject({ code: { name: 'planInvalid' } });
    rig.audio.add('no-such-file');
    expect((await rig.plans.publish(plan.id, 1)).plan).toMatchObject({ activeVersion: 1, revision: 2 });
  });

  it('refuses even as a draft what has not the shape of a plan', async () => {
    await expect(rig.plans.create('acc_root', { nodes: [] }, { publish: false })).rejects.toMatchObject({ code: { name: 'planInvalid' } });
  });

  it('refuses a name that the account uses already', async () => {
    const first = document();
    await rig.plans.create('acc_root', first);
    await expect(rig.plans.create('acc_root', first)).rejects.toMatchObject({ code: { name: 'planNameTaken' } });
  });

  it('makes a change the next version, live at once', async () => {
    const { plan, document: made } = await rig.plans.create('acc_root', document());
    const changed = await rig.plans.update(plan.id, 1, { ...made, nodes: nodes('goodbye') });
    expect(changed).toMatchObject({ version: 2, plan: { activeVersion: 2, revision: 2 } });
    expect(rig.plans.details(plan.id).document.nodes[1]?.settings).toMatchObject({ audioFile: 'goodbye' });
    expect(rig.plans.details(plan.id, 1).document.nodes[1]?.settings).toMatchObject({ audioFile: 'welcome' });
  });

  it('refuses a change that was made from an older revision', async () => {
    const { plan, document: made } = await rig.plans.create('acc_root', document());
    const both = [rig.plans.update(plan.id, 1, made), rig.plans.update(plan.id, 1, made)];
    expect((await Promise.allSettled(both)).map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    await expect(both[1]).rejects.toMatchObject({ code: { name: 'planRevisionConflict' }, context: { revision: 2 } });
  });

  it('keeps 20 versions, and the active one however old', async () => {
    const { plan, document: made } = await rig.plans.create('acc_root', document());
    let last: PlanDetails | null = null;
    for (let revision = 1; revision <= 25; revision += 1) last = await rig.plans.update(plan.id, revision, made, { publish: false });
    expect(last).toMatchObject({ version: 26, plan: { activeVersion: 1 } });
    const kept = rig.plans.versions(plan.id, { limit: 100 }).rows.map(({ version }) => version);
    expect(kept).toEqual([1, ...Array.from({ length: 20 }, (_, index) => index + 7)]);
  });
});

describe('a jump to another plan', () => {
  it('reaches plans of the account and of those above it, not of others', async () => {
    const above = await rig.plans.create('acc_root', { ...document(), name: 'Above' });
    await rig.plans.create('acc_sub', {
      format: 1,
      name: 'Of the sub account',
      nodes: nodes('welcome', { settings: {}, branches: { Continue: 2 } }),
    });
    const jumping = (plan: string) => ({
      format: 1,
      name: 'Jumping',
      nodes: [
        { id: 1, type: 'Start', branches: { Continue: 2 } },
        { id: 2, type: 'Jump', settings: { target: { plan } } },
      ],
    });
    expect(rig.plans.validate('acc_sub', jumping('Above'))).toEqual([]);
    expect(rig.plans.validate('acc_sub', jumping(above.plan.id))).toEqual([]);
    const below = rig.catalogue.byName('acc_sub', 'Of the sub account')?.id ?? '';
    for (const name of ['Of the sub account', below]) expect(rig.plans.validate('acc_root', jumping(name))).toMatchObject([{ code: 'planUnknown' }]);
  });
});

describe('a plan in use', () => {
  it('is not deleted while a number has it assigned', async () => {
    const { plan } = await rig.plans.create('acc_root', document());
    const { serviceNumbers } = rig.store;
    await rig.store.commit(serviceNumbers.insert(serviceNumberRecord()));
    await rig.store.commit(serviceNumbers.insertAssignment({ id: 'asg_1', serviceNumberId: 'num_1', planId: plan.id, active: false, createdAt: 0 }));
    await expect(rig.plans.delete(plan.id)).rejects.toMatchObject({
      code: { name: 'planInUse' },
      message: expect.stringContaining('+441632960100') as string,
    });
    expect(rig.plans.activePlan('num_1')).toBeNull();
    await rig.store.commit(serviceNumbers.activateAssignment('num_1', 'asg_1'));
    expect(rig.plans.activePlan('num_1')).toEqual({ planId: plan.id, version: 1 });
    await rig.store.commit(serviceNumbers.deleteAssignment('asg_1'));
    await rig.plans.delete(plan.id);
    expect(() => rig.plans.get(plan.id)).toThrow(/There is no call plan/);
  });

  it('names the audio files that its active version plays, below the account too', async () => {
    const { plan } = await rig.plans.create('acc_sub', { ...document('sales', { settings: {}, branches: { Continue: 2 } }), name: 'Below' });
    expect(rig.plans.plansPlaying('acc_root', 'sales')).toEqual(['Below']);
    await rig.plans.update(plan.id, 1, { format: 1, name: 'Below', nodes: nodes('goodbye', { settings: {}, branches: { Continue: 2 } }) });
    expect(rig.plans.plansPlaying('acc_root', 'sales')).toEqual([]);
  });
});

describe('a Scheduled Call may enter a plan', () => {
  const entryOf = async (start: object, audioFile = 'welcome') => {
    const { plan, version } = await rig.plans.create('acc_root', document(audioFile, start), { publish: false });
    return rig.plans.entry({ planId: plan.id, version });
  };

  it('that enables and connects it', async () => {
    expect(await entryOf({})).toBe('ok');
  });

  it('but not one that does not enable it, connected or not', async () => {
    expect(await entryOf({ settings: {}, branches: { Continue: 2 } })).toBe('notEnabled');
    expect(await entryOf({ settings: {} })).toBe('notEnabled');
  });

  it('but not one that leaves it unconnected', async () => {
    expect(await entryOf({ branches: { Continue: 2 } })).toBe('notConnected');
  });

  it('and is not looked through again for each of the calls of a second', async () => {
    const { plan, version } = await rig.plans.create('acc_root', document());
    const entry = () => rig.plans.entry({ planId: plan.id, version });
    expect(entry()).toBe('ok');
    rig.audio.delete('welcome');
    expect(entry()).toBe('ok');
    await rig.clock.advance(1_000);
    expect(entry()).toBe('planInvalid');
    rig.audio.add('welcome');
    expect(entry()).toBe('ok');
  });

  it('no more, at once, when a plan that it jumps to is deleted', async () => {
    const target = await rig.plans.create('acc_root', document());
    const jump = [nodes()[0], { id: 2, type: 'Jump', settings: { target: { plan: target.plan.id } } }];
    const { plan, version } = await rig.plans.create('acc_root', { ...document(), nodes: jump });
    expect(rig.plans.entry({ planId: plan.id, version })).toBe('ok');
    await rig.plans.delete(target.plan.id);
    expect(rig.plans.entry({ planId: plan.id, version })).toBe('planInvalid');
  });

  it('but not one with any other fault, which goes first', async () => {
    expect(await entryOf({ settings: {} }, 'no-such-file')).toBe('planInvalid');
    expect(rig.plans.entry({ planId: 'plan_none', version: 1 })).toBe('planInvalid');
  });
});
