import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { FIRST_PARTY, SchedulerBench, SERVICE_NUMBER } from '../../test/support/scheduler-bench.js';
import { BranchlineError } from '../core/index.js';
import { storeErrors } from '../store/index.js';

// A real database opens and syncs its files meanwhile, on a machine that others use too.
vi.setConfig({ testTimeout: 30_000 });

let bench: SchedulerBench;

beforeEach(async () => {
  bench = await SchedulerBench.started();
});

afterEach(async () => {
  await bench.remove();
});

async function answeredCall(values: Record<string, unknown> = {}): Promise<string> {
  const { id } = await bench.request(values);
  bench.line.last.seize();
  bench.line.last.ring();
  bench.line.last.answer();
  await bench.settle();
  return id;
}

const view = (id: string) => bench.scheduler.get('acc_root', id);

describe('a First Party that answers', () => {
  it('is the A-party of the active plan, with the variables of its request', async () => {
    const id = await answeredCall({ variables: { '@Choice': '2' } });
    expect(bench.runs.runs).toMatchObject([{ plan: { planId: 'plan_1', version: 1 }, startBranch: 'Scheduled Call', variables: { '@Choice': '2' } }]);
    expect(bench.runs.runs[0]?.aLeg).toBe(bench.line.last.leg);
    expect(view(id)).toMatchObject({ request: { state: 'inProgress' }, attempts: [{ state: 'inProgress', answeredAt: bench.clock.now() }] });
  });

  it('was called with the service number as network CLI and the presentation number as what it is shown', async () => {
    await bench.request();
    expect(bench.line.last.request?.cli).toMatchObject({
      network: { number: SERVICE_NUMBER, presentation: 'allowed' },
      presentation: { number: SERVICE_NUMBER, presentation: 'allowed' },
    });
  });

  it('ends as completed with one record of each: request, attempt, call and First Party', async () => {
    const id = await answeredCall();
    await bench.advance(5_000);
    bench.line.last.end();
    await bench.settle();
    await bench.settle();
    const { request, attempts, callIds } = view(id);
    expect(request).toMatchObject({ state: 'completed', outcome: 'answered', finalAt: bench.clock.now() });
    expect(attempts).toMatchObject([{ state: 'ended', outcome: 'answered', tries: [{ trunkName: 'carrier', sent: true }] }]);
    const [callId = ''] = callIds;
    expect(bench.store.calls.get(callId)).toMatchObject({ requestId: id, expectedCount: 1, endAt: bench.clock.now() });
    expect(bench.store.calls.cdrsOfCall(callId)).toMatchObject([{ callType: 167, attemptId: attempts[0]?.id, clearDown: 16, requestId: id }]);
    expect(bench.published.map(({ type }) => type)).toEqual([
      'request.accepted',
      'attempt.dialling',
      'attempt.ringing',
      'attempt.answered',
      'attempt.ended',
      'request.completed',
    ]);
  });

  it('gets the version active at the answer, where a Scheduled Call may enter it', async () => {
    await bench.request();
    bench.plans.active = { planId: 'plan_1', version: 2 };
    bench.line.last.answer();
    await bench.settle();
    expect(bench.runs.runs[0]?.plan).toEqual({ planId: 'plan_1', version: 2 });
    expect(tracedChoice()).toMatchObject({ version: 2, chosen: 'activeAtAnswer', changedWhileDialling: true });
  });

  it('gets the version checked before dialling where the one active at the answer may not be entered', async () => {
    await bench.request();
    bench.plans.active = { planId: 'plan_1', version: 2 };
    bench.plans.entries.set(2, 'notEnabled');
    bench.line.last.answer();
    await bench.settle();
    expect(bench.runs.runs[0]?.plan).toEqual({ planId: 'plan_1', version: 1 });
    expect(tracedChoice()).toMatchObject({ version: 1, chosen: 'checkedBeforeDialling', why: 'scheduledCallNotEnabled' });
  });

  it('is hung up on request', async () => {
    const id = await answeredCall();
    bench.scheduler.hangUp('acc_root', id);
    await bench.settle();
    await bench.settle();
    expect(bench.line.last.commands).toEqual([{ do: 'clear', q850: 16, sipStatus: 0 }]);
    expect(view(id).request).toMatchObject({ state: 'completed', outcome: 'answered', reasonCode: 'hungUp' });
  });

  function tracedChoice(): unknown {
    const trace = bench.store.traces.ofCall(bench.runs.runs[0]?.call.identity.id ?? '');
    return JSON.parse(trace.find(({ type }) => type === 'plan.chosen')?.data ?? '{}');
  }
});

describe('a First Party that does not answer', () => {
  const ends = [
    { what: 'is busy', end: { q850: 17, sipStatus: 486 }, outcome: 'busy' },
    { what: 'rejects', end: { q850: 21, sipStatus: 603 }, outcome: 'rejected' },
    { what: 'does not exist', end: { q850: 1, sipStatus: 404 }, outcome: 'unobtainable' },
    { what: 'meets congestion', end: { q850: 42, sipStatus: 503 }, outcome: 'congestion' },
  ] as const;

  it.each(ends)('because it $what: the request fails as $outcome with cause and status', async ({ end, outcome }) => {
    const { id } = await bench.request();
    bench.line.last.end(end);
    await bench.settle();
    await bench.settle();
    const { request, attempts, callIds } = view(id);
    expect(request).toMatchObject({ state: 'failed', outcome });
    expect(attempts).toMatchObject([{ state: 'ended', outcome, q850: end.q850, sipStatus: end.sipStatus }]);
    expect(bench.store.calls.cdrsOfCall(callIds[0] ?? '')).toMatchObject([{ callType: 167, clearDown: end.q850, ttaMs: 0 }]);
    expect(bench.store.calls.get(callIds[0] ?? '')?.expectedCount).toBe(1);
  });

  it('is rung no longer than asked for', async () => {
    const { id } = await bench.request({ firstPartyRingSeconds: 60 });
    bench.line.last.seize();
    bench.line.last.ring();
    await bench.advance(59_900, 1_000);
    expect(bench.line.last.commands).toEqual([]);
    expect(view(id).request.state).toBe('dialling');
    await bench.advance(200);
    await bench.settle();
    expect(view(id)).toMatchObject({ request: { state: 'failed', outcome: 'noAnswer' }, attempts: [{ q850: 19 }] });
  });

  it('has its record even where no trunk carries its number', async () => {
    await bench.trunks.update(bench.trunks.list()[0]?.id ?? '', { prefixes: ['+4420'] });
    const { id } = await bench.request();
    await bench.settle();
    const { request, callIds } = view(id);
    expect(request).toMatchObject({ state: 'failed', outcome: 'failed' });
    expect(bench.store.calls.cdrsOfCall(callIds[0] ?? '')).toMatchObject([{ callType: 167, to: FIRST_PARTY, clearDown: 3 }]);
  });

  it('has answered even where it hangs up in the same moment', async () => {
    const { id } = await bench.request();
    bench.line.last.answer();
    bench.line.last.end();
    await bench.advance(300);
    const { request, attempts, callIds } = view(id);
    expect(request).toMatchObject({ state: 'completed', outcome: 'answered' });
    expect(attempts).toMatchObject([{ outcome: 'answered', answeredAt: bench.clock.now() - 300 }]);
    expect(bench.store.calls.cdrsOfCall(callIds[0] ?? '')).toMatchObject([{ callType: 167, ttaMs: 1 }]);
  });

  it('is hung up on while it rings: the request fails as cancelled', async () => {
    const { id } = await bench.request();
    bench.line.last.ring();
    bench.scheduler.hangUp('acc_root', id);
    await bench.settle();
    await bench.settle();
    expect(view(id).request).toMatchObject({ state: 'failed', outcome: 'cancelled', reasonCode: 'hungUp' });
    expect(() => bench.scheduler.hangUp('acc_root', id)).toThrow(/no call to hang up/);
  });
});

describe('what is checked again just before dialling', () => {
  it('refuses the attempt with its code, and nobody is rung', async () => {
    const { id } = await bench.request({ inMs: 5_000 });
    bench.plans.entries.set(1, 'notConnected');
    await bench.advance(5_100);
    expect(bench.dialled).toEqual([]);
    expect(view(id)).toMatchObject({
      request: { state: 'failed', outcome: 'failed', reasonCode: 'scheduledCallNotConnected' },
      attempts: [{ state: 'ended', seizedAt: null, reasonCode: 'scheduledCallNotConnected', tries: [] }],
    });
  });
});

describe('a full disk', () => {
  const full = new BranchlineError(storeErrors.diskFull, 'No space left');

  it('ends no call, and the records are written when there is room again', async () => {
    const id = await answeredCall();
    bench.disk.refusal = full;
    await bench.advance(3_000);
    expect(bench.line.last.leg.state).toBe('answered');
    bench.line.last.end();
    await bench.advance(5_000);
    expect(bench.store.scheduledCalls.get(id)?.state).not.toBe('completed');
    expect(view(id).request.state).toBe('completed');
    bench.disk.refusal = null;
    await bench.advance(2_000);
    expect(bench.store.scheduledCalls.get(id)).toMatchObject({ state: 'completed', outcome: 'answered' });
    expect(bench.store.scheduledCalls.openAttempts()).toEqual([]);
    expect(bench.published.at(-1)?.type).toBe('request.completed');
  });

  it('keeps a request waiting that cannot be armed, says so, and dials it when it can', async () => {
    const { id } = await bench.request({ inMs: 10_000 });
    bench.disk.refusal = full;
    await bench.advance(11_000);
    expect(bench.dialled).toEqual([]);
    expect(view(id).whyNotYet).toMatchObject([{ code: 'storeFailing' }]);
    bench.disk.refusal = null;
    await bench.advance(2_000);
    expect(bench.dialled).toEqual([FIRST_PARTY]);
  });
});

describe('a stop', () => {
  it('hangs up politely and writes the last records', async () => {
    const talking = await answeredCall();
    const ringing = (await bench.request({ firstParty: '+447700900002' })).id;
    bench.line.last.ring();
    const waiting = (await bench.request({ firstParty: '+447700900003', inMs: 60_000 })).id;
    const stopped = bench.scheduler.stop();
    await bench.settle();
    await bench.settle();
    await stopped;
    expect(bench.store.scheduledCalls.get(talking)).toMatchObject({ state: 'completed', reasonCode: 'serviceStopped' });
    expect(bench.store.scheduledCalls.get(ringing)).toMatchObject({ state: 'interrupted', outcome: 'interrupted' });
    expect(bench.store.scheduledCalls.get(waiting)?.state).toBe('queued');
    await bench.advance(61_000, 1_000);
    expect(bench.dialled).not.toContain('+447700900003');
  });

  it('is over in 4 s even where a line does not let go', async () => {
    await answeredCall();
    bench.line.last.endsWhenCleared = false;
    let stopped = false;
    void bench.scheduler.stop().then(() => (stopped = true));
    await bench.advance(4_000);
    expect(stopped).toBe(true);
  });
});
