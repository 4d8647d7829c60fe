import { beforeEach, describe, expect, it } from 'vitest';

import { MemoryTables } from '../../../test/support/memory-tables.js';
import { ScriptedLine } from '../../../test/support/scripted-line.js';
import { SteppedClock, silentLogger } from '../../core/index.js';
import type { TrunkRecord } from '../../store/index.js';
import type { Call, CallIdentity } from '../call.js';
import { newLineIdentity } from '../dialling/index.js';
import { CallRegistry, InboundCalls, LiveLegs } from './index.js';

const NUMBER = { kind: 'number', e164: '+441632960100' } as const;
const PARTY = { kind: 'number', e164: '+447700900123' } as const;
const CLI = { number: '+441632960100', presentation: 'allowed', screening: 'network' } as const;
const SCHEDULED: CallIdentity = {
  id: 'call_1',
  accountId: 'acc_1',
  origin: 'scheduled',
  serviceNumberId: 'num_1',
  serviceNumber: NUMBER.e164,
  requestId: 'req_1',
  attemptId: 'att_1',
  presentationNumber: '+441632960111',
};

let clock: SteppedClock;
let tables: MemoryTables;
let line: ScriptedLine;
let registry: CallRegistry;

beforeEach(() => {
  clock = new SteppedClock();
  tables = new MemoryTables();
  line = new ScriptedLine(clock);
  registry = new CallRegistry({ store: tables.store, clock, logger: silentLogger, live: new LiveLegs() });
});

function dial(): ReturnType<ScriptedLine['dial']> {
  const trunk = { id: 'trk_1', name: 'carrier' } as TrunkRecord;
  return line.dial({
    legId: `leg_${line.dialled.length + 1}`,
    trunk,
    to: PARTY,
    cli: { network: CLI, presentation: CLI },
    identity: newLineIdentity(),
  });
}

/** A scheduled call whose First Party answered after two seconds. */
async function answeredCall(): Promise<Call> {
  const call = registry.open(SCHEDULED);
  call.addLeg(dial(), 167);
  await clock.advance(2000);
  line.last.answer();
  return call;
}

describe('a call', () => {
  it('is known from its beginning and in the store soon, with its First Party as soon as that is dialled', async () => {
    const startAt = clock.now();
    const call = registry.open(SCHEDULED);
    expect(registry.get('call_1')).toBe(call);
    expect(registry.recordOf('call_1')).toMatchObject({ startAt, endAt: null, from: '+441632960111', to: '' });
    call.addLeg(dial(), 167);
    expect(call.aLeg).toBe(line.last.leg);
    await clock.advance(200);
    expect(tables.callRows.get('call_1')).toMatchObject({ startAt, from: NUMBER.e164, to: PARTY.e164 });
  });

  it('costs one commit for what happens at once, and one for its end', async () => {
    const call = await answeredCall();
    call.usePlan('plan_1', 1);
    await clock.advance(1000);
    const before = tables.commits;
    line.last.end();
    await call.end(16);
    await clock.advance(1000);
    expect([before, tables.commits]).toEqual([2, 3]);
  });

  it('writes a CDR when a leg ends, with its time to answer and its cause', async () => {
    const startAt = clock.now();
    await answeredCall();
    await clock.advance(5000);
    line.last.end({ q850: 16, sipStatus: 0 });
    await clock.advance(200);
    expect(tables.cdrRows).toMatchObject([
      {
        callId: 'call_1',
        callType: 167,
        legId: line.last.leg.id,
        requestId: 'req_1',
        attemptId: 'att_1',
        from: NUMBER.e164,
        to: PARTY.e164,
        startAt,
        answeredAt: startAt + 2000,
        endAt: startAt + 7000,
        clearDown: 16,
        ttaMs: 2000,
      },
    ]);
    expect(JSON.parse(tables.cdrRows[0]?.data ?? '')).toMatchObject({ outcome: 'answered', clearedBy: 'peer', trunkId: 'trk_1' });
  });

  it('says 0 as time to answer of a leg that was not answered, and what became of it', async () => {
    registry.open(SCHEDULED).addLeg(dial(), 167);
    line.last.end({ q850: 17, sipStatus: 486 });
    await clock.advance(200);
    expect(tables.cdrRows).toMatchObject([{ clearDown: 17, ttaMs: 0, answeredAt: null }]);
    expect(JSON.parse(tables.cdrRows[0]?.data ?? '')).toMatchObject({ outcome: 'busy', sipStatus: 486 });
  });

  it('accounts for a leg that had ended before it joined', async () => {
    const call = registry.open(SCHEDULED);
    const leg = dial();
    line.last.end({ q850: 38, by: 'line', sent: false });
    call.addLeg(leg, 2, 'leg_a');
    await clock.advance(200);
    expect(tables.cdrRows).toMatchObject([{ callType: 2, clearDown: 38, parentId: 'leg_a' }]);
  });

  it('aborts its signal when the answered A-party goes, not when a first try fails', async () => {
    const call = registry.open(SCHEDULED);
    call.addLeg(dial(), 167);
    line.last.end({ q850: 34 });
    expect(call.signal.aborted).toBe(false);
    call.addLeg(dial(), 167);
    line.last.answer();
    line.last.end();
    expect(call.signal.aborted).toBe(true);
    expect(call.aLeg).toBe(line.last.leg);
  });

  it('ends by clearing every leg, and then counts its CDRs', async () => {
    const call = await answeredCall();
    const b = dial();
    call.addLeg(b, 2, call.aLeg?.id);
    call.addEvent({ callType: 26, from: '', to: '', startAt: clock.now(), endAt: clock.now(), data: {} });
    const ended: string[] = [];
    registry.events.on('callEnded', ({ call: { identity } }) => ended.push(identity.id));
    await call.end(16);
    expect(line.dialled.map(({ commands }) => commands)).toEqual([
      [{ do: 'clear', q850: 16, sipStatus: 0 }],
      [{ do: 'clear', q850: 16, sipStatus: 0 }],
    ]);
    expect(tables.callRows.get('call_1')).toMatchObject({ endAt: clock.now(), expectedCount: 3 });
    expect(tables.cdrRows).toHaveLength(3);
    expect(ended).toEqual(['call_1']);
    expect(registry.live()).toEqual([]);
  });

  it('ends once, however often it is asked', async () => {
    const call = await answeredCall();
    const ends = [call.end(16), call.end(31)];
    call.signal.addEventListener('abort', () => void ends.push(call.end(41)));
    await Promise.all(ends);
    expect(line.last.commands).toHaveLength(1);
  });

  it('waits for a leg that takes its time to go', async () => {
    const call = await answeredCall();
    line.last.endsWhenCleared = false;
    let done = false;
    void call.end(16).then(() => (done = true));
    await clock.advance(3000);
    expect(done).toBe(false);
    line.last.end({ by: 'us' });
    await clock.advance(0);
    expect(done).toBe(true);
  });

  it('clears a leg that joins while it is being ended', async () => {
    const call = await answeredCall();
    const slow = line.last;
    slow.endsWhenCleared = false;
    const ending = call.end(16);
    await clock.advance(1000);
    call.addLeg(dial(), 2);
    expect(line.last.leg.state).toBe('ended');
    slow.end({ by: 'us' });
    await ending;
    expect(tables.callRows.get('call_1')?.expectedCount).toBe(2);
  });

  it('records an attempt that never got a leg', async () => {
    const call = registry.open(SCHEDULED);
    call.addUnconnected(167, { from: 'a', to: 'b', startAt: 1, endAt: 2, q850: 38, data: { outcome: 'failed' } });
    await call.end(38);
    expect(tables.cdrRows).toMatchObject([{ callType: 167, legId: null, clearDown: 38, ttaMs: 0 }]);
    expect(tables.callRows.get('call_1')?.expectedCount).toBe(1);
  });

  it('numbers its trace and notes its plan', async () => {
    const call = registry.open(SCHEDULED);
    call.usePlan('plan_1', 3);
    call.trace('node.entered', { id: 1 });
    call.trace('node.left', { id: 1 });
    expect(tables.traceRows.map(({ sequence, type }) => [sequence, type])).toEqual([
      [1, 'node.entered'],
      [2, 'node.left'],
    ]);
    await clock.advance(200);
    expect(tables.callRows.get('call_1')).toMatchObject({ planId: 'plan_1', planVersion: 3 });
  });

  it('goes on, and ends, when the store cannot write', async () => {
    const call = await answeredCall();
    tables.failure = new Error('disk full');
    call.trace('x', {});
    await call.end(16);
    expect(registry.live()).toEqual([]);
  });

  it('has all its records when the store can write again', async () => {
    tables.failure = new Error('disk full');
    const call = await answeredCall();
    call.usePlan('plan_1', 1);
    await clock.advance(5000);
    await call.end(16);
    await clock.advance(5000);
    expect(tables.callRows.size).toBe(0);
    tables.failure = null;
    await clock.advance(2000);
    expect(tables.callRows.get('call_1')).toMatchObject({ planId: 'plan_1', expectedCount: 1, endAt: clock.now() - 7000 });
    expect(tables.cdrRows).toHaveLength(1);
  });

  it('counts a record too that comes after its end', async () => {
    const call = registry.open(SCHEDULED);
    await call.end(16);
    call.addUnconnected(167, { from: 'a', to: 'b', startAt: 1, endAt: 2, q850: 16, data: { outcome: 'cancelled' } });
    await clock.advance(200);
    expect(tables.cdrRows).toHaveLength(1);
    expect(tables.callRows.get('call_1')?.expectedCount).toBe(1);
  });
});

describe('after a restart', () => {
  it('ends the calls that the last process left, with the CDR that is missing', async () => {
    await answeredCall();
    await clock.advance(200);
    const next = new CallRegistry({ store: tables.store, clock, logger: silentLogger, live: new LiveLegs() });
    await clock.advance(59_800);
    expect(await next.closeOrphans()).toEqual(['call_1']);
    expect(tables.callRows.get('call_1')).toMatchObject({ endAt: clock.now(), expectedCount: 1 });
    expect(tables.cdrRows).toMatchObject([{ callType: 167, clearDown: 41, ttaMs: 2000, to: PARTY.e164 }]);
    expect(await next.closeOrphans()).toEqual([]);
  });

  it('adds no second CDR where one was written', async () => {
    await answeredCall();
    line.last.end();
    await clock.advance(200);
    const next = new CallRegistry({ store: tables.store, clock, logger: silentLogger, live: new LiveLegs() });
    await next.closeOrphans();
    expect(tables.cdrRows).toHaveLength(1);
    expect(tables.callRows.get('call_1')?.expectedCount).toBe(1);
  });

  it('adds the CDR of the party that had answered to that of a try that failed before', async () => {
    const call = registry.open(SCHEDULED);
    call.addLeg(dial(), 167);
    line.last.end({ q850: 34 });
    call.addLeg(dial(), 167);
    line.last.answer();
    await clock.advance(200);
    await new CallRegistry({ store: tables.store, clock, logger: silentLogger, live: new LiveLegs() }).closeOrphans();
    expect(tables.cdrRows).toMatchObject([{ clearDown: 34 }, { clearDown: 41, answeredAt: expect.any(Number) as number }]);
    expect(tables.callRows.get('call_1')?.expectedCount).toBe(2);
  });
});

describe('an incoming call', () => {
  let inbound: InboundCalls;
  let taken: Call[];

  beforeEach(() => {
    taken = [];
    inbound = new InboundCalls({ registry, store: tables.store, lines: [line], clock, logger: silentLogger, maxCalls: 2 });
    inbound.onInboundCall((call) => taken.push(call));
    tables.numberRows.set(NUMBER.e164, { id: 'num_1', accountId: 'acc_1', number: NUMBER.e164, status: 'active', description: '', createdAt: 0 });
  });

  it('becomes a call of its service number, with an inbound CDR', async () => {
    const caller = { number: '+447700900123', presentation: 'allowed', screening: 'network' } as const;
    const far = line.call(NUMBER, { cli: { network: caller, presentation: caller } });
    expect(taken).toMatchObject([{ identity: { origin: 'inbound', accountId: 'acc_1', serviceNumberId: 'num_1', requestId: null } }]);
    far.end();
    expect(taken[0]?.signal.aborted).toBe(true);
    await taken[0]?.end(16);
    expect(tables.cdrRows).toMatchObject([{ callType: 1, from: '+447700900123', to: NUMBER.e164 }]);
  });

  it('is refused where the number is none of ours', () => {
    expect(line.call(PARTY).commands).toEqual([{ do: 'clear', q850: 1, sipStatus: 404 }]);
    expect(line.call(null).commands).toEqual([{ do: 'clear', q850: 1, sipStatus: 404 }]);
    expect(tables.callRows.size).toBe(0);
  });

  it.each([
    ['parked', 1, 404],
    ['suspended', 21, 403],
  ] as const)('is refused, and recorded, where the number is %s', async (status, q850, sipStatus) => {
    tables.numberRows.set(NUMBER.e164, { id: 'num_1', accountId: 'acc_1', number: NUMBER.e164, status, description: '', createdAt: 0 });
    expect(line.call(NUMBER).commands).toEqual([{ do: 'clear', q850, sipStatus }]);
    await clock.advance(0);
    expect(tables.cdrRows).toMatchObject([{ callType: 1, clearDown: q850 }]);
    expect(registry.live()).toEqual([]);
  });

  it('is refused with 503 when there are too many, and taken again when there are fewer', async () => {
    line.call(NUMBER);
    line.call(NUMBER);
    expect(line.call(NUMBER).commands).toEqual([{ do: 'clear', q850: 42, sipStatus: 503 }]);
    await taken[0]?.end(16);
    line.call(NUMBER);
    expect(taken).toHaveLength(3);
  });

  it('is cleared where it cannot be looked up', () => {
    const store = {
      serviceNumbers: {
        byNumber: () => {
          throw new Error('disk I/O error');
        },
      },
    } as unknown as typeof tables.store;
    const broken = new ScriptedLine(clock);
    new InboundCalls({ registry, store, lines: [broken], clock, logger: silentLogger, maxCalls: 2 }).onInboundCall(() => undefined);
    expect(broken.call(NUMBER).commands).toEqual([{ do: 'clear', q850: 41, sipStatus: 500 }]);
  });

  it('is refused while nobody takes calls over', () => {
    inbound.onInboundCall(null);
    expect(line.call(NUMBER).commands).toEqual([{ do: 'clear', q850: 42, sipStatus: 503 }]);
  });
});
