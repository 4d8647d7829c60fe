import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { type BenchOptions, FIRST_PARTY, SchedulerBench, SERVICE_NUMBER } from '../../test/support/scheduler-bench.js';

// A real database opens and syncs its files meanwhile, on a machine that others use too.
vi.setConfig({ testTimeout: 30_000 });

let bench: SchedulerBench;

async function open(options: BenchOptions = {}): Promise<void> {
  await bench.remove();
  bench = await SchedulerBench.started(options);
}

beforeEach(async () => {
  bench = await SchedulerBench.started();
});

afterEach(async () => {
  await bench.remove();
});

describe('the due moment', () => {
  it('is never dialled early, and late by no more than a millisecond', async () => {
    const request = await bench.request({ inMs: 60_123 });
    await bench.advance(60_122, 1_000);
    expect(bench.dialled).toEqual([]);
    await bench.advance(1);
    expect(bench.dialled).toEqual([FIRST_PARTY]);
    expect(bench.scheduler.get('acc_root', request.id).attempts[0]).toMatchObject({ seizedAt: request.dueAt, dueAt: request.dueAt });
  });

  it('is its own: another request a moment before it does not take it along', async () => {
    await bench.request({ inMs: 5_000 });
    await bench.request({ inMs: 5_003, firstParty: '+447700900002' });
    await bench.advance(5_002, 5_000);
    expect(bench.dialled).toEqual([FIRST_PARTY]);
    await bench.advance(1);
    expect(bench.dialled).toEqual([FIRST_PARTY, '+447700900002']);
  });

  it('is armed ahead, and the line is seized with no write in between', async () => {
    const request = await bench.request({ inMs: 10_000 });
    expect(bench.scheduler.get('acc_root', request.id).attempts).toEqual([]);
    await bench.advance(8_000);
    const [armed] = bench.scheduler.get('acc_root', request.id).attempts;
    expect(armed).toMatchObject({ state: 'armed', number: 1 });
    await bench.advance(1_999);
    bench.disk.hold();
    await bench.clock.advance(1);
    bench.disk.release();
    expect(bench.line.last.request?.identity).toEqual({ callId: armed?.lineCallId, fromTag: armed?.lineFromTag });
  });

  it('puts those due together in the order of priority, then of age', async () => {
    const numbers = ['+447700900001', '+447700900002', '+447700900003', '+447700900004'];
    const asked = [
      { firstParty: numbers[3], inMs: 5_000, priority: 5 },
      { firstParty: numbers[1], inMs: 5_000, priority: 1 },
      { firstParty: numbers[0], inMs: 4_999, priority: 9 },
      { firstParty: numbers[2], inMs: 5_000, priority: 1 },
    ];
    const dueAt = bench.clock.now();
    for (const { inMs, ...draft } of asked) {
      await bench.request({ ...draft, scheduledAt: dueAt + inMs });
      await bench.clock.advance(1);
    }
    await bench.advance(5_000);
    expect(bench.dialled).toEqual(numbers);
  });

  it('is kept when it is so near that the attempt is armed together with the request', async () => {
    const scheduledAt = bench.clock.now() + 40;
    await bench.scheduler.createRequest('acc_root', { serviceNumber: SERVICE_NUMBER, firstParty: FIRST_PARTY, scheduledAt });
    bench.disk.hold();
    await bench.clock.advance(39);
    expect(bench.dialled).toEqual([]);
    await bench.clock.advance(1);
    expect(bench.dialled).toEqual([FIRST_PARTY]);
    bench.disk.release();
  });

  it('is now for a request without one, right after its commit', async () => {
    const request = await bench.request();
    expect(bench.dialled).toEqual([FIRST_PARTY]);
    expect(request).toMatchObject({ scheduledAt: null, dueAt: bench.clock.now() });
  });

  it('keeps order and loses none where many more are due than memory holds at once', async () => {
    await open({ account: { limits: { simultaneousScheduledCalls: 20_000, openRequests: 20_000, latestStartSeconds: 3_600 } }, maxCalls: 1000 });
    bench.line.onDial = (leg) => leg.end({ q850: 17, sipStatus: 486 });
    const base = bench.clock.now() + 20 * 60_000;
    const drafts = Array.from({ length: 10_000 }, (_, index) => ({
      serviceNumber: '+441632960100',
      firstParty: `+4477${String((index * 7919) % 10_000).padStart(8, '0')}`,
      scheduledAt: base + ((index * 7919) % 10_000) * 10,
    }));
    for (let start = 0; start < drafts.length; start += 1_000) {
      const accepted = bench.scheduler.createRequests('acc_root', drafts.slice(start, start + 1_000));
      // A long batch is checked in turns: each takes a moment of the clock.
      await bench.advance(100, 10);
      expect((await accepted).filter((result) => 'error' in result)).toEqual([]);
    }
    await bench.advance(base - bench.clock.now() - 60_000, 10_000);
    await bench.advance(60_000 + 9_995, 100);
    const order = drafts.map(({ firstParty }) => firstParty).sort();
    expect(bench.dialled).toHaveLength(1_000);
    expect(bench.dialled).toEqual(order.slice(0, 1_000));
    expect(bench.scheduler.statistics(['acc_root']).total).toBe(10_000);
  }, 60_000);
});

describe('limits', () => {
  it('let only as many calls of an account go at once as it may have, the rest in order as places become free', async () => {
    await open({ account: { limits: { simultaneousScheduledCalls: 2, openRequests: 100, latestStartSeconds: 60 } } });
    const at = bench.clock.now() + 5_000;
    for (const last of ['1', '2', '3', '4']) {
      await bench.request({ firstParty: `+44770090000${last}`, scheduledAt: at });
      await bench.clock.advance(1);
    }
    await bench.advance(6_000);
    expect(bench.dialled).toEqual(['+447700900001', '+447700900002']);
    const third = bench.scheduler.list({ accountIds: ['acc_root'], states: ['queued'] }, { limit: 10 }).rows[0];
    expect(bench.scheduler.get('acc_root', third?.id ?? '').whyNotYet).toMatchObject([{ code: 'accountLimit' }]);
    bench.line.dialled[0]?.end({ q850: 17, sipStatus: 486 });
    await bench.settle();
    expect(bench.dialled).toEqual(['+447700900001', '+447700900002', '+447700900003']);
  });

  it('make requests wait for a free line, and say so, instead of failing', async () => {
    await open({ maxCalls: 1 });
    await bench.request();
    const second = await bench.request({ firstParty: '+447700900002' });
    await bench.advance(3_000);
    expect(bench.dialled).toHaveLength(1);
    expect(bench.scheduler.get('acc_root', second.id).whyNotYet).toMatchObject([
      { code: 'noLine', message: expect.stringContaining('carrier') as string },
    ]);
    bench.line.last.end();
    await bench.advance(200);
    expect(bench.dialled).toEqual([FIRST_PARTY, '+447700900002']);
  });

  it('space calls by what the trunk takes in a second', async () => {
    await open({ callsPerSecond: 10, account: { limits: { simultaneousScheduledCalls: 100, openRequests: 100, latestStartSeconds: 60 } } });
    const at = bench.clock.now() + 3_000;
    for (let index = 10; index < 40; index += 1) {
      await bench.request({ firstParty: `+4477009000${index}`, scheduledAt: at });
      await bench.clock.advance(1);
    }
    await bench.advance(at - bench.clock.now() + 1_000, 20);
    expect(bench.dialled.length).toBeGreaterThanOrEqual(10);
    expect(bench.dialled.length).toBeLessThanOrEqual(12);
    await bench.advance(2_100, 20);
    expect(bench.dialled).toEqual(Array.from({ length: 30 }, (_, index) => `+4477009000${index + 10}`));
  });

  it('expire what could not be started by its latest moment', async () => {
    await open({ account: { limits: { simultaneousScheduledCalls: 1, openRequests: 100, latestStartSeconds: 60 } } });
    await bench.request();
    const late = await bench.request({ latestStartAt: bench.clock.now() + 30_000 });
    await bench.advance(29_900, 1_000);
    expect(bench.state(late.id)).toBe('queued');
    await bench.advance(1_500);
    expect(bench.scheduler.get('acc_root', late.id)).toMatchObject({
      request: { state: 'expired', reasonCode: 'expired' },
      attempts: [{ state: 'ended', outcome: 'cancelled' }],
    });
    bench.line.last.end();
    await bench.advance(1_000);
    expect(bench.dialled).toHaveLength(1);
    expect(bench.published.map(({ type }) => type)).toContain('request.expired');
  });
});
