import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import { ScriptedLine } from '../../../test/support/scripted-line.js';
import { openTestStore, type TestStore } from '../../../test/support/store.js';
import { SteppedClock, silentLogger } from '../../core/index.js';
import { LiveLegs } from '../calls/index.js';
import type { LineState } from '../ports/line.js';
import type { CardPort, SpanState } from '../ports/card.js';
import { type LineHealthParts, watchLines } from './index.js';

const OUT = { number: '+441632960100', presentation: 'allowed', screening: 'network' } as const;
const ERRORS = { slips: 0, bipolarViolations: 0, crcErrors: 0, framingErrors: 0, missedInterrupts: 0 };

// A real database syncs its files meanwhile, on a machine that others use too.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

let test: TestStore;
let clock: SteppedClock;
let line: ScriptedLine;
let live: LiveLegs;
let span: SpanState;
let health: LineHealthParts;

function watch(): LineHealthParts {
  const card: CardPort = { spans: () => [span], channel: () => ({ offHook: false, battery: true, reversed: false }), echoCanceller: () => 'none' };
  const watched = watchLines({ store: test.store, clock, logger: silentLogger, lines: [line], card, live });
  watched.outOfService.start();
  watched.spans.start();
  return watched;
}

beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test.remove());

beforeEach(() => {
  test.clear();
  clock = new SteppedClock();
  live = new LiveLegs();
  line = new ScriptedLine(clock, 'analogue');
  line.physical = [3, 4].map((channel) => ({ line: `card/${channel}`, kind: 'fxo', channel, state: 'idle', since: clock.now(), detail: '' }));
  span = { span: 1, kind: 'e1', name: 'E1', alarms: [], ...ERRORS };
  health = watch();
});
afterEach(() => health.spans.stop());

function become(channel: number, state: LineState['state'], detail = ''): void {
  line.physical = line.physical.map((one) => (one.channel === channel ? { ...one, state, detail, since: clock.now() } : one));
  for (const one of line.physical) if (one.channel === channel) line.tellLine(one);
}

/** The history of a line or span, once everything that was told is stored; oldest first. */
async function historyOf(subject: string): Promise<readonly (readonly [string, unknown])[]> {
  await test.store.commit(test.store.lineHistory.countCall('nobody', 0));
  return health.history
    .page(subject, null, 1000)
    .map(({ type, data }) => [type, data] as const)
    .toReversed();
}

describe('a line', () => {
  it('counts its calls, keeps the last one, and knows both after a restart', async () => {
    const leg = line.dialOn(3, OUT);
    live.add(leg.leg);
    live.add(leg.leg);
    leg.answer();
    await clock.advance(5000);
    leg.end({ q850: 16, inferred: true });
    const caller = line.call(null, { channel: 3 });
    caller.end({ q850: 16 });
    expect(health.watch.get(3)?.calls).toEqual({
      last: { at: clock.now(), direction: 'in', outcome: 'cancelled', q850: 16, inferred: false, party: null, talkedSeconds: null },
      today: 2,
      total: 2,
    });
    expect(health.watch.get(4)?.calls).toEqual({ last: null, today: 0, total: 0 });
    expect(await historyOf('line/3')).toMatchObject([
      ['call', { direction: 'out', outcome: 'answered', party: '+447700900123', talkedSeconds: 5 }],
      ['call', { direction: 'in', outcome: 'cancelled' }],
    ]);
    expect(watch().watch.get(3)?.calls).toMatchObject({ last: { direction: 'in', q850: 16 }, today: 2, total: 2 });
  });

  it('begins a new count of the day at midnight', async () => {
    line.call(null, { channel: 3 }).end();
    await clock.advance(24 * 3_600_000);
    expect(health.watch.get(3)?.calls).toMatchObject({ today: 0, total: 1 });
  });

  it('says in words since when it cannot be used, and keeps it', async () => {
    expect(health.watch.failing()).toEqual([]);
    become(3, 'alarm', 'no battery on the line');
    const at = new Date(clock.now());
    const time = [at.getHours(), at.getMinutes()].map((part) => String(part).padStart(2, '0')).join(':');
    expect(health.watch.failing()).toEqual([`line 3: no battery on the line since ${time}`]);
    become(3, 'removed', 'the card was pulled');
    become(3, 'idle');
    expect(health.watch.failing()).toEqual([]);
    expect(await historyOf('line/3')).toEqual([
      ['alarm', { state: 'alarm', detail: 'no battery on the line' }],
      ['alarmCleared', {}],
    ]);
  });

  it('that flaps keeps its history short, and says how much was left out', async () => {
    for (let turn = 0; turn < 500; turn += 1) become(3, turn % 2 === 0 ? 'alarm' : 'idle');
    expect(await historyOf('line/3')).toHaveLength(120);
    await clock.advance(3_600_000);
    become(3, 'alarm', 'no battery on the line');
    expect((await historyOf('line/3')).at(-1)).toEqual(['alarm', { state: 'alarm', detail: 'no battery on the line', missed: 380 }]);
  });
});

describe('a line out of service', () => {
  it('is told to the lines, is no failure, and stays so over a restart until it is given back', async () => {
    become(3, 'alarm', 'no battery on the line');
    await health.outOfService.take(3, 'engineer on site', 'tok_1');
    expect([...line.outOfService]).toEqual([3]);
    expect(health.watch.get(3)?.outOfService).toMatchObject({ reason: 'engineer on site', by: 'tok_1', at: clock.now() });
    expect(health.watch.failing()).toEqual([]);
    line.outOfService = new Set();
    const after = watch();
    expect([...line.outOfService]).toEqual([3]);
    await after.outOfService.giveBack(3, 'tok_2');
    expect([...line.outOfService]).toEqual([]);
    expect(watch().outOfService.get(3)).toBeNull();
    expect((await historyOf('line/3')).slice(1)).toEqual([
      ['outOfService', { by: 'tok_1', reason: 'engineer on site' }],
      ['inService', { by: 'tok_2' }],
    ]);
  });

  it('has to be one that the card has', async () => {
    await expect(health.outOfService.take(9, 'x', 'tok_1')).rejects.toThrow('There is no line 9');
    await expect(health.outOfService.giveBack(9, 'tok_1')).rejects.toThrow('There is no line 9');
  });

  it('is taken and given back once each', async () => {
    const changes: (string | null)[] = [];
    health.outOfService.events.on('changed', ({ record }) => changes.push(record?.reason ?? null));
    await health.outOfService.giveBack(3, 'tok_1');
    await health.outOfService.take(3, 'noise', 'tok_1');
    await clock.advance(1000);
    await health.outOfService.take(3, 'water', 'tok_1');
    expect(health.outOfService.get(3)?.at).toBe(clock.now() - 1000);
    await health.outOfService.giveBack(3, 'tok_1');
    expect(changes).toEqual(['noise', 'water', null]);
  });
});

describe('a span', () => {
  it('shows since when it is in alarm, and keeps which came and went', async () => {
    await clock.advance(5000);
    span = { ...span, alarms: ['red'] };
    await clock.advance(1000);
    span = { ...span, alarms: ['red', 'yellow'] };
    await clock.advance(1000);
    expect(health.spans.get(1)).toMatchObject({ alarms: ['red', 'yellow'], since: clock.now() });
    expect(health.spans.failing()[0]).toMatch(/^span 1: red and yellow alarm since \d\d:\d\d$/u);
    span = { ...span, alarms: [] };
    await clock.advance(1000);
    expect(health.spans.failing()).toEqual([]);
    expect(await historyOf('span/1')).toEqual([
      ['alarm', { alarms: ['red'] }],
      ['alarm', { alarms: ['red', 'yellow'] }],
      ['alarmCleared', { alarms: [] }],
    ]);
  });

  it('keeps its errors by the minute, also past a driver that started again', async () => {
    for (let second = 0; second < 90; second += 1) {
      span = { ...span, slips: span.slips + 1 };
      await clock.advance(1000);
    }
    span = { ...span, slips: 4, crcErrors: 2 };
    await clock.advance(60_000);
    expect(await historyOf('span/1')).toEqual([
      ['errors', { slips: 60 }],
      ['errors', { slips: 4, crcErrors: 2 }],
    ]);
  });
});
