import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import { ScriptedLine } from '../../../test/support/scripted-line.js';
import { openTestStore, type TestStore } from '../../../test/support/store.js';
import { BranchlineError, SteppedClock, silentLogger } from '../../core/index.js';
import { LiveLegs } from '../calls/index.js';
import type { LineMaintenance, LineTestKind, LineTestResult } from '../ports/line-maintenance.js';
import type { LineState } from '../ports/line.js';
import { LineTests, watchLines } from './index.js';

// A real database syncs its files meanwhile, on a machine that others use too.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

const PASSED: LineTestResult = { passed: true, words: 'dial tone after 600 ms', figures: { timeToDialToneMs: 600 } };

/** Runs until the test says how it went. */
class ScriptedMaintenance implements LineMaintenance {
  readonly asked: { readonly kind: LineTestKind; readonly seconds: number; readonly signal: AbortSignal }[] = [];
  #end: { resolve: (result: LineTestResult) => void; reject: (error: Error) => void } | null = null;

  testsOf(channel: number): readonly LineTestKind[] {
    return channel === 2 ? [] : ['dialTone', 'tone'];
  }

  run(_channel: number, kind: LineTestKind, seconds: number, signal: AbortSignal): Promise<LineTestResult> {
    this.asked.push({ kind, seconds, signal });
    return new Promise((resolve, reject) => (this.#end = { resolve, reject }));
  }

  async end(result: LineTestResult | Error): Promise<void> {
    if (result instanceof Error) this.#end?.reject(result);
    else this.#end?.resolve(result);
    await Promise.resolve();
    await Promise.resolve();
    await Promise.resolve();
  }
}

let store: TestStore;
let clock: SteppedClock;
let line: ScriptedLine;
let maintenance: ScriptedMaintenance;
let tests: LineTests;
let call: string | null;
let historyOf: (channel: number) => readonly { readonly type: string; readonly data: object }[];

beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.remove());

beforeEach(() => {
  store.clear();
  clock = new SteppedClock();
  line = new ScriptedLine(clock, 'analogue');
  line.physical = [1, 2].map((channel) => ({ line: `card/${channel}`, kind: 'fxo', channel, state: 'idle', since: 0, detail: '' }));
  maintenance = new ScriptedMaintenance();
  call = null;
  const health = watchLines({ store: store.store, clock, logger: silentLogger, lines: [line], card: null, live: new LiveLegs() });
  tests = new LineTests({ ...health, maintenance: [maintenance], callOn: () => call, clock, logger: silentLogger });
  historyOf = (channel) => health.history.page(`line/${channel}`, null, 10);
});

function refusalOf(start: () => unknown): string {
  try {
    start();
  } catch (error) {
    if (error instanceof BranchlineError) return `${error.code.name}: ${error.message}`;
  }
  throw new Error('was accepted');
}

function become(channel: number, state: LineState['state']): void {
  line.physical = line.physical.map((one) => (one.channel === channel ? { ...one, state } : one));
}

describe('a test of a line', () => {
  it('is shown while it runs, and with its figures when it has ended, and kept in the history', async () => {
    const { id } = tests.start(1, 'tone', 7, 'tok_1');
    expect(maintenance.asked).toMatchObject([{ kind: 'tone', seconds: 7 }]);
    expect(tests.get(1, id)).toMatchObject({ kind: 'tone', by: 'tok_1', startedAt: clock.now(), endedAt: null, result: null });
    await clock.advance(7000);
    await maintenance.end(PASSED);
    expect(tests.get(1, id)).toMatchObject({ endedAt: clock.now(), result: PASSED });
    expect(tests.get(2, id)).toBeNull();
    await store.store.commit(store.store.lineHistory.countCall('nobody', 0));
    expect(historyOf(1)).toMatchObject([{ type: 'test', data: { test: 'tone', by: 'tok_1', ...PASSED } }]);
  });

  it('runs alone on its line', async () => {
    const { id } = tests.start(1, 'dialTone', 10, 'tok_1');
    expect(refusalOf(() => tests.start(1, 'tone', 10, 'tok_1'))).toContain(`lineTestInUse: Line 1 is being tested already (${id})`);
    await maintenance.end(PASSED);
    tests.start(1, 'tone', 10, 'tok_1');
    expect(tests.ofLine(1).map(({ kind }) => kind)).toEqual(['tone', 'dialTone']);
  });

  it('is refused while the line carries a call, which is named, or is in use by something else', () => {
    call = 'call_7';
    expect(refusalOf(() => tests.start(1, 'dialTone', 10, 'tok_1'))).toContain('lineTestInUse: Line 1 carries the call call_7');
    call = null;
    become(1, 'ringing');
    expect(refusalOf(() => tests.start(1, 'dialTone', 10, 'tok_1'))).toContain('lineTestInUse: Line 1 is in use (ringing)');
    expect(maintenance.asked).toEqual([]);
  });

  it('can be run on a line in alarm: that is when it is wanted', () => {
    become(1, 'alarm');
    expect(tests.start(1, 'dialTone', 10, 'tok_1')).toMatchObject({ channel: 1 });
  });

  it('has to be one that the line can have', () => {
    expect(refusalOf(() => tests.start(1, 'ring', 10, 'tok_1'))).toContain(
      'lineTestUnsuited: The test ring cannot be run on line 1: choose one of dialTone, tone',
    );
    expect(refusalOf(() => tests.start(2, 'tone', 10, 'tok_1'))).toContain(
      'lineTestUnsuited: The test tone cannot be run on line 2: none can be run on it',
    );
    expect(refusalOf(() => tests.start(9, 'tone', 10, 'tok_1'))).toContain('lineUnknown: There is no line 9');
  });

  it('that fails by a fault of ours says so, and leaves the line to the next', async () => {
    const { id } = tests.start(1, 'tone', 10, 'tok_1');
    await maintenance.end(new Error('bug'));
    expect(tests.get(1, id)?.result).toMatchObject({ passed: false, words: 'the test could not be carried out; the log says why' });
    tests.start(1, 'tone', 10, 'tok_1');
  });

  it('is told to end when the service stops', () => {
    tests.start(1, 'tone', 3600, 'tok_1');
    tests.stop();
    expect(maintenance.asked[0]?.signal.aborted).toBe(true);
  });

  it('is remembered, the last two hundred of them', async () => {
    const { id } = tests.start(1, 'tone', 1, 'tok_1');
    await maintenance.end(PASSED);
    for (let further = 0; further < 200; further += 1) {
      tests.start(1, 'tone', 1, 'tok_1');
      await maintenance.end(PASSED);
    }
    expect(tests.get(1, id)).toBeNull();
    expect(tests.ofLine(1)).toHaveLength(200);
  });
});
