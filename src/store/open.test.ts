import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { accountRecord, AT, openTestStore, planRecord, temporaryDirectory, type TestStore } from '../../test/support/store.js';
import { SteppedClock } from '../core/index.js';

/** Each opening starts threads, which takes a while on a busy machine. */
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

let directory: string;
let clock: SteppedClock;
const opened: TestStore[] = [];

beforeEach(() => {
  directory = temporaryDirectory();
  clock = new SteppedClock();
});
afterEach(async () => {
  for (const { store } of opened.splice(0)) await store.close();
  rmSync(directory, { recursive: true, force: true });
});

async function open(): Promise<TestStore['store']> {
  const test = await openTestStore({ directory, clock });
  opened.push(test);
  return test.store;
}

/** A closed store with an account in it. */
async function makeState(): Promise<void> {
  const store = await open();
  await store.commit(store.accounts.insert(accountRecord()));
  await store.close();
}

/** Overwrites pages in the middle of a file, as a failing disk would. */
function damage(file: string, from = 0): void {
  const path = join(directory, file);
  const bytes = readFileSync(path);
  bytes.fill(0x5a, from);
  writeFileSync(path, bytes);
}

describe('opening', () => {
  it('makes the directory and its files for this user only', async () => {
    directory = join(directory, 'state');
    await open();
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    for (const file of ['branchline.db', 'trace.db']) expect(statSync(join(directory, file)).mode & 0o777).toBe(0o600);
  });

  it('finds everything that the process before stored', async () => {
    await makeState();
    const store = await open();
    expect(store.accounts.root()).toEqual(accountRecord());
  });

  it('counts the openings, past the boots of the event history too', async () => {
    const first = await open();
    expect(first.boot).toBe(1);
    await first.commit(
      first.events.append({ id: '7-1', type: 't', at: AT, accountId: 'acc_root', callId: null, legId: null, requestId: null, data: '{}' }),
    );
    await first.close();
    expect((await open()).boot).toBe(8);
  });

  it('tells a clean stop from one that was not', async () => {
    const first = await open();
    expect(first.uncleanStop).toBe(false);
    await first.close();
    const second = await open();
    expect(second.uncleanStop).toBe(false);
    await second.close();
    const marked = new Database(join(directory, 'branchline.db'));
    marked.prepare("UPDATE store_facts SET value = 0 WHERE name = 'cleanStop'").run();
    marked.close();
    expect((await open()).uncleanStop).toBe(true);
  });

  it('keeps a second process out until the first has closed', async () => {
    const first = await open();
    await expect(openTestStore({ directory })).rejects.toThrow(/is used by another Branchline.*BRANCHLINE_STATE_DIR.*\(BL3008\)$/u);
    await first.close();
    await expect(open()).resolves.toBeDefined();
  });

  it('says which directory cannot be used, and why', async () => {
    const file = join(directory, 'file');
    writeFileSync(file, '');
    directory = join(file, 'state');
    await expect(open()).rejects.toThrow(/^The state directory .*file\/state cannot be used: ENOTDIR.*BRANCHLINE_STATE_DIR\) \(BL3009\)$/u);
    directory = join(file, '..');
  });

  it('refuses files of a newer program, and lets go of the directory', async () => {
    await makeState();
    const newer = new Database(join(directory, 'branchline.db'));
    newer.exec("UPDATE store_facts SET value = 1000 WHERE name = 'minReader'; PRAGMA user_version = 1000;");
    newer.close();
    await expect(open()).rejects.toMatchObject({ code: { name: 'newerSchema' } });
    await expect(open()).rejects.toMatchObject({ code: { name: 'newerSchema' } });
  });
});

describe('a damaged file', () => {
  it('is set aside, and the newest sound backup takes its place', async () => {
    const store = await open();
    await store.commit(store.accounts.insert(accountRecord()));
    const sound = await store.backup();
    await store.commit(store.accounts.update(accountRecord({ name: 'after the backup' })));
    const { boot } = store;
    await store.commit(
      store.events.append({ id: `${boot}-1`, type: 't', at: AT, accountId: 'acc_root', callId: null, legId: null, requestId: null, data: '{}' }),
    );
    await store.close();
    const broken = join(directory, 'backups', 'branchline-20990101T000000000Z.db');
    writeFileSync(broken, 'not a database, but the newest file of backups');
    damage('branchline.db');

    const next = await open();
    const setAsideAs = join(directory, 'branchline.db.damaged-20260115T090000000Z');
    expect(next.recovered).toEqual([{ file: join(directory, 'branchline.db'), setAsideAs, problem: 'file is not a database', restoredFrom: sound }]);
    expect(existsSync(setAsideAs)).toBe(true);
    expect(next.accounts.root()?.name).toBe('Branch office');
    expect(next.boot).toBeGreaterThan(boot);
    expect(await next.integrity()).toBe('ok');
    await next.commit(next.accounts.update(accountRecord({ name: 'it can be written' })));
  });

  it('begins empty where there is no backup', async () => {
    await makeState();
    damage('branchline.db');
    const store = await open();
    expect(store.recovered).toMatchObject([{ restoredFrom: null }]);
    expect(store.accounts.root()).toBeNull();
    await store.commit(store.accounts.insert(accountRecord()));
  });

  it('of traces costs nothing else', async () => {
    await makeState();
    damage('trace.db');
    const store = await open();
    expect(store.recovered).toMatchObject([{ file: join(directory, 'trace.db'), restoredFrom: null }]);
    expect(store.accounts.root()).not.toBeNull();
  });

  it('is told by the integrity check where the damage is not in the way', async () => {
    const store = await open();
    await store.commit(store.accounts.insert(accountRecord()), ...largePlans(40).map((plan) => store.plans.insert(plan)));
    await store.close();
    const { size } = statSync(join(directory, 'branchline.db'));
    damage('branchline.db', size - 20_000);
    const next = await open();
    expect(next.recovered).toEqual([]);
    expect(await next.integrity()).toMatch(/^main: /u);
  });
});

describe('backups', () => {
  it('can be opened, and the newest seven are kept', async () => {
    const folder = join(directory, 'backups');
    mkdirSync(folder, { recursive: true });
    const older = [1, 2, 3, 4, 5, 6, 7, 8].map((day) => `branchline-2026010${day}T000000000Z.db`);
    for (const name of [...older, 'kept-by-hand.db']) writeFileSync(join(folder, name), '');
    const store = await open();
    await store.commit(store.accounts.insert(accountRecord()));
    const path = await store.backup();
    expect(path).toBe(join(folder, 'branchline-20260115T090000000Z.db'));
    expect(readdirSync(folder)).toEqual([...older.slice(2), 'branchline-20260115T090000000Z.db', 'kept-by-hand.db']);

    const restored = join(directory, 'elsewhere');
    mkdirSync(restored);
    copyFileSync(path, join(restored, 'branchline.db'));
    const copy = await openTestStore({ directory: restored });
    expect(copy.store.accounts.root()).toEqual(accountRecord());
    await copy.store.close();
  });
});

function largePlans(count: number) {
  return Array.from({ length: count }, (_, index) => planRecord({ id: `plan_${index}`, description: 'x'.repeat(3_000) }));
}
