import { describe, expect, it } from 'vitest';

import { delay, SteppedClock, SystemClock } from './index.js';

describe('the machine’s clock', () => {
  it('never runs a timer early', async () => {
    const clock = new SystemClock();
    const starts = Array.from({ length: 50 }, (_, index) => ({ wanted: 1 + index * 0.37, at: clock.monotonic() }));
    const early = await Promise.all(
      starts.map(({ wanted, at }) => new Promise<number>((resolve) => clock.after(wanted, () => resolve(clock.monotonic() - at - wanted)))),
    );
    expect(Math.min(...early)).toBeGreaterThanOrEqual(0);
  });
});

describe('a stepped clock', () => {
  it('runs timers in the order of their moments, each at its own time', async () => {
    const clock = new SteppedClock();
    const ran: [string, number][] = [];
    const start = clock.monotonic();
    clock.after(30, () => ran.push(['late', clock.monotonic() - start]));
    clock.after(10, () => ran.push(['early', clock.monotonic() - start]));
    await clock.advance(100);
    expect(ran).toEqual([
      ['early', 10],
      ['late', 30],
    ]);
  });

  it('lets an awaited step continue before the next timer runs', async () => {
    const clock = new SteppedClock();
    const ran: string[] = [];
    const work = async () => {
      await delay(clock, 10);
      ran.push('awaited');
      await delay(clock, 5);
      ran.push('awaited again');
    };
    const done = work();
    clock.after(20, () => ran.push('timer'));
    await clock.advance(20);
    await done;
    expect(ran).toEqual(['awaited', 'awaited again', 'timer']);
  });

  it('repeats a period until it is cancelled and cancels nothing else', async () => {
    const clock = new SteppedClock();
    let first = 0;
    let second = 0;
    const count = () => {
      second += 1;
    };
    const timer = clock.every(10, () => {
      first += 1;
      if (first === 3) timer.cancel();
    });
    clock.every(10, count);
    await clock.advance(100);
    expect([first, second]).toEqual([3, 10]);
  });

  it('moves monotonic time but not back when the wall is set', async () => {
    const clock = new SteppedClock('2026-01-15T09:00:00Z');
    const before = clock.monotonic();
    clock.setWall('2016-01-15T09:00:00Z');
    await clock.advance(1000);
    expect(clock.monotonic() - before).toBe(1000);
    expect(clock.now()).toBe(Date.parse('2016-01-15T09:00:01Z'));
  });

  it('tells each step to whoever is moved with it', async () => {
    const clock = new SteppedClock();
    const steps: number[] = [];
    clock.onStep = (milliseconds) => steps.push(milliseconds);
    clock.after(40, () => undefined);
    await clock.advance(100);
    expect(steps).toEqual([40, 60]);
  });
});

describe('a delay', () => {
  it('ends with the signal’s reason when it is aborted', async () => {
    const clock = new SteppedClock();
    const stop = new AbortController();
    const waiting = delay(clock, 1000, stop.signal);
    stop.abort(new Error('hung up'));
    await expect(waiting).rejects.toThrow('hung up');
    await expect(delay(clock, 1, stop.signal)).rejects.toThrow('hung up');
  });
});
