import { afterEach, describe, expect, it, vi } from 'vitest';

import { accountRecord, AT, openTestStore, planRecord, requestRecord, type TestStore } from '../../../test/support/store.js';
import { SteppedClock } from '../../core/index.js';
import type { StoreOptions } from '../open.js';
import type { Store } from '../store.js';

/** Each opening starts threads, which takes a while on a busy machine. */
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

let test: TestStore;

async function open(options: Partial<StoreOptions> = {}): Promise<Store> {
  test = await openTestStore(options);
  const { store } = test;
  const ready = store.commit(store.accounts.insert(accountRecord()));
  if (options.clock instanceof SteppedClock) await options.clock.advance(1000);
  await ready;
  return store;
}
afterEach(() => test.remove());

const request = (store: Store, id: string) => store.scheduledCalls.insert(requestRecord({ id }));
const trace = (store: Store, sequence: number) => store.traces.append({ callId: 'call_1', sequence, at: AT, type: 't', data: '{}' });

describe('a commit', () => {
  it('is all or nothing, in both files', async () => {
    const store = await open();
    await expect(store.commit(request(store, 'req_1'), trace(store, 1), request(store, 'req_1'))).rejects.toThrow(
      'The request exists already (BL3001)',
    );
    expect(store.scheduledCalls.get('req_1')).toBeNull();
    expect(store.traces.ofCall('call_1')).toEqual([]);
  });

  it('that conflicts undoes only itself, not the others of its group', async () => {
    const store = await open();
    const results = await Promise.allSettled([
      store.commit(request(store, 'req_1')),
      store.commit(request(store, 'req_2'), request(store, 'req_1')),
      store.commit(request(store, 'req_3')),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(store.scheduledCalls.open().map(({ id }) => id)).toEqual(['req_1', 'req_3']);
  });

  it('can be read as soon as it resolves', async () => {
    const store = await open();
    for (let n = 0; n < 50; n += 1) {
      await store.commit(request(store, `req_${n}`));
      expect(store.scheduledCalls.get(`req_${n}`)).not.toBeNull();
    }
  });

  it('keeps the order of commits', async () => {
    const store = await open();
    const updates = Array.from({ length: 700 }, (_, n) => store.commit(store.accounts.update(accountRecord({ name: `name ${n}` }))));
    await Promise.all(updates);
    expect(store.accounts.root()?.name).toBe('name 699');
  });

  it('of a record that cannot be stored is a bug, and harms nobody', async () => {
    const store = await open();
    const wrong = { operation: 'requests.insert', parameters: [{ id: 'req_1' }] };
    const results = await Promise.allSettled([
      store.commit(wrong),
      store.commit({ operation: 'nonsense', parameters: [] }),
      store.commit(request(store, 'req_2')),
    ]);
    expect(results).toMatchObject([
      { reason: { code: { name: 'bug' } } },
      { reason: { code: { name: 'bug' }, message: 'The store has no operation "nonsense" (BL1001)' } },
      { status: 'fulfilled' },
    ]);
  });

  it('of nothing resolves', async () => {
    const store = await open();
    await expect(store.commit()).resolves.toBeUndefined();
  });
});

describe('the writer', () => {
  it('counts what it did', async () => {
    const store = await open();
    const before = store.statistics();
    await store.commit(request(store, 'req_1'), trace(store, 1));
    await expect(store.commit(request(store, 'req_1'))).rejects.toThrow();
    const pending = store.commit(request(store, 'req_2'));
    expect(store.statistics()).toMatchObject({ commits: before.commits + 1, commands: before.commands + 2, failed: 1, queued: 1 });
    expect(store.statistics().commitP99Ms).toBeGreaterThan(0);
    await pending;
  });

  it('waits for further commits where it was told to', async () => {
    const clock = new SteppedClock();
    const store = await open({ clock, commitDelayMs: 50 });
    const committed = Promise.all([store.commit(request(store, 'req_1')), store.commit(request(store, 'req_2'))]);
    await clock.advance(49);
    expect(store.statistics().queued).toBe(2);
    await clock.advance(1);
    await committed;
    expect(store.statistics().queued).toBe(0);
  });

  it('writes all that was committed before it closes, and nothing after', async () => {
    const store = await open();
    const pending = Promise.all(Array.from({ length: 100 }, (_, n) => store.commit(request(store, `req_${n}`))));
    const closed = store.close();
    await expect(store.commit(request(store, 'late'))).rejects.toMatchObject({ code: { name: 'closed' } });
    await expect(pending).resolves.toHaveLength(100);
    await closed;
    expect(() => store.scheduledCalls.get('req_1')).toThrow('The database is closed (BL3004)');
    const again = await openTestStore({ directory: test.directory });
    expect(again.store.scheduledCalls.open()).toHaveLength(100);
    expect(again.store.uncleanStop).toBe(false);
    await again.store.close();
  });

  it('says when the disk is full, keeps what fits, and goes on when there is room', async () => {
    const store = await open({ maxPages: 120 });
    const plan = (n: number, size: number) => store.plans.insert(planRecord({ id: `plan_${n}`, description: 'x'.repeat(size) }));
    const results = await Promise.allSettled([
      store.commit(plan(1, 100)),
      store.commit(request(store, 'req_half'), plan(2, 1_000_000)),
      store.commit(plan(3, 100)),
    ]);
    expect(results).toMatchObject([
      { status: 'fulfilled' },
      { reason: { code: { name: 'diskFull' }, message: 'The disk that holds the database is full: free some space (BL3002)' } },
      { status: 'fulfilled' },
    ]);
    expect(store.scheduledCalls.get('req_half')).toBeNull();

    let stored = 10;
    const fill = async (): Promise<void> => {
      for (;;) {
        await store.commit(plan(stored, 3_000));
        stored += 1;
      }
    };
    await expect(fill()).rejects.toMatchObject({ code: { name: 'diskFull' } });
    await expect(store.commit(plan(1000, 3_000))).rejects.toMatchObject({ code: { name: 'diskFull' } });
    await store.commit(store.plans.delete('plan_10'), store.plans.delete('plan_11'));
    await store.commit(plan(1001, 3_000));
    expect(store.plans.get('plan_1001')).not.toBeNull();
  });
});
