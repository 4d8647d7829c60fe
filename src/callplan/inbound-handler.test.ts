import { beforeEach, describe, expect, it } from 'vitest';

import { MemoryTables } from '../../test/support/memory-tables.js';
import { ScriptedLine } from '../../test/support/scripted-line.js';
import { serviceNumberRecord } from '../../test/support/store.js';
import { silentLogger, SteppedClock } from '../core/index.js';
import { CallRegistry, LiveLegs } from '../telephony/index.js';
import { InboundHandler } from './inbound-handler.js';
import type { PlanReference, RunRequest } from './ports.js';

const NUMBER = '+441632960100';
const PLAN: PlanReference = { planId: 'plan_1', version: 3 };

let clock: SteppedClock;
let tables: MemoryTables;
let runs: RunRequest[];
let active: PlanReference | null;

beforeEach(() => {
  clock = new SteppedClock();
  tables = new MemoryTables();
  runs = [];
  active = PLAN;
  tables.numberRows.set(NUMBER, serviceNumberRecord());
});

async function callIn() {
  const { store } = tables;
  const registry = new CallRegistry({ store, clock, logger: silentLogger, live: new LiveLegs() });
  const runner = {
    run: (request: RunRequest) => {
      runs.push(request);
      return Promise.resolve({ reason: 'completed', detail: '' } as const);
    },
  };
  const handler = new InboundHandler({ store, plans: { activePlan: () => active }, runner, logger: silentLogger });
  const a = new ScriptedLine(clock).call({ kind: 'number', e164: NUMBER });
  const ids = { id: 'call_1', accountId: 'acc_root', serviceNumberId: 'num_1', serviceNumber: NUMBER, requestId: null, attemptId: null };
  const call = registry.open({ ...ids, origin: 'inbound', presentationNumber: null });
  call.addLeg(a.leg, 1);
  await handler.handle(call, a.leg);
  return a;
}

describe('an incoming call', () => {
  it("runs Continue of the number's active plan", async () => {
    const { leg } = await callIn();
    expect(runs).toMatchObject([{ plan: PLAN, startBranch: 'Continue', aLeg: leg, variables: {} }]);
    expect(leg.state).toBe('new');
  });

  it.each([
    ['of a number nobody has', () => tables.numberRows.clear(), { q850: 1, sipStatus: 404 }],
    ['of a parked number', () => tables.numberRows.set(NUMBER, serviceNumberRecord({ status: 'parked' })), { q850: 1, sipStatus: 404 }],
    ['of a suspended number', () => tables.numberRows.set(NUMBER, serviceNumberRecord({ status: 'suspended' })), { q850: 21, sipStatus: 403 }],
    ['of a number without a plan', () => (active = null), { q850: 31, sipStatus: 480 }],
  ])('%s is refused, unanswered, with its cause', async (_name, arrange, cause) => {
    arrange();
    const a = await callIn();
    expect(a.commands).toEqual([{ do: 'clear', ...cause }]);
    expect(tables.callRows.get('call_1')).toMatchObject({ endAt: clock.now(), expectedCount: 1 });
    expect(runs).toEqual([]);
  });

  it('is cleared with 41 when something of ours fails', async () => {
    tables.numberRows.get = () => {
      throw new Error('disk');
    };
    const a = await callIn();
    expect(a.leg.end?.q850).toBe(41);
  });
});
