import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { FIRST_PARTY, SchedulerBench } from '../../test/support/scheduler-bench.js';

// A real database opens and syncs its files meanwhile, on a machine that others use too.
vi.setConfig({ testTimeout: 30_000 });

const MINUTE = 60_000;
let bench: SchedulerBench;

beforeEach(async () => {
  bench = await SchedulerBench.started();
});

afterEach(async () => {
  await bench.remove();
});

const why = (id: string) => bench.scheduler.get('acc_root', id).whyNotYet.map(({ code }) => code);

describe('a clock set forward by more than five minutes', () => {
  it('is noticed within 250 ms, holds dated requests back, and says so', async () => {
    const { id } = await bench.request({ inMs: 10 * MINUTE });
    bench.clock.setWall(bench.clock.now() + 11 * MINUTE);
    await bench.clock.advance(250);
    expect(bench.scheduler.status.clockDistrust).toMatch(/set forward by 660 s/);
    await bench.advance(5_000);
    expect(bench.dialled).toEqual([]);
    expect(why(id)).toEqual(['clockUntrusted']);
  });

  it('dials nothing in the moment before it is noticed', async () => {
    await bench.request({ inMs: 6 * MINUTE });
    // The request that wakes the scheduler right after the step.
    await bench.request({ inMs: 50, firstParty: '+447700900002' });
    bench.clock.setWall(bench.clock.now() + 7 * MINUTE);
    await bench.clock.advance(150);
    await bench.advance(1_000);
    expect(bench.dialled).toEqual([]);
  });

  it('lets immediate requests go', async () => {
    bench.clock.setWall(bench.clock.now() + 60 * MINUTE);
    await bench.advance(300);
    await bench.request();
    expect(bench.dialled).toEqual([FIRST_PARTY]);
  });

  it('expires nothing until it is confirmed, and goes on then', async () => {
    const { id } = await bench.request({ inMs: 10 * MINUTE });
    bench.clock.setWall(bench.clock.now() + 60 * MINUTE);
    await bench.advance(5_000);
    expect(bench.state(id)).toBe('queued');
    bench.scheduler.confirmClock();
    await bench.advance(300);
    expect(bench.dialled).toEqual([FIRST_PARTY]);
  });

  it('neither starts nor expires what was due already and waited for a line', async () => {
    await bench.request({ firstParty: '+447700900002' });
    const before = bench.line.last;
    await bench.trunks.update(bench.trunks.list()[0]?.id ?? '', { maxCalls: 1 });
    const { id } = await bench.request({ inMs: 1_000 });
    await bench.advance(2_000);
    bench.clock.setWall(bench.clock.now() + 120 * MINUTE);
    await bench.advance(3_000);
    before.end();
    await bench.advance(1_000);
    expect(bench.state(id)).toBe('queued');
    expect(bench.dialled).toEqual(['+447700900002']);
    bench.scheduler.confirmClock();
    await bench.advance(1_500);
    expect(bench.state(id)).toBe('expired');
  });

  it('is still not trusted after a restart', async () => {
    const { id } = await bench.request({ inMs: 10 * MINUTE });
    bench.clock.setWall(bench.clock.now() + 11 * MINUTE);
    await bench.advance(300);
    const { directory } = bench;
    const startAt = bench.clock.now() + 1_000;
    await bench.crash();
    bench = await SchedulerBench.started({ directory, startAt });
    await bench.advance(1_000);
    expect(bench.dialled).toEqual([]);
    expect(why(id)).toEqual(['clockUntrusted']);
    bench.scheduler.confirmClock();
    await bench.advance(300);
    expect(bench.dialled).toEqual([FIRST_PARTY]);
  });
});

describe('a clock set forward by less', () => {
  it('is followed at once', async () => {
    await bench.request({ inMs: 4 * MINUTE });
    await bench.advance(1_000);
    bench.clock.setWall(bench.clock.now() + 4 * MINUTE);
    await bench.clock.advance(200);
    await bench.advance(100);
    expect(bench.dialled).toEqual([FIRST_PARTY]);
  });
});

describe('a clock set back', () => {
  it('before the newest time in the database is not trusted', async () => {
    const { id } = await bench.request({ inMs: 10 * MINUTE });
    bench.clock.setWall(bench.clock.now() - 5_000);
    await bench.clock.advance(250);
    expect(why(id)).toContain('clockUntrusted');
  });

  it('by less than that is followed: nothing is dialled early', async () => {
    const request = await bench.request({ inMs: 10 * MINUTE });
    await bench.advance(5 * MINUTE, 10_000);
    bench.clock.setWall(bench.clock.now() - 2 * MINUTE);
    await bench.advance(5 * MINUTE + 1_000, 10_000);
    expect(bench.dialled).toEqual([]);
    expect(bench.scheduler.status.clockDistrust).toBeNull();
    await bench.advance(request.dueAt - bench.clock.now(), 1_000);
    expect(bench.dialled).toEqual([FIRST_PARTY]);
  });

  it('by NTP, a little, is no reason for distrust', async () => {
    await bench.request({ inMs: 2_000 });
    bench.clock.setWall(bench.clock.now() - 400);
    await bench.advance(2_300);
    expect(bench.dialled).toEqual([]);
    await bench.advance(200);
    expect(bench.dialled).toEqual([FIRST_PARTY]);
  });

  it('while the service was down is not trusted either', async () => {
    const { id } = await bench.request({ inMs: 10 * MINUTE });
    const { directory } = bench;
    const startAt = bench.clock.now() - 60 * MINUTE;
    await bench.crash();
    bench = await SchedulerBench.started({ directory, startAt });
    expect(why(id)).toEqual(['clockUntrusted', 'notDueYet']);
  });
});
