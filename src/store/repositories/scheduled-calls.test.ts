import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { accountRecord, AT, attemptRecord, openTestStore, requestRecord, type TestStore } from '../../../test/support/store.js';
import type { RequestRecord } from '../records.js';
import type { RequestFilter, Store } from '../store.js';

let test: TestStore;
let store: Store;

beforeAll(async () => {
  test = await openTestStore();
  store = test.store;
});
afterAll(() => test.remove());

beforeEach(async () => {
  test.clear();
  await store.commit(store.accounts.insert(accountRecord()), store.accounts.insert(accountRecord({ id: 'acc_b', parentId: 'acc_root' })));
});

function insert(...values: Partial<RequestRecord>[]): Promise<void> {
  return store.commit(...values.map((value) => store.scheduledCalls.insert(requestRecord(value))));
}

/** Every page of a list, as ids. */
function allIds(filter: RequestFilter, limit: number): string[] {
  const ids: string[] = [];
  let after: string | undefined;
  do {
    const page = store.scheduledCalls.list(filter, after === undefined ? { limit } : { limit, after });
    ids.push(...page.rows.map(({ id }) => id));
    after = page.after ?? undefined;
  } while (after !== undefined);
  return ids;
}

const completed = { state: 'completed', outcome: 'answered', finalAt: AT + 9 } as const;

describe('requests', () => {
  it('come back as they were stored', async () => {
    const record = requestRecord({ reference: 'order 7', variables: '{"@Choice":"1"}', scheduledAt: null, priority: 5, guarantee: 'atLeastOnce' });
    await store.commit(store.scheduledCalls.insert(record));
    expect(store.scheduledCalls.get('req_1')).toEqual(record);
  });

  it('change only from a state that is expected', async () => {
    await insert({});
    await store.commit(store.scheduledCalls.update(requestRecord({ state: 'dialling', updatedAt: AT + 1 }), ['queued', 'waitingRetry']));
    await expect(store.commit(store.scheduledCalls.update(requestRecord({ state: 'held' }), ['queued', 'waitingRetry']))).rejects.toMatchObject({
      code: { name: 'conflict' },
      context: { operation: 'requests.update', id: 'req_1' },
    });
    expect(store.scheduledCalls.get('req_1')?.state).toBe('dialling');
  });

  it('have an end in final states, and only there', async () => {
    const bug = { code: { name: 'bug' } };
    await expect(insert({ state: 'completed', finalAt: null })).rejects.toMatchObject(bug);
    await expect(insert({ state: 'queued', finalAt: AT })).rejects.toMatchObject(bug);
  });

  it('are due in the order of moment, priority and id, held ones left out', async () => {
    await insert(
      { id: 'req_d', dueAt: AT + 2 },
      { id: 'req_c', dueAt: AT + 1, priority: 1, state: 'waitingRetry' },
      { id: 'req_b', dueAt: AT + 1 },
      { id: 'req_a', dueAt: AT + 1 },
      { id: 'req_held', dueAt: AT, state: 'held' },
      { id: 'req_dialling', dueAt: AT, state: 'dialling' },
      { id: 'req_done', dueAt: AT, ...completed },
      { id: 'req_later', dueAt: AT + 3 },
    );
    const ids = (rows: readonly RequestRecord[]): string[] => rows.map(({ id }) => id);
    const first = store.scheduledCalls.due(AT + 3, 2, null);
    expect(ids(first)).toEqual(['req_a', 'req_b']);
    expect(ids(store.scheduledCalls.due(AT + 3, 9, first[1] ?? null))).toEqual(['req_c', 'req_d']);
  });

  it('are listed by due moment over accounts and states, page by page', async () => {
    await insert(
      { id: 'req_1', dueAt: AT + 5 },
      { id: 'req_2', dueAt: AT + 4, accountId: 'acc_b' },
      { id: 'req_3', dueAt: AT + 3, ...completed },
      { id: 'req_4', dueAt: AT + 2, state: 'held' },
      { id: 'req_5', dueAt: AT + 2, priority: -1, state: 'inProgress' },
    );
    const accountIds = ['acc_root', 'acc_b'];
    for (const limit of [1, 2, 10]) expect(allIds({ accountIds }, limit)).toEqual(['req_5', 'req_4', 'req_3', 'req_2', 'req_1']);
    expect(allIds({ accountIds: ['acc_b'] }, 2)).toEqual(['req_2']);
    expect(allIds({ accountIds, states: ['queued', 'completed'] }, 1)).toEqual(['req_3', 'req_2', 'req_1']);
    expect(allIds({ accountIds: [] }, 1)).toEqual([]);
  });

  it('are found by reference and by service number, within the accounts and states asked for', async () => {
    await insert(
      { id: 'req_1', reference: 'r' },
      { id: 'req_2', reference: 'r', serviceNumber: '+441632960101', dueAt: AT },
      { id: 'req_3', reference: 'r', accountId: 'acc_b' },
      { id: 'req_4', reference: 's', ...completed },
    );
    const accountIds = ['acc_root'];
    expect(allIds({ accountIds, reference: 'r' }, 1)).toEqual(['req_2', 'req_1']);
    expect(allIds({ accountIds, reference: 'r', serviceNumber: '+441632960100' }, 1)).toEqual(['req_1']);
    expect(allIds({ accountIds: ['acc_root', 'acc_b'], serviceNumber: '+441632960100' }, 1)).toEqual(['req_1', 'req_3', 'req_4']);
    expect(allIds({ accountIds, serviceNumber: '+441632960100', states: ['completed'] }, 1)).toEqual(['req_4']);
  });

  it('are open until they are final', async () => {
    await insert({ id: 'req_1' }, { id: 'req_2', state: 'held', accountId: 'acc_b', serviceNumberId: 'num_2' }, { id: 'req_3', ...completed });
    expect(store.scheduledCalls.open().map(({ id }) => id)).toEqual(['req_1', 'req_2']);
    expect(store.scheduledCalls.countOpen(['acc_root', 'acc_b'])).toBe(2);
    expect(store.scheduledCalls.countOpen(['acc_root'])).toBe(1);
    expect(store.scheduledCalls.hasOpen('num_1')).toBe(true);
    await store.commit(store.scheduledCalls.update(requestRecord({ ...completed }), ['queued']));
    expect(store.scheduledCalls.hasOpen('num_1')).toBe(false);
    expect(store.scheduledCalls.countOpen(['acc_root'])).toBe(0);
  });

  it('are counted by state and outcome as they move', async () => {
    await insert({ id: 'req_1' }, { id: 'req_2' }, { id: 'req_3', accountId: 'acc_b' });
    await store.commit(store.scheduledCalls.update(requestRecord({ id: 'req_2', ...completed }), ['queued']));
    await expect(insert({ id: 'req_1' })).rejects.toThrow('The request exists already');
    expect([...store.scheduledCalls.counts(['acc_root', 'acc_b'])].sort((a, b) => a.count - b.count)).toEqual([
      { state: 'completed', outcome: 'answered', count: 1 },
      { state: 'queued', outcome: null, count: 2 },
    ]);
  });

  it('tell the newest moment that any of them was changed', async () => {
    expect(store.scheduledCalls.newestUpdatedAt()).toBe(0);
    await insert({ id: 'req_1', updatedAt: AT + 7 }, { id: 'req_2', updatedAt: AT + 3 });
    expect(store.scheduledCalls.newestUpdatedAt()).toBe(AT + 7);
  });
});

describe('attempts', () => {
  const tries = [
    {
      id: 'try_1',
      trunkId: 'trk_1',
      trunkName: 'card',
      legId: 'leg_1',
      startedAt: AT,
      q850: 17,
      inferred: true,
      sipStatus: null,
      sent: true,
      detail: 'busy tone',
      notCarried: ['networkCli'],
    },
  ];

  beforeEach(() => insert({}));

  it('come back with their tries, in the order of their numbers', async () => {
    const second = attemptRecord({ id: 'att_0', number: 2 });
    await store.commit(store.scheduledCalls.insertAttempt(attemptRecord()), store.scheduledCalls.insertAttempt(second));
    const ended = attemptRecord({ state: 'ended', outcome: 'busy', q850: 17, endedAt: AT, tries });
    await store.commit(store.scheduledCalls.updateAttempt(ended));
    expect(store.scheduledCalls.attempts('req_1')).toEqual([ended, second]);
    expect(store.scheduledCalls.attempt('att_1')).toEqual(ended);
    expect(store.scheduledCalls.openAttempts()).toEqual([second]);
  });

  it('belong to a request, each number once', async () => {
    await store.commit(store.scheduledCalls.insertAttempt(attemptRecord()));
    await expect(store.commit(store.scheduledCalls.insertAttempt(attemptRecord({ id: 'att_2' })))).rejects.toThrow('of that id or number already');
    await expect(store.commit(store.scheduledCalls.insertAttempt(attemptRecord({ id: 'att_2', requestId: 'req_9' })))).rejects.toThrow(
      "The attempt's request does not exist",
    );
  });
});
