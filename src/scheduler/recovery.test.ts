import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { FIRST_PARTY, SchedulerBench } from '../../test/support/scheduler-bench.js';

// A real database opens and syncs its files meanwhile, on a machine that others use too.
vi.setConfig({ testTimeout: 30_000 });

let bench: SchedulerBench;

beforeEach(async () => {
  bench = await SchedulerBench.started();
});

afterEach(async () => {
  await bench.remove();
});

/** Killed now and started again `afterMs` later, by the clock; a power cut changes the kernel's boot id. */
async function restart(options: { readonly afterMs?: number; readonly powerCut?: boolean } = {}): Promise<void> {
  const startAt = bench.clock.now() + (options.afterMs ?? 2_000);
  await bench.crash();
  bench = await SchedulerBench.started({ directory: bench.directory, startAt, bootId: options.powerCut === true ? 'boot-2' : 'boot-1' });
  await bench.settle();
}

const GUARANTEES = ['atMostOnce', 'atLeastOnce'] as const;
const view = (id: string) => bench.scheduler.get('acc_root', id);

/** A request due in 1 s, armed and not dialled. */
async function armed(guarantee: (typeof GUARANTEES)[number]): Promise<string> {
  const { id } = await bench.request({ inMs: 1_000, guarantee });
  expect(view(id).attempts).toMatchObject([{ state: 'armed' }]);
  return id;
}

describe.each(GUARANTEES)('after a kill, with the guarantee %s', (guarantee) => {
  it('a request that was far ahead is dialled at its moment', async () => {
    const { id } = await bench.request({ inMs: 60_000, guarantee });
    await restart();
    await bench.advance(57_900, 1_000);
    expect(bench.dialled).toEqual([]);
    await bench.advance(200);
    expect(bench.dialled).toEqual([FIRST_PARTY]);
    expect(view(id).attempts).toHaveLength(1);
  });

  it('an armed attempt without a journal entry is queued again and dialled once, though its moment has passed', async () => {
    const id = await armed(guarantee);
    await restart({ afterMs: 3_000 });
    await bench.advance(300);
    expect(bench.dialled).toEqual([FIRST_PARTY]);
    expect(view(id).attempts).toMatchObject([
      { state: 'ended', outcome: 'cancelled', reasonCode: 'restartedBeforeDialling' },
      { state: 'dialling', number: 2 },
    ]);
  });

  it.each(['seized', 'written as dialling', 'answered'] as const)('an attempt that was %s is interrupted', async (progress) => {
    const id = await armed(guarantee);
    bench.disk.hold();
    await bench.clock.advance(1_000);
    expect(bench.dialled).toEqual([FIRST_PARTY]);
    bench.line.last.ring();
    if (progress !== 'seized') {
      bench.disk.release();
      if (progress === 'answered') bench.line.last.answer();
      await bench.advance(400);
    }
    await restart();
    await bench.advance(3_000);
    expect(bench.dialled).toEqual([]);
    expect(view(id)).toMatchObject({
      request: { state: guarantee === 'atMostOnce' ? 'interrupted' : 'waitingRetry', outcome: 'interrupted', reasonCode: 'cutOff' },
      attempts: [{ state: 'ended', outcome: 'interrupted', number: 1 }],
    });
    await bench.advance(10_000, 500);
    expect(bench.dialled).toEqual(guarantee === 'atMostOnce' ? [] : [FIRST_PARTY]);
  });
});

describe.each(GUARANTEES)('after a power cut, with the guarantee %s', (guarantee) => {
  it('an armed attempt whose moment is still ahead is queued again', async () => {
    const id = await armed(guarantee);
    await restart({ afterMs: 500, powerCut: true });
    await bench.advance(400);
    expect(bench.dialled).toEqual([]);
    await bench.advance(200);
    expect(bench.dialled).toEqual([FIRST_PARTY]);
    expect(view(id).attempts).toHaveLength(2);
  });

  it('an armed attempt whose moment has passed is interrupted, for it may have rung', async () => {
    const id = await armed(guarantee);
    await restart({ afterMs: 3_000, powerCut: true });
    await bench.advance(500);
    expect(bench.dialled).toEqual([]);
    expect(view(id).request).toMatchObject({ state: guarantee === 'atMostOnce' ? 'interrupted' : 'waitingRetry', outcome: 'interrupted' });
  });

  it('an attempt that was answered is interrupted', async () => {
    const id = await armed(guarantee);
    await bench.advance(1_000);
    bench.line.last.answer();
    await bench.advance(400);
    await restart({ powerCut: true });
    expect(view(id)).toMatchObject({
      request: { outcome: 'interrupted' },
      attempts: [{ outcome: 'interrupted', reason: 'The service was cut off during the call' }],
    });
  });
});

describe('recovery', () => {
  it('can be cut short and done again', async () => {
    const seized = await armed('atMostOnce');
    await bench.clock.advance(1_000);
    const { directory } = bench;
    const startAt = bench.clock.now() + 1_000;
    await bench.crash();
    bench = await SchedulerBench.open({ directory, startAt });
    bench.disk.hold();
    void bench.scheduler.start();
    await bench.crash();
    bench = await SchedulerBench.started({ directory, startAt: startAt + 1_000 });
    expect(view(seized).request.state).toBe('interrupted');
  });

  it('waits for the database, and dials nobody before', async () => {
    const seized = await armed('atMostOnce');
    const other = await bench.request({ firstParty: '+447700900002', inMs: 1_500 });
    await bench.clock.advance(1_000);
    const { directory } = bench;
    const startAt = bench.clock.now() + 1_000;
    await bench.crash();
    bench = await SchedulerBench.open({ directory, startAt });
    bench.disk.refusal = new Error('disk full');
    await bench.scheduler.start();
    await bench.advance(2_500);
    expect(bench.dialled).toEqual([]);
    expect(bench.scheduler.status).toMatchObject({ running: false, recovery: null });
    bench.disk.refusal = null;
    await bench.advance(1_500);
    expect(bench.dialled).toEqual(['+447700900002']);
    expect(view(seized).request.state).toBe('interrupted');
    expect(view(other.id).request.state).toBe('dialling');
  });

  it('expires what could not be started while the service was down', async () => {
    const { id } = await bench.request({ inMs: 10_000, latestStartAt: bench.clock.now() + 20_000 });
    await restart({ afterMs: 60_000 });
    await bench.advance(1_500);
    expect(bench.dialled).toEqual([]);
    expect(view(id).request.state).toBe('expired');
  });

  it('dials what fell due while the service was down, in order', async () => {
    await bench.request({ firstParty: '+447700900002', inMs: 12_000 });
    await bench.request({ firstParty: '+447700900001', inMs: 10_000 });
    await restart({ afterMs: 60_000 });
    await bench.advance(1_000);
    expect(bench.dialled).toEqual(['+447700900001', '+447700900002']);
  });

  it('forgets the journal of attempts that have ended', async () => {
    const id = await armed('atMostOnce');
    await bench.advance(1_000);
    bench.line.last.end({ q850: 17, sipStatus: 486 });
    await bench.settle();
    await restart();
    expect(view(id).request).toMatchObject({ state: 'failed', outcome: 'busy' });
    expect(bench.scheduler.status.recovery).toEqual({ queuedAgain: 0, interrupted: 0 });
  });
});
