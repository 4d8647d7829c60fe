import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { accountRecord, AT, callRecord, cdrRecord, openTestStore, requestRecord, type TestStore } from '../../../test/support/store.js';
import type { CallFilter, Store } from '../store.js';

let test: TestStore;
let store: Store;

beforeAll(async () => {
  test = await openTestStore();
  store = test.store;
});
afterAll(() => test.remove());

beforeEach(async () => {
  test.clear();
  await store.commit(
    store.accounts.insert(accountRecord()),
    store.accounts.insert(accountRecord({ id: 'acc_b', parentId: 'acc_root' })),
    store.scheduledCalls.insert(requestRecord()),
  );
});

describe('calls', () => {
  it('are open until they have an end', async () => {
    const call = callRecord({ requestId: 'req_1', origin: 'scheduled' });
    await store.commit(store.calls.insert(call));
    expect(store.calls.open()).toEqual([call]);
    const ended = { ...call, answeredAt: AT + 1, endAt: AT + 2, expectedCount: 2 };
    await store.commit(store.calls.update(ended));
    expect(store.calls.get('call_1')).toEqual(ended);
    expect(store.calls.open()).toEqual([]);
  });

  it('are listed by start within accounts, a span of time, a request', async () => {
    await store.commit(
      store.calls.insert(callRecord({ id: 'call_3', startAt: AT + 1 })),
      store.calls.insert(callRecord({ id: 'call_2', startAt: AT + 2, accountId: 'acc_b' })),
      store.calls.insert(callRecord({ id: 'call_1', startAt: AT + 3, requestId: 'req_1' })),
    );
    const ids = (filter: CallFilter): string[] => store.calls.list(filter, { limit: 10 }).rows.map(({ id }) => id);
    const accountIds = ['acc_root', 'acc_b'];
    expect(ids({ accountIds })).toEqual(['call_3', 'call_2', 'call_1']);
    expect(ids({ accountIds: ['acc_root'] })).toEqual(['call_3', 'call_1']);
    expect(ids({ accountIds, from: AT + 2 })).toEqual(['call_2', 'call_1']);
    expect(ids({ accountIds, from: AT + 2, to: AT + 3 })).toEqual(['call_2']);
    expect(ids({ accountIds, requestId: 'req_1' })).toEqual(['call_1']);
    expect(ids({ accountIds, callId: 'call_2' })).toEqual(['call_2']);
    expect(ids({ accountIds: ['acc_root'], callId: 'call_2' })).toEqual([]);
    expect(ids({ accountIds, callId: 'call_2', requestId: 'req_1' })).toEqual([]);
  });

  it('go on behind the page before, within the span of time', async () => {
    await store.commit(...[1, 2, 3, 4].map((n) => store.calls.insert(callRecord({ id: `call_${n}`, startAt: AT + n }))));
    const filter = { accountIds: ['acc_root'], from: AT + 2, to: AT + 5 };
    const first = store.calls.list(filter, { limit: 2 });
    expect(first.rows.map(({ id }) => id)).toEqual(['call_2', 'call_3']);
    const second = store.calls.list(filter, { limit: 2, after: first.after ?? '' });
    expect(second).toMatchObject({ rows: [{ id: 'call_4' }], after: null });
  });
});

describe('CDRs', () => {
  it('come back by call, by request and in pages', async () => {
    const first = cdrRecord();
    const outdial = cdrRecord({
      id: 'cdr_2',
      callType: 2,
      parentId: 'leg_1',
      startAt: AT + 1,
      answeredAt: null,
      requestId: 'req_1',
      data: '{"trunk":"card"}',
    });
    await store.commit(store.calls.insertCdr(outdial), store.calls.insertCdr(first));
    expect(store.calls.cdrsOfCall('call_1')).toEqual([first, outdial]);
    expect(store.calls.cdrs({ accountIds: ['acc_root'], requestId: 'req_1' }, { limit: 5 }).rows).toEqual([outdial]);
    expect(store.calls.cdrs({ accountIds: ['acc_root'], callId: 'call_1' }, { limit: 5 }).rows).toEqual([first, outdial]);
    const page = store.calls.cdrs({ accountIds: ['acc_root', 'acc_b'] }, { limit: 1 });
    expect(page.rows).toEqual([first]);
    expect(store.calls.cdrs({ accountIds: ['acc_root', 'acc_b'] }, { limit: 1, after: page.after ?? '' }).rows).toEqual([outdial]);
    expect(store.calls.cdrs({ accountIds: ['acc_b'] }, { limit: 5 }).rows).toEqual([]);
  });
});

describe('events', () => {
  const event = (id: string, accountId = 'acc_root', at = AT) => ({
    id,
    type: 'attempt.answered',
    at,
    accountId,
    callId: null,
    legId: null,
    requestId: 'req_1',
    data: '{}',
  });

  it('are read on from an id, over accounts and boots, in order', async () => {
    const ids = (id: string | null, accountIds: string[], limit = 10): string[] | undefined =>
      store.events.after(id, accountIds, limit)?.map((found) => found.id);
    await store.commit(...[event('1-2'), event('1-10', 'acc_b'), event('2-1'), event('1-9')].map((record) => store.events.append(record)));
    expect(ids(null, ['acc_root', 'acc_b'])).toEqual(['1-2', '1-9', '1-10', '2-1']);
    expect(ids('1-9', ['acc_root', 'acc_b'])).toEqual(['1-10', '2-1']);
    expect(ids('1-10', ['acc_root'])).toEqual(['2-1']);
    expect(ids(null, ['acc_root', 'acc_b'], 2)).toEqual(['1-2', '1-9']);
    expect(store.events.after('1-9', ['acc_root'], 1)).toEqual([event('2-1')]);
  });

  it('say when an id is unknown or gone', async () => {
    await store.commit(store.events.append(event('1-1')), store.events.append(event('1-2', 'acc_root', AT + 1)));
    await store.commit(store.events.deleteBefore(AT + 1));
    expect(store.events.after('1-1', ['acc_root'], 5)).toBeNull();
    expect(store.events.after('7-7', ['acc_root'], 5)).toBeNull();
    expect(store.events.after('nonsense', ['acc_root'], 5)).toBeNull();
    expect(store.events.after(null, ['acc_root'], 5)?.map(({ id }) => id)).toEqual(['1-2']);
  });

  it('are appended once', async () => {
    await store.commit(store.events.append(event('1-1')));
    await expect(store.commit(store.events.append(event('1-1')))).rejects.toThrow('An event of that id exists already');
  });
});

describe('traces', () => {
  it('come back in order and are cleared by age', async () => {
    const line = (sequence: number) => ({ callId: 'call_1', sequence, at: AT + sequence, type: 'node', data: '{}' });
    await store.commit(store.traces.append(line(2)), store.traces.append(line(1)), store.traces.append({ ...line(1), callId: 'call_2' }));
    expect(store.traces.ofCall('call_1')).toEqual([line(1), line(2)]);
    await store.commit(store.traces.deleteBefore(AT + 2));
    expect(store.traces.ofCall('call_1')).toEqual([line(2)]);
  });
});
