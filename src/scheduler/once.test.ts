import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { FIRST_PARTY, SchedulerBench } from '../../test/support/scheduler-bench.js';
import { accountRecord, attemptRecord, requestRecord, serviceNumberRecord } from '../../test/support/store.js';

// A real database opens and syncs its files meanwhile, on a machine that others use too.
vi.setConfig({ testTimeout: 30_000 });

let bench: SchedulerBench;

beforeEach(async () => {
  bench = await SchedulerBench.open();
});

afterEach(async () => {
  await bench.remove();
});

const view = (id: string) => bench.scheduler.get('acc_root', id);
const ONE_CALL = { simultaneousScheduledCalls: 1, openRequests: 1_000, latestStartSeconds: 3_600 };

/** A backlog of another account that is overdue and read page by page. */
async function overdueBacklog(size: number): Promise<void> {
  const { store, clock } = bench;
  const account = accountRecord({ id: 'acc_slow', parentId: 'acc_root', name: 'Slow', limits: ONE_CALL });
  const rows = Array.from({ length: size }, (_, index) => {
    const dueAt = clock.now() - 60_000 + index;
    return requestRecord({
      id: `req_${String(index).padStart(4, '0')}`,
      accountId: 'acc_slow',
      scheduledAt: dueAt,
      dueAt,
      latestStartAt: dueAt + 3_600_000,
    });
  });
  await store.commit(
    store.accounts.insert(account),
    store.serviceNumbers.insert(serviceNumberRecord({ id: 'num_slow', accountId: 'acc_slow', number: '+441632960101' })),
    ...rows.map((row) =>
      store.scheduledCalls.insert({ ...row, serviceNumberId: 'num_slow', serviceNumber: '+441632960101', presentationNumber: '+441632960101' }),
    ),
  );
}

/** A request for now whose process was killed while it was dialled: it waits 10 s for its retry. */
async function waitingRetry(): Promise<string> {
  await bench.scheduler.start();
  const { id } = await bench.request({ guarantee: 'atLeastOnce' });
  const startAt = bench.clock.now() + 1_000;
  await bench.crash();
  bench = await SchedulerBench.started({ directory: bench.directory, startAt });
  await bench.settle();
  expect(view(id).request.state).toBe('waitingRetry');
  return id;
}

describe('nobody is dialled twice', () => {
  it('where a long backlog is read past a request that is over and whose end is not written yet', async () => {
    await overdueBacklog(450);
    const party = '+447700900777';
    bench.line.onDial = (leg) => {
      if (leg.request?.to.kind !== 'number' || leg.request.to.e164 !== party) return;
      bench.disk.hold();
      leg.end({ q850: 17, sipStatus: 486 });
    };
    await bench.scheduler.start();
    await bench.scheduler.createRequest('acc_root', { serviceNumber: '+441632960100', firstParty: party });
    await bench.clock.advance(100);
    bench.disk.release();
    await bench.advance(2_000);
    expect(bench.dialled.filter((number) => number === party)).toHaveLength(1);
  });

  it('where the backlog reads a request whose acceptance has not been told yet', async () => {
    await overdueBacklog(450);
    await bench.scheduler.start();
    bench.disk.holdAnswers();
    const party = '+447700900778';
    const accepted = bench.scheduler.createRequest('acc_root', { serviceNumber: '+441632960100', firstParty: party });
    await bench.settle();
    await bench.clock.advance(100);
    bench.disk.release();
    const { id } = await accepted;
    await bench.advance(1_000);
    expect(bench.dialled.filter((number) => number === party)).toHaveLength(1);
    expect(view(id).attempts).toHaveLength(1);
  });
});

describe('a request that waits for its retry', () => {
  it('still waits for its moment when something else of it is changed', async () => {
    const id = await waitingRetry();
    expect(await bench.scheduler.updateRequest('acc_root', id, { reference: 'R2' })).toMatchObject({ state: 'waitingRetry', reference: 'R2' });
    await bench.advance(9_000, 500);
    expect(bench.dialled).toEqual([]);
    await bench.advance(2_000);
    expect(bench.dialled).toEqual([FIRST_PARTY]);
  });

  it('still waits for its moment when it was held and is released', async () => {
    const id = await waitingRetry();
    await bench.scheduler.holdRequest('acc_root', id);
    expect(await bench.scheduler.releaseRequest('acc_root', id)).toMatchObject({ state: 'waitingRetry' });
    await bench.advance(9_000, 500);
    expect(bench.dialled).toEqual([]);
    await bench.advance(2_000);
    expect(bench.dialled).toEqual([FIRST_PARTY]);
  });
});

describe('a request that expires', () => {
  it('leaves its account all its room to arm others ahead', async () => {
    await bench.remove();
    bench = await SchedulerBench.started({ maxCalls: 1, account: { limits: { ...ONE_CALL, simultaneousScheduledCalls: 2 } } });
    await bench.request();
    for (const last of ['2', '3']) await bench.request({ inMs: 5_000, firstParty: `+44770090000${last}`, latestStartAt: bench.clock.now() + 6_000 });
    await bench.advance(8_000, 500);
    const { id } = await bench.request({ inMs: 10_000 });
    await bench.advance(9_000, 500);
    expect(view(id).attempts).toMatchObject([{ state: 'armed' }]);
  });

  it('ends an attempt too that is being armed as it expires', async () => {
    await bench.remove();
    bench = await SchedulerBench.started({ maxCalls: 1 });
    await bench.request();
    const late = await bench.request({ inMs: 10_000, firstParty: '+447700900002', latestStartAt: bench.clock.now() + 10_500 });
    await bench.advance(7_500, 500);
    bench.disk.hold();
    await bench.clock.advance(5_000);
    bench.disk.release();
    await bench.advance(1_000);
    expect(view(late.id)).toMatchObject({ request: { state: 'expired' }, attempts: [{ state: 'ended' }] });
  });

  it('does not keep a start from its recovery, whatever was left of its attempt', async () => {
    const { store } = bench;
    await store.commit(
      store.scheduledCalls.insert(requestRecord({ state: 'expired', finalAt: bench.clock.now() })),
      store.scheduledCalls.insertAttempt(attemptRecord({ state: 'armed' })),
    );
    await bench.scheduler.start();
    expect(bench.scheduler.status.running).toBe(true);
    expect(store.scheduledCalls.openAttempts()).toEqual([]);
    expect(view(requestRecord().id).request.state).toBe('expired');
  });
});
