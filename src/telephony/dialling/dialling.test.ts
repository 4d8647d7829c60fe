import { beforeEach, describe, expect, it } from 'vitest';

import { MemoryTables } from '../../../test/support/memory-tables.js';
import { ScriptedLine } from '../../../test/support/scripted-line.js';
import { SteppedClock, silentLogger } from '../../core/index.js';
import type { TrunkRecord } from '../../store/index.js';
import { LiveLegs } from '../calls/index.js';
import type { LegEnd } from '../leg.js';
import type { Destination, DialResult } from '../ports/dialling.js';
import { TrunkDirectory, type TrunkGroupInput, type TrunkInput } from '../trunks/index.js';
import { TrunkDialler } from './index.js';

const CLI = { number: '+441632960100', presentation: 'allowed', screening: 'network' } as const;
const TO: Destination = { to: { kind: 'number', e164: '+447700900123' }, cli: { network: CLI, presentation: CLI }, ringSeconds: 30 };

let clock: SteppedClock;
let line: ScriptedLine;
let trunks: TrunkDirectory;
let dialler: TrunkDialler;

beforeEach(() => {
  clock = new SteppedClock();
  line = new ScriptedLine(clock);
  trunks = new TrunkDirectory({ store: new MemoryTables().store, clock, logger: silentLogger, lines: [line], live: new LiveLegs(), country: 'GB' });
  dialler = new TrunkDialler({ trunks, clock, logger: silentLogger });
});

function trunk(name: string, more: Partial<TrunkInput> = {}): Promise<TrunkRecord> {
  return trunks.create({ name, kind: 'sip', address: '192.0.2.7:5070', priority: name === 'second' ? 2 : 1, ...more });
}

/** The result, once it is there; a test that waits for one that does not come fails. */
async function settled(result: Promise<DialResult>): Promise<DialResult> {
  let done: DialResult | null = null;
  void result.then((value) => (done = value));
  await clock.advance(0);
  if (done === null) throw new Error('The effort goes on');
  return done;
}

describe('dialling', () => {
  it('answers with the leg once the party has answered', async () => {
    await trunk('first');
    const legs: string[] = [];
    const result = dialler.dial({ ...TO, identity: { callId: 'ahead', fromTag: 'tag' }, onLeg: (leg) => legs.push(leg.id) });
    await clock.advance(0);
    expect(line.last.request).toMatchObject({ identity: { callId: 'ahead', fromTag: 'tag' }, cli: TO.cli });
    line.last.seize();
    line.last.ring();
    line.last.answer();
    const { outcome, leg, tries } = await settled(result);
    expect(outcome).toBe('answered');
    expect(leg).toBe(line.last.leg);
    expect(legs).toEqual([leg?.id]);
    expect(tries).toMatchObject([{ trunkName: 'first', legId: leg?.id, sent: true, notCarried: [] }]);
  });

  it('tells the journal before the line is seized', async () => {
    await trunk('first');
    const order: string[] = [];
    line.onDial = ({ request }) => order.push(`dial ${request?.legId}`);
    void dialler.dial({ ...TO, beforeSeizure: (tryId, legId) => order.push(`${tryId.slice(0, 4)} ${legId}`) });
    await clock.advance(0);
    expect(order).toEqual([`try_ ${line.last.leg.id}`, `dial ${line.last.leg.id}`]);
  });

  it('dials nobody where the journal fails', async () => {
    await trunk('first');
    const failing = (): never => {
      throw new Error('disk full');
    };
    const result = await settled(dialler.dial({ ...TO, beforeSeizure: failing }));
    expect(result).toMatchObject({ outcome: 'failed', q850: 41, tries: [], detail: 'Not dialled: disk full' });
    expect(line.dialled).toHaveLength(0);
  });

  it.each([
    ['a line refusal', { q850: 34, sipStatus: 503 }],
    ['a bare 503', { q850: 41, sipStatus: 503, inferred: true }],
    ['a local failure to send', { q850: 38, by: 'line', sent: false, responded: false }],
  ] as const)('tries the next trunk after %s, with an identity of its own', async (_name, end) => {
    await trunk('first');
    await trunk('second');
    const result = dialler.dial({ ...TO, identity: { callId: 'ahead', fromTag: 'tag' } });
    await clock.advance(0);
    line.last.end(end);
    await clock.advance(0);
    expect(line.dialled).toHaveLength(2);
    expect(line.last.request?.trunk.name).toBe('second');
    expect(line.last.request?.identity.callId).not.toBe('ahead');
    line.last.answer();
    const { outcome, tries } = await settled(result);
    expect(outcome).toBe('answered');
    expect(tries.map(({ trunkName, q850 }) => [trunkName, q850])).toEqual([
      ['first', end.q850],
      ['second', null],
    ]);
  });

  it.each([
    ['busy', { q850: 17, sipStatus: 486 }, 'busy'],
    ['a decline', { q850: 21, sipStatus: 603 }, 'rejected'],
    ['an unallocated number', { q850: 1, sipStatus: 404 }, 'unobtainable'],
    ['no answer at all', { q850: 102, sipStatus: 408, by: 'line', responded: false, inferred: true }, 'failed'],
  ] as const)('tries no other trunk after %s', async (_name, end, outcome) => {
    await trunk('first');
    await trunk('second');
    const result = dialler.dial(TO);
    await clock.advance(0);
    line.last.end(end);
    expect(await settled(result)).toMatchObject({ outcome, q850: end.q850, sipStatus: end.sipStatus, leg: null });
    expect(line.dialled).toHaveLength(1);
  });

  it('tries no other trunk once the party has rung', async () => {
    await trunk('first');
    await trunk('second');
    const result = dialler.dial(TO);
    await clock.advance(0);
    line.last.ring();
    line.last.end({ q850: 34, sipStatus: 503 });
    expect((await settled(result)).outcome).toBe('congestion');
    expect(line.dialled).toHaveLength(1);
  });

  it('goes on after no answer at all where the trunk says so', async () => {
    await trunk('first', { retryAfterTimeout: true });
    await trunk('second');
    void dialler.dial(TO);
    await clock.advance(0);
    line.last.end({ q850: 102, sipStatus: 408, by: 'line', responded: false, inferred: true });
    await clock.advance(0);
    expect(line.dialled).toHaveLength(2);
  });

  it('ends with the last refusal when no further trunk is left', async () => {
    await trunk('first');
    const result = dialler.dial(TO);
    await clock.advance(0);
    line.last.end({ q850: 42, sipStatus: 503 });
    expect(await settled(result)).toMatchObject({ outcome: 'congestion', q850: 42, sipStatus: 503, detail: 'first: Switching equipment congestion' });
  });

  it('clears with "no answer" when the ring time is over, counted from the seizure', async () => {
    await trunk('first');
    const result = dialler.dial(TO);
    await clock.advance(5000);
    line.last.seize();
    line.last.ring();
    await clock.advance(29_999);
    expect(line.last.commands).toEqual([]);
    await clock.advance(1);
    expect(line.last.commands).toEqual([{ do: 'clear', q850: 19, sipStatus: 0 }]);
    expect(await settled(result)).toMatchObject({ outcome: 'noAnswer', q850: 19, leg: null, tries: [{ q850: 19, sent: true }] });
  });

  it('does not take a peer that says nothing at all for a party that does not answer', async () => {
    await trunk('first');
    const result = dialler.dial(TO);
    await clock.advance(0);
    line.last.endsWhenCleared = false;
    await clock.advance(30_000);
    line.last.end({ q850: 19, by: 'us', responded: false });
    expect(await settled(result)).toMatchObject({ outcome: 'failed', q850: 102, detail: 'first: no response at all in 30 s' });
  });

  it('stays "no answer" when the answer crosses our clearing, and clears the leg again', async () => {
    await trunk('first');
    const result = dialler.dial(TO);
    await clock.advance(0);
    line.last.endsWhenCleared = false;
    await clock.advance(30_000);
    line.last.answer();
    expect(line.last.commands.map((command) => command.do)).toEqual(['clear', 'clear']);
    line.last.end({ q850: 16, by: 'us' });
    expect(await settled(result)).toMatchObject({ outcome: 'noAnswer', leg: null });
  });

  it('does not wait for ever for a line that never says that the leg is gone', async () => {
    await trunk('first');
    const result = dialler.dial(TO);
    await clock.advance(0);
    line.last.endsWhenCleared = false;
    await clock.advance(35_000);
    expect((await settled(result)).outcome).toBe('noAnswer');
  });

  it('clears the try in progress when it is cancelled', async () => {
    await trunk('first');
    const abort = new AbortController();
    const result = dialler.dial({ ...TO, signal: abort.signal });
    await clock.advance(1000);
    abort.abort();
    expect(line.last.commands).toEqual([{ do: 'clear', q850: 16, sipStatus: 0 }]);
    expect(await settled(result)).toMatchObject({ outcome: 'cancelled', leg: null });
  });

  it('leaves no leg behind when it is cancelled in the moment of the answer', async () => {
    await trunk('first');
    const abort = new AbortController();
    const result = dialler.dial({ ...TO, signal: abort.signal });
    await clock.advance(0);
    line.last.answer();
    abort.abort();
    expect(await settled(result)).toMatchObject({ outcome: 'cancelled', leg: null });
    expect(line.last.leg.state).toBe('ended');
  });

  it('seizes nothing where it is cancelled beforehand', async () => {
    await trunk('first');
    expect((await settled(dialler.dial({ ...TO, signal: AbortSignal.abort() }))).outcome).toBe('cancelled');
    expect(line.dialled).toHaveLength(0);
  });

  it('says of every trunk why none is left', async () => {
    const down = await trunk('first');
    line.states.set(down.id, { state: 'down', detail: 'OPTIONS unanswered' });
    expect(await settled(dialler.dial(TO))).toMatchObject({ outcome: 'failed', q850: 38, tries: [], detail: 'first: is down (OPTIONS unanswered)' });
  });

  it('says that no trunk carries a number', async () => {
    await trunk('first', { prefixes: ['+1'] });
    expect(await settled(dialler.dial(TO))).toMatchObject({ outcome: 'failed', q850: 3, detail: 'No trunk carries this number' });
  });

  it('is congestion where every line is taken', async () => {
    await trunk('first', { maxCalls: 1 });
    void dialler.dial(TO);
    await clock.advance(1000);
    expect(await settled(dialler.dial(TO))).toMatchObject({ outcome: 'congestion', q850: 34, detail: 'first: all 1 calls are in use' });
  });

  it('waits a little for a trunk that has reached its calls a second', async () => {
    await trunk('first', { callsPerSecond: 1 });
    void dialler.dial(TO);
    void dialler.dial(TO);
    void dialler.dial(TO);
    await clock.advance(0);
    expect(line.dialled).toHaveLength(1);
    await clock.advance(1000);
    expect(line.dialled).toHaveLength(2);
    await clock.advance(1000);
    expect(line.dialled).toHaveLength(3);
  });

  it('clears a leg that nobody takes up', async () => {
    await trunk('first');
    const failing = (): never => {
      throw new Error('bug');
    };
    expect((await settled(dialler.dial({ ...TO, onLeg: failing }))).outcome).toBe('failed');
    expect(line.last.leg.state).toBe('ended');
  });
});

describe('dialling through a trunk group', () => {
  async function group(more: Partial<TrunkGroupInput> = {}): Promise<void> {
    const members = [];
    for (const name of ['a', 'b', 'c']) members.push((await trunk(name)).id);
    await trunks.groups.create({ name: 'lines', members, ...more });
  }

  it('tries each member once, in order, and then what else carries the number', async () => {
    await group();
    await trunk('spare', { priority: 100 });
    line.onDial = (leg) => leg.end({ q850: 34, sipStatus: 503 });
    const { outcome, tries } = await settled(dialler.dial(TO));
    expect(outcome).toBe('congestion');
    expect(tries.map(({ trunkName, trunkGroup }) => [trunkName, trunkGroup])).toEqual([
      ['a', 'lines'],
      ['b', 'lines'],
      ['c', 'lines'],
      ['spare', undefined],
    ]);
  });

  it('goes round for each call', async () => {
    await group({ rule: 'roundRobin' });
    for (let call = 0; call < 4; call += 1) {
      void dialler.dial(TO);
      await clock.advance(100);
    }
    expect(line.dialled.map(({ request }) => request?.trunk.name)).toEqual(['a', 'b', 'c', 'a']);
  });

  it.each<readonly [string, TrunkGroupInput['failover'], Partial<LegEnd>, number]>([
    ['a cause that it added', { causes: [1] }, { q850: 1, sipStatus: 404 }, 2],
    ['a status that it added', { sipStatuses: [403] }, { q850: 21, sipStatus: 403, inferred: true }, 2],
    ['a local failure to send, whatever it lists', { causes: [] }, { q850: 38, by: 'line', sent: false, responded: false }, 2],
  ])('tries the next member after %s', async (_name, failover, end, dialled) => {
    await group({ failover });
    void dialler.dial(TO);
    await clock.advance(0);
    line.last.end(end);
    await clock.advance(0);
    expect(line.dialled).toHaveLength(dialled);
  });

  it.each<readonly [string, TrunkGroupInput['failover'], Partial<LegEnd>]>([
    ['a refusal of the line that it left out', { causes: [42] }, { q850: 34, sipStatus: 503 }],
    ['a bare status that it left out', { sipStatuses: [500] }, { q850: 41, sipStatus: 503, inferred: true }],
    ['a 6xx with a cause that it lists', { causes: [34] }, { q850: 34, sipStatus: 603 }],
  ])('tries no other after %s', async (_name, failover, end) => {
    await group({ failover });
    const result = dialler.dial(TO);
    await clock.advance(0);
    line.last.end(end);
    expect((await settled(result)).tries).toHaveLength(1);
    expect(line.dialled).toHaveLength(1);
  });

  it('never tries another once the party has rung, whatever it lists', async () => {
    await group({ failover: { causes: [34] } });
    const result = dialler.dial(TO);
    await clock.advance(0);
    line.last.ring();
    line.last.end({ q850: 34, sipStatus: 503 });
    expect((await settled(result)).tries).toHaveLength(1);
  });

  it('is congestion where only lines kept for inbound calls are free', async () => {
    await group({ reserveInbound: 90 });
    expect(await settled(dialler.dial(TO))).toMatchObject({
      outcome: 'congestion',
      q850: 34,
      detail: 'lines: keeps 90 free for inbound calls (90 are)',
    });
    expect(line.dialled).toHaveLength(0);
  });
});
