import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { ScriptedLine } from '../../../test/support/scripted-line.js';
import { type TestStore, accountRecord, attemptRecord, openTestStore, requestRecord, serviceNumberRecord } from '../../../test/support/store.js';
import { SystemClock, silentLogger } from '../../core/index.js';
import type { CallIdentity } from '../call.js';
import { newLineIdentity } from '../dialling/index.js';
import { TrunkDirectory } from '../trunks/index.js';
import { CallRegistry, InboundCalls, LiveLegs } from './index.js';

const clock = new SystemClock();
const NUMBER = { kind: 'number', e164: '+441632960100' } as const;
const IDENTITY: CallIdentity = {
  id: 'call_1',
  accountId: 'acc_root',
  origin: 'scheduled',
  serviceNumberId: 'num_1',
  serviceNumber: NUMBER.e164,
  requestId: 'req_1',
  attemptId: 'att_1',
  presentationNumber: NUMBER.e164,
};

let records: TestStore;
let line: ScriptedLine;
let trunks: TrunkDirectory;

beforeEach(async () => {
  records = await openTestStore();
  const { store } = records;
  await store.commit(
    store.accounts.insert(accountRecord()),
    store.serviceNumbers.insert(serviceNumberRecord()),
    store.scheduledCalls.insert(requestRecord()),
    store.scheduledCalls.insertAttempt(attemptRecord()),
  );
  line = new ScriptedLine(clock);
  trunks = new TrunkDirectory({ store, clock, logger: silentLogger, lines: [line], live: new LiveLegs(), country: 'GB' });
});

afterEach(() => records.remove());

function registry(): CallRegistry {
  return new CallRegistry({ store: records.store, clock, logger: silentLogger, live: new LiveLegs() });
}

describe('in the real store', () => {
  it('keeps a scheduled call, its plan, its trace and its CDRs', async () => {
    const trunk = await trunks.create({ name: 'carrier', kind: 'sip', address: '192.0.2.7' });
    const call = registry().open(IDENTITY);
    const cli = { number: NUMBER.e164, presentation: 'allowed', screening: 'network' } as const;
    call.addLeg(
      line.dial({
        legId: 'leg_a',
        trunk,
        to: { kind: 'number', e164: '+447700900123' },
        cli: { network: cli, presentation: cli },
        identity: newLineIdentity(),
      }),
      167,
    );
    line.last.answer();
    call.trace('node.entered', { id: 1 });
    await call.end(16);
    await expect.poll(() => records.store.calls.get('call_1')?.endAt ?? null).not.toBeNull();
    const row = records.store.calls.get('call_1');
    expect(row).toMatchObject({ to: '+447700900123', expectedCount: 1 });
    expect(row?.answeredAt).toBeLessThanOrEqual(row?.endAt ?? 0);
    expect(records.store.calls.cdrsOfCall('call_1')).toMatchObject([{ callType: 167, clearDown: 16, legId: 'leg_a' }]);
    await expect.poll(() => records.store.traces.ofCall('call_1')).toMatchObject([{ sequence: 1, type: 'node.entered' }]);
  });

  it('ends what a process that was killed left behind, none lost', async () => {
    const call = registry().open(IDENTITY);
    call.usePlan('plan_1', 1);
    await expect.poll(() => records.store.calls.open()).toHaveLength(1);
    expect(await registry().closeOrphans()).toEqual(['call_1']);
    expect(records.store.calls.open()).toEqual([]);
    expect(records.store.calls.cdrsOfCall('call_1')).toMatchObject([{ callType: 167, clearDown: 41 }]);
  });

  it('keeps an inbound call from a trunk', async () => {
    const live = registry();
    const inbound = new InboundCalls({ registry: live, store: records.store, lines: [line], clock, logger: silentLogger, maxCalls: 10 });
    inbound.onInboundCall((call, leg) => {
      leg.answer();
      void call.end(16);
    });
    line.call(NUMBER);
    await expect
      .poll(() => records.store.calls.list({ accountIds: ['acc_root'] }, { limit: 10 }).rows)
      .toMatchObject([{ origin: 'inbound', expectedCount: 1 }]);
  });

  it('keeps trunks, changed and deleted, and refuses a second of a name', async () => {
    const { id } = await trunks.create({ name: 'carrier', kind: 'sip', address: '192.0.2.7', register: { username: 'u', password: 'p' } });
    await trunks.update(id, { maxCalls: 3 });
    const again = new TrunkDirectory({ store: records.store, clock, logger: silentLogger, lines: [line], live: new LiveLegs(), country: 'GB' });
    await expect(again.create({ name: 'carrier', kind: 'sip', address: '192.0.2.8' })).rejects.toThrow('choose another name');
    again.start();
    expect(again.get(id)).toEqual(trunks.get(id));
    await again.delete(id);
    expect(records.store.trunks.all()).toEqual([]);
  });
});
