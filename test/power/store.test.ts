import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, describe, expect, it } from 'vitest';

import { openTestStore, temporaryDirectory } from '../support/store.js';

const KILLS = process.env['BRANCHLINE_TEST_DEPTH'] === 'full' ? 50 : 4;
const directory = temporaryDirectory();
const notes = join(directory, 'acknowledged');

afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Runs the writing process and kills it after so many ms of writing; returns the ids of all commits acknowledged so far, in all runs. */
async function writeUntilKilled(afterMs: number): Promise<readonly string[]> {
  const child = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'store-child.ts'), directory, notes], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  await once(child.stdout, 'data');
  await sleep(afterMs);
  child.kill('SIGKILL');
  await closed;
  return readFileSync(notes, 'utf8').split('\n').slice(0, -1);
}

describe('a store whose process is killed in the middle of its writes', () => {
  it(`has every acknowledged commit, whole, after each of ${KILLS} kills`, async () => {
    let acknowledged: readonly string[] = [];
    for (let kill = 1; kill <= KILLS; kill += 1) {
      acknowledged = await writeUntilKilled(randomInt(1, 400));
      const { store } = await openTestStore({ directory });
      expect(store.uncleanStop).toBe(true);
      expect(store.recovered).toEqual([]);
      expect(store.boot).toBe(2 * kill);
      expect(acknowledged.filter((id) => store.scheduledCalls.attempts(id).length !== 1)).toEqual([]);
      expect(store.scheduledCalls.openAttempts()).toHaveLength(store.scheduledCalls.open().length);
      expect(store.scheduledCalls.countOpen(['acc_root'])).toBe(store.scheduledCalls.open().length);
      expect(await store.integrity()).toBe('ok');
      await store.close();
    }
    expect(acknowledged.length).toBeGreaterThan(KILLS);
    console.log(`${acknowledged.length} acknowledged commits, ${KILLS} kills, none lost`);
  });
});
