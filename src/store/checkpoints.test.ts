import { statSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, describe, expect, it, vi } from 'vitest';

import { accountRecord, openTestStore, planRecord, type TestStore } from '../../test/support/store.js';
import { silentLogger, SteppedClock } from '../core/index.js';
import { Checkpoints } from './checkpoints.js';
import { openWritable } from './connection.js';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 30_000 });

const MEGABYTE = 1_000_000;
let test: TestStore;
afterEach(() => test.remove());

const sizeOf = (file: string): number => statSync(join(test.directory, file)).size;

describe('the files', () => {
  it('are written with a sync at each commit, traces without', async () => {
    test = await openTestStore();
    const database = openWritable(test.directory);
    expect(database.pragma('main.synchronous', { simple: true })).toBe(2);
    expect(database.pragma('trace.synchronous', { simple: true })).toBe(1);
    expect(database.pragma('main.journal_mode', { simple: true })).toBe('wal');
    database.close();
  });

  it('get what the log holds, some seconds after it was written', async () => {
    const clock = new SteppedClock();
    test = await openTestStore({ clock });
    const { store } = test;
    await store.commit(store.accounts.insert(accountRecord()));
    await store.commit(store.plans.insert(planRecord({ description: 'x'.repeat(MEGABYTE) })));
    expect(sizeOf('branchline.db')).toBeLessThan(MEGABYTE);
    await clock.advance(10_000);
    await vi.waitFor(() => expect(sizeOf('branchline.db')).toBeGreaterThan(MEGABYTE), { timeout: 20_000 });
  });
});

describe('checkpoints', () => {
  /** The decisions alone: `commands` were written so far, and each copy finds a log of `pages`. */
  function watch(state: { commands: number; pages: number }) {
    const clock = new SteppedClock();
    const asked: string[] = [];
    const writer = {
      statistics: { commits: 0, commands: 0, commitP99Ms: 0, queued: 0, failed: 0, writable: true },
      checkpoint: () => void asked.push('writer'),
    };
    const maintenance = {
      checkpoint: () => {
        asked.push('beside');
        return Promise.resolve(state.pages);
      },
    };
    const checkpoints = new Checkpoints(writer, maintenance, clock, silentLogger);
    const look = (seconds: number): Promise<void> => {
      writer.statistics = { ...writer.statistics, commands: state.commands };
      return clock.advance(seconds * 1000);
    };
    return { asked, look, checkpoints };
  }

  it('wait for work that is worth it, or for ten seconds', async () => {
    const state = { commands: 0, pages: 10 };
    const { asked, look } = watch(state);
    await look(20);
    expect(asked).toEqual([]);
    state.commands = 1;
    await look(1);
    expect(asked).toEqual(['beside']);
    state.commands = 4_000;
    await look(9);
    expect(asked).toEqual(['beside']);
    state.commands = 4_001;
    await look(1);
    expect(asked).toEqual(['beside', 'beside']);
  });

  it('are left to the writer only when the log has outgrown them', async () => {
    const state = { commands: 4_000, pages: 8_192 };
    const { asked, look } = watch(state);
    await look(1);
    expect(asked).toEqual(['beside']);
    state.commands = 8_000;
    state.pages = 8_193;
    await look(1);
    expect(asked).toEqual(['beside', 'beside', 'writer']);
  });

  it('stop', async () => {
    const { asked, look, checkpoints } = watch({ commands: 9_000, pages: 10 });
    checkpoints.stop();
    await look(60);
    expect(asked).toEqual([]);
  });
});
