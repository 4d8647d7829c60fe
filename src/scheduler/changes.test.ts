import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { FIRST_PARTY, SchedulerBench } from '../../test/support/scheduler-bench.js';
import { accountRecord } from '../../test/support/store.js';

// A real database opens and syncs its files meanwhile, on a machine that others use too.
vi.setConfig({ testTimeout: 30_000 });

let bench: SchedulerBench;

beforeEach(async () => {
  bench = await SchedulerBench.started();
});

afterEach(async () => {
  await bench.remove();
});

const view = (id: string) => bench.scheduler.get('acc_root', id);

describe('a change', () => {
  it('moves the due moment', async () => {
    const { id } = await bench.request({ inMs: 10_000 });
    await bench.scheduler.updateRequest('acc_root', id, { scheduledAt: bench.clock.now() + 20_000 });
    await bench.advance(19_900);
    expect(bench.dialled).toEqual([]);
    await bench.advance(200);
    expect(bench.dialled).toEqual([FIRST_PARTY]);
  });

  it('leaves alone what it does not name', async () => {
    const request = await bench.request({ inMs: 10_000, priority: 3, reference: 'R1', variables: { '@Choice': '1' } });
    const changed = await bench.scheduler.updateRequest('acc_root', request.id, { firstParty: '07700 900999' });
    expect(changed).toEqual({ ...request, firstParty: '+447700900999', updatedAt: bench.clock.now() });
  });

  it('is checked like a new request, and a bad one changes nothing', async () => {
    const request = await bench.request({ inMs: 1_000 });
    await expect(bench.scheduler.updateRequest('acc_root', request.id, { firstParty: '999' })).rejects.toMatchObject({
      code: { name: 'requestInvalid' },
    });
    await bench.advance(1_000);
    expect(bench.dialled).toEqual([FIRST_PARTY]);
  });

  it('of an armed attempt ends it and arms another, so that the line hears only the new one', async () => {
    const { id } = await bench.request({ inMs: 1_000 });
    await bench.scheduler.updateRequest('acc_root', id, { firstParty: '+447700900999' });
    await bench.advance(1_100);
    expect(bench.dialled).toEqual(['+447700900999']);
    expect(view(id).attempts).toMatchObject([
      { state: 'ended', outcome: 'cancelled', reasonCode: 'requestChanged' },
      { state: 'dialling', number: 2 },
    ]);
  });

  it('that is on its way keeps the request from being dialled as it was', async () => {
    const { id } = await bench.request({ inMs: 1_000 });
    bench.disk.hold();
    const changed = bench.scheduler.updateRequest('acc_root', id, { scheduledAt: bench.clock.now() + 30_000 });
    await bench.clock.advance(2_000);
    expect(bench.dialled).toEqual([]);
    bench.disk.release();
    await changed;
    await bench.advance(5_000);
    expect(bench.dialled).toEqual([]);
    await bench.advance(24_000);
    expect(bench.dialled).toEqual([FIRST_PARTY]);
  });

  it('that comes while the attempt is being armed waits for that, and wins', async () => {
    const { id } = await bench.request({ inMs: 10_000 });
    await bench.advance(7_900);
    bench.disk.hold();
    await bench.clock.advance(200);
    const deleted = bench.scheduler.deleteRequest('acc_root', id);
    await bench.clock.advance(5_000);
    bench.disk.release();
    await deleted;
    await bench.advance(1_000);
    expect(bench.dialled).toEqual([]);
    expect(view(id)).toMatchObject({ request: { state: 'deleted' }, attempts: [{ state: 'ended', reasonCode: 'requestDeleted' }] });
  });

  it('that is on its way is not overtaken by the request as it is still read from the database', async () => {
    const { id } = await bench.request({ inMs: 15.5 * 60_000 });
    bench.disk.hold();
    const deleted = bench.scheduler.deleteRequest('acc_root', id);
    await bench.clock.advance(5 * 60_000);
    bench.disk.release();
    await deleted;
    await bench.advance(11 * 60_000, 10_000);
    expect(bench.dialled).toEqual([]);
  });

  it('that cannot be written leaves the request to be dialled as it was', async () => {
    const { id } = await bench.request({ inMs: 1_000 });
    bench.disk.refusal = new Error('disk full');
    await expect(bench.scheduler.deleteRequest('acc_root', id)).rejects.toThrow('disk full');
    bench.disk.refusal = null;
    await bench.advance(1_000);
    expect(bench.dialled).toEqual([FIRST_PARTY]);
    expect(view(id).attempts).toMatchObject([{ state: 'dialling', number: 1 }]);
  });

  it.each(['updateRequest', 'deleteRequest', 'holdRequest', 'runRequestNow'] as const)('comes too late once it is dialled: %s', async (command) => {
    const { id } = await bench.request();
    await expect(bench.scheduler[command]('acc_root', id, {})).rejects.toMatchObject({
      code: { name: 'wrongState' },
      message: expect.stringContaining('dialling') as string,
    });
    bench.line.last.end({ q850: 17, sipStatus: 486 });
    await bench.settle();
    await bench.settle();
    await expect(bench.scheduler[command]('acc_root', id, {})).rejects.toMatchObject({
      code: { name: 'wrongState' },
      message: expect.stringContaining('failed') as string,
    });
  });

  it('of another account is not found', async () => {
    await bench.store.commit(bench.store.accounts.insert(accountRecord({ id: 'acc_sub', parentId: 'acc_root', name: 'Sub' })));
    const { id } = await bench.request({ inMs: 10_000 });
    await expect(bench.scheduler.deleteRequest('acc_sub', id)).rejects.toMatchObject({ code: { name: 'notFound' } });
    expect(() => bench.scheduler.get('acc_sub', id)).toThrow(/no Scheduled Call/);
    expect(() => bench.scheduler.hangUp('acc_sub', id)).toThrow(/no Scheduled Call/);
  });
});

describe('a request that is deleted', () => {
  it.each([60_000, 1_000])('is not dialled, due in %d ms', async (inMs) => {
    const { id } = await bench.request({ inMs });
    expect(await bench.scheduler.deleteRequest('acc_root', id)).toMatchObject({ state: 'deleted', finalAt: bench.clock.now() });
    await bench.advance(inMs + 1_000, 500);
    expect(bench.dialled).toEqual([]);
    expect(bench.store.scheduledCalls.openAttempts()).toEqual([]);
  });
});

describe('a request that is held', () => {
  it('waits, and says so, until it is released', async () => {
    const { id } = await bench.request({ inMs: 1_000 });
    await bench.scheduler.holdRequest('acc_root', id);
    await bench.advance(5_000);
    expect(bench.dialled).toEqual([]);
    expect(view(id)).toMatchObject({ request: { state: 'held' }, whyNotYet: [{ code: 'held' }] });
    await bench.scheduler.releaseRequest('acc_root', id);
    await bench.advance(100);
    expect(bench.dialled).toEqual([FIRST_PARTY]);
  });

  it('is still held when it is changed', async () => {
    const { id } = await bench.request({ inMs: 1_000 });
    await bench.scheduler.holdRequest('acc_root', id);
    await bench.scheduler.updateRequest('acc_root', id, { priority: 1 });
    await bench.advance(2_000);
    expect(bench.dialled).toEqual([]);
  });

  it('is the only kind that can be released', async () => {
    const { id } = await bench.request({ inMs: 10_000 });
    await expect(bench.scheduler.releaseRequest('acc_root', id)).rejects.toMatchObject({ code: { name: 'wrongState' } });
    await bench.advance(10_000);
    expect(bench.dialled).toEqual([FIRST_PARTY]);
  });
});

describe('run now', () => {
  it('dials at once, once, and not again at the old moment', async () => {
    const { id } = await bench.request({ inMs: 60_000 });
    await bench.scheduler.runRequestNow('acc_root', id);
    await bench.settle();
    expect(bench.dialled).toEqual([FIRST_PARTY]);
    bench.line.last.end();
    await bench.advance(61_000, 1_000);
    expect(bench.dialled).toHaveLength(1);
  });
});

describe('why not yet', () => {
  it('tells that the moment has not come, and what would be refused as things are', async () => {
    const { id } = await bench.request({ inMs: 60_000 });
    expect(view(id).whyNotYet).toMatchObject([{ code: 'notDueYet' }]);
    bench.plans.active = null;
    expect(view(id).whyNotYet).toMatchObject([{ code: 'notDueYet' }, { code: 'wouldBeRefused', refusalCode: 'noActivePlan' }]);
  });

  it('is empty for what is dialled or has ended', async () => {
    const { id } = await bench.request();
    expect(view(id).whyNotYet).toEqual([]);
    bench.line.last.end();
    await bench.settle();
    expect(view(id).whyNotYet).toEqual([]);
  });
});
