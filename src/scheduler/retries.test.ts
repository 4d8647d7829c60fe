import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { FIRST_PARTY, SchedulerBench, SERVICE_NUMBER } from '../../test/support/scheduler-bench.js';
import type { ScriptedLeg } from '../../test/support/scripted-line.js';
import { attemptRecord, requestRecord } from '../../test/support/store.js';
import { nextAttempt } from './attempts/retry.js';
import type { RetryRules } from './requests/retry-rules.js';

// A real database opens and syncs its files meanwhile, on a machine that others use too.
vi.setConfig({ testTimeout: 30_000 });

const BUSY = (leg: ScriptedLeg): void => leg.end({ q850: 17, sipStatus: 486 });
const NO_ANSWER = (leg: ScriptedLeg): void => leg.end({ q850: 19, sipStatus: 480 });
const REJECTED = (leg: ScriptedLeg): void => leg.end({ q850: 21, sipStatus: 603 });

let bench: SchedulerBench;
let dialledAt: number[];

beforeEach(async () => {
  bench = await SchedulerBench.started();
  dialledAt = [];
});

afterEach(async () => {
  await bench.remove();
});

/** The far end does the one after the other; the last from then on. */
function farEndDoes(...ways: readonly ((leg: ScriptedLeg) => void)[]): void {
  const { line, clock } = bench;
  line.onDial = (leg) => {
    const way = ways[Math.min(dialledAt.length, ways.length - 1)];
    dialledAt.push(clock.now());
    way?.(leg);
  };
}

/** Seconds between the dialled attempts. */
const pauses = (): number[] => dialledAt.slice(1).map((at, index) => Math.round((at - (dialledAt[index] ?? 0)) / 1000));
const view = (id: string) => bench.scheduler.get('acc_root', id);

describe('a First Party that was not reached', () => {
  it('is dialled again as often as the rule of that outcome says, each wait longer by its back-off, and then the request has failed', async () => {
    farEndDoes(BUSY);
    const { id } = await bench.request({ retry: { busy: { times: 2, afterSeconds: 60, backOff: 2 } } });
    await bench.advance(2_000);
    expect(view(id).request).toMatchObject({ state: 'waitingRetry', outcome: 'busy', reason: expect.stringContaining('retry 1 of 2') as string });
    expect(view(id).whyNotYet).toContainEqual(expect.objectContaining({ code: 'waitingRetry' }));
    await bench.advance(200_000, 1_000);
    expect(pauses()).toEqual([60, 120]);
    expect(view(id).request).toMatchObject({ state: 'failed', outcome: 'busy', reason: expect.stringContaining('Dialled again 2 times') as string });
    expect(view(id).attempts.map(({ number, outcome }) => [number, outcome])).toEqual([
      [1, 'busy'],
      [2, 'busy'],
      [3, 'busy'],
    ]);
  });

  it('is dialled no more once it has answered', async () => {
    farEndDoes(BUSY, (leg) => leg.answer());
    const { id } = await bench.request({ retry: { busy: { times: 5, afterSeconds: 10 } } });
    await bench.advance(15_000, 1_000);
    bench.line.dialled.at(-1)?.end();
    await bench.advance(60_000, 5_000);
    expect(dialledAt).toHaveLength(2);
    expect(view(id).request).toMatchObject({ state: 'completed', outcome: 'answered' });
  });

  it('has each outcome counted apart', async () => {
    farEndDoes(BUSY, NO_ANSWER, BUSY, NO_ANSWER);
    const { id } = await bench.request({ retry: { busy: { times: 2, afterSeconds: 10 }, noAnswer: { times: 1, afterSeconds: 30 } } });
    await bench.advance(60_000, 1_000);
    expect(pauses()).toEqual([10, 30, 10]);
    expect(view(id).request).toMatchObject({ state: 'failed', outcome: 'noAnswer' });
  });

  it('is left alone when it has rejected the call, whatever the rules say of other outcomes', async () => {
    farEndDoes(BUSY, REJECTED);
    const rule = { times: 3, afterSeconds: 10 };
    const { id } = await bench.request({ retry: { busy: rule, noAnswer: rule, failed: rule, congestion: rule, unobtainable: rule } });
    await bench.advance(120_000, 5_000);
    expect(dialledAt).toHaveLength(2);
    expect(view(id).request).toMatchObject({ state: 'failed', outcome: 'rejected' });
  });

  it('is dialled once where there is no rule', async () => {
    farEndDoes(BUSY);
    const { id } = await bench.request({ retry: { noAnswer: { times: 3, afterSeconds: 10 } } });
    await bench.advance(60_000, 5_000);
    expect(dialledAt).toHaveLength(1);
    expect(view(id).request).toMatchObject({ state: 'failed', outcome: 'busy' });
  });

  it('is not dialled later than latestStartAt', async () => {
    farEndDoes(BUSY);
    const { id } = await bench.request({ latestStartAt: bench.clock.now() + 90_000, retry: { busy: { times: 9, afterSeconds: 60 } } });
    await bench.advance(130_000, 1_000);
    expect(pauses()).toEqual([60]);
    expect(view(id).request).toMatchObject({ state: 'failed', reason: expect.stringContaining('latestStartAt') as string });
  });

  it('is dialled again at its moment, once, after the process was killed while it waited', async () => {
    farEndDoes(BUSY);
    const { id } = await bench.request({ retry: { busy: { times: 1, afterSeconds: 60 } } });
    await bench.advance(5_000, 1_000);
    const startAt = bench.clock.now();
    await bench.crash();
    bench = await SchedulerBench.started({ directory: bench.directory, startAt });
    farEndDoes(BUSY);
    await bench.advance(50_000, 5_000);
    expect(dialledAt).toHaveLength(1);
    await bench.advance(70_000, 1_000);
    expect(pauses()).toEqual([60]);
    expect(view(id).request).toMatchObject({ state: 'failed', outcome: 'busy' });
  });

  it('has its request end, not hang, where the database cannot be read for its earlier attempts', async () => {
    farEndDoes(BUSY);
    vi.spyOn(bench.store.scheduledCalls, 'attempts').mockImplementationOnce(() => {
      throw new Error('disk I/O error');
    });
    const { id } = await bench.request({ retry: { busy: { times: 2, afterSeconds: 60 } } });
    await bench.advance(5_000, 1_000);
    expect(bench.state(id)).toBe('failed');
  });

  it('can have its rules changed, or be deleted, while it waits', async () => {
    farEndDoes(BUSY);
    const { id } = await bench.request({ retry: { busy: { times: 1, afterSeconds: 60 } } });
    await bench.advance(2_000);
    await bench.scheduler.updateRequest('acc_root', id, { retry: { busy: { times: 2, afterSeconds: 5 } } });
    await bench.advance(60_000, 5_000);
    expect(dialledAt).toHaveLength(2);
    await bench.scheduler.deleteRequest('acc_root', id);
    await bench.advance(60_000, 5_000);
    expect(dialledAt).toHaveLength(2);
  });
});

describe('retry rules', () => {
  it.each<[string, RetryRules | object, string]>([
    ['a person who rejected', { rejected: { times: 1, afterSeconds: 60 } }, '/retry/rejected'],
    ['no retries at all', { busy: { times: 0, afterSeconds: 60 } }, '/retry/busy/times'],
    ['a wait of nothing', { busy: { times: 1, afterSeconds: 0 } }, '/retry/busy/afterSeconds'],
    ['no wait', { busy: { times: 1 } }, '/retry/busy/afterSeconds'],
    ['a back-off that hurries', { busy: { times: 1, afterSeconds: 60, backOff: 0.5 } }, '/retry/busy/backOff'],
    ['a jitter of a day', { busy: { times: 1, afterSeconds: 60, jitterSeconds: 86_400 } }, '/retry/busy/jitterSeconds'],
  ])('are refused with %s', async (_name, retry, path) => {
    const asked = bench.scheduler.createRequest('acc_root', { serviceNumber: SERVICE_NUMBER, firstParty: FIRST_PARTY, retry });
    await expect(asked).rejects.toMatchObject({ problems: [expect.objectContaining({ path })] });
  });

  it('count attempts that reached a line only', () => {
    const request = requestRecord({ retry: JSON.stringify({ failed: { times: 1, afterSeconds: 30 } }) });
    const failed = (id: string, seizedAt: number | null) => attemptRecord({ id, state: 'ended', outcome: 'failed', seizedAt });
    const now = request.dueAt;
    const withoutLine = [failed('att_1', null), failed('att_2', null), failed('att_3', null)];
    expect(nextAttempt(request, withoutLine, now)).toMatchObject({ dueAt: now + 30_000 });
    expect(nextAttempt(request, [...withoutLine, failed('att_4', now)], now)).toMatchObject({ dueAt: now + 30_000 });
    expect(nextAttempt(request, [...withoutLine, failed('att_4', now), failed('att_5', now)], now)).toMatchObject({ dueAt: null });
  });

  it('spread the retries of requests that failed together over their jitter', () => {
    const request = requestRecord({ retry: JSON.stringify({ busy: { times: 1, afterSeconds: 60, jitterSeconds: 100 } }) });
    const waits = Array.from({ length: 200 }, (_, index) => {
      const ended = attemptRecord({ id: `att_${index}`, state: 'ended', outcome: 'busy', seizedAt: request.dueAt });
      return ((nextAttempt(request, [ended], request.dueAt).dueAt ?? 0) - request.dueAt) / 1000;
    });
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(60);
    expect(Math.max(...waits)).toBeLessThanOrEqual(160);
    const perTenSeconds = Array.from({ length: 10 }, (_, tenth) => waits.filter((wait) => Math.floor((wait - 60) / 10) === tenth).length);
    for (const count of perTenSeconds) expect(count).toBeGreaterThan(5);
  });
});
