import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { testWav } from '../../../test/support/audio/wav.js';
import { accountRecord, openTestStore, temporaryDirectory, type TestStore } from '../../../test/support/store.js';
import { silentLogger, SteppedClock } from '../../core/index.js';
import type { Store } from '../../store/index.js';
import { AudioLibrary, MAX_UPLOAD_BYTES } from './audio-library.js';

const wav = (seconds: number): Buffer => testWav({ tag: 1, bits: 16, rate: 16_000, seconds, signal: (at) => 0.5 * Math.sin(2 * Math.PI * 440 * at) });

let testStore: TestStore;
let stateDirectory: string;
let inUse: readonly string[];
let failure: Error | null;
let library: AudioLibrary;

function openLibrary(): AudioLibrary {
  const { store } = testStore;
  const commit: Store['commit'] = (...commands) => (failure === null ? store.commit(...commands) : Promise.reject(failure));
  const usage = { plansPlaying: () => inUse };
  const ports = { audioFiles: store.audioFiles, accounts: store.accounts, commit };
  return new AudioLibrary({ stateDirectory, store: ports, usage, clock: new SteppedClock(), logger: silentLogger });
}

const filesIn = (accountId: string): readonly string[] => {
  const folder = path.join(stateDirectory, 'audio', accountId);
  return existsSync(folder) ? readdirSync(folder) : [];
};
const add = (slug: string, accountId = 'acc_root', content: Buffer = wav(1)) => library.import({ accountId, slug, description: 'A prompt', content });

beforeAll(async () => {
  testStore = await openTestStore();
  await testStore.store.commit(testStore.store.accounts.insert(accountRecord()));
  await testStore.store.commit(testStore.store.accounts.insert(accountRecord({ id: 'acc_sub', parentId: 'acc_root' })));
});

beforeEach(() => {
  stateDirectory = temporaryDirectory();
  inUse = [];
  failure = null;
  library = openLibrary();
});

afterEach(async () => {
  const { audioFiles } = testStore.store;
  for (const { id } of audioFiles.list(['acc_root', 'acc_sub'], { limit: 1000 }).rows) await testStore.store.commit(audioFiles.delete(id));
});

afterAll(() => testStore.remove());

describe('importing audio', () => {
  it('keeps an 8 kHz mono file and a row that says how long it is', async () => {
    const record = await add('welcome');
    expect(record).toMatchObject({ slug: 'welcome', path: 'audio/acc_root/welcome.wav', durationMs: 1000, sizeBytes: 16_044 });
    expect(testStore.store.audioFiles.get(record.id)).toEqual(record);
    expect(readFileSync(library.pathOf(record))).toHaveLength(16_044);
    expect(filesIn('acc_root')).toEqual(['welcome.wav']);
  });

  it('takes it as a stream', async () => {
    async function* pieces() {
      const file = wav(1);
      for (let at = 0; at < file.length; at += 1000) yield file.subarray(at, at + 1000);
    }
    const record = await library.import({ accountId: 'acc_root', slug: 'streamed', description: '', content: pieces() });
    expect(record.durationMs).toBe(1000);
  });

  it('refuses more than 10 MB, and stops reading there', async () => {
    let read = 0;
    async function* endless() {
      for (;;) {
        read += 1;
        yield new Uint8Array(1024 * 1024);
      }
    }
    await expect(library.import({ accountId: 'acc_root', slug: 'big', description: '', content: endless() })).rejects.toMatchObject({
      code: { name: 'audioTooLarge' },
    });
    expect(read).toBe(11);
    await expect(add('big', 'acc_root', Buffer.alloc(MAX_UPLOAD_BYTES + 1))).rejects.toMatchObject({ code: { name: 'audioTooLarge' } });
    expect(filesIn('acc_root')).toEqual([]);
  });

  it.each(['', 'Welcome', 'a b', '../x', 'a/b', '-a', 'a--b', 'ü', 'a'.repeat(65)])('refuses the slug "%s"', async (slug) => {
    await expect(add(slug)).rejects.toMatchObject({ code: { name: 'slugInvalid' }, problems: [{ path: '/slug' }] });
  });

  it('refuses a slug that the account has, even when both come at once', async () => {
    const results = await Promise.allSettled([add('twice'), add('twice')]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    await expect(add('twice')).rejects.toMatchObject({ code: { name: 'slugTaken' } });
  });

  it('leaves nothing behind when the row cannot be written', async () => {
    failure = new Error('disk full');
    await expect(add('welcome')).rejects.toThrow('disk full');
    expect(filesIn('acc_root')).toEqual([]);
  });

  it('leaves nothing behind when the file cannot be written', async () => {
    writeFileSync(path.join(stateDirectory, 'audio'), 'in the way');
    await expect(add('welcome')).rejects.toMatchObject({ code: { name: 'audioNotStored', kind: 'operational' } });
    expect(testStore.store.audioFiles.bySlug('acc_root', 'welcome')).toBeNull();
  });
});

describe('changing audio', () => {
  it('replaces the content under the same slug', async () => {
    const { id } = await add('welcome');
    const record = await library.replace(id, wav(2));
    expect(record).toMatchObject({ durationMs: 2000, sizeBytes: 32_044 });
    expect(readFileSync(library.pathOf(record))).toHaveLength(32_044);
    expect(filesIn('acc_root')).toEqual(['welcome.wav']);
  });

  it('keeps the old content when the row cannot be written', async () => {
    const record = await add('welcome');
    failure = new Error('disk full');
    await expect(library.replace(record.id, wav(2))).rejects.toThrow('disk full');
    expect(readFileSync(library.pathOf(record))).toHaveLength(16_044);
    expect(filesIn('acc_root')).toEqual(['welcome.wav']);
  });

  it('keeps the old content when the new one is no WAV file', async () => {
    const record = await add('welcome');
    await expect(library.replace(record.id, Buffer.from('no audio'))).rejects.toMatchObject({ code: { name: 'notWav' } });
    expect(readFileSync(library.pathOf(record))).toHaveLength(16_044);
  });

  it('changes the description', async () => {
    const { id } = await add('welcome');
    expect(await library.describe(id, 'Day')).toMatchObject({ description: 'Day' });
    expect(testStore.store.audioFiles.get(id)?.description).toBe('Day');
  });

  it('does not delete what a plan plays', async () => {
    const { id } = await add('welcome');
    inUse = ['Callback'];
    await expect(library.delete(id)).rejects.toMatchObject({
      code: { name: 'audioFileInUse' },
      message: expect.stringContaining('"Callback"') as string,
    });
    inUse = [];
    await library.delete(id);
    expect(filesIn('acc_root')).toEqual([]);
    await expect(library.delete(id)).rejects.toMatchObject({ code: { name: 'audioFileNotFound' } });
  });
});

describe('looking audio up', () => {
  it("finds the account's own file before that of the account above it", async () => {
    const above = await add('welcome');
    expect(library.resolve('acc_sub', 'welcome')).toBe(library.pathOf(above));
    const own = await add('welcome', 'acc_sub');
    expect(library.resolve('acc_sub', 'welcome')).toBe(library.pathOf(own));
    expect(library.resolve('acc_root', 'welcome')).toBe(library.pathOf(above));
    expect(library.resolve('acc_root', 'nowhere')).toBeNull();
  });
});

describe('a state directory given relative to where the service runs', () => {
  it('gives absolute paths all the same', async () => {
    stateDirectory = path.relative(process.cwd(), stateDirectory);
    library = openLibrary();
    const record = await add('welcome');
    await library.start();
    expect(library.resolve('acc_root', 'welcome')).toBe(path.resolve(stateDirectory, record.path));
    expect(existsSync(library.pathOf(record))).toBe(true);
  });
});

describe('starting after a crash', () => {
  it('removes files without a row, and half-written ones', async () => {
    await add('welcome');
    const folder = path.join(stateDirectory, 'audio', 'acc_gone');
    mkdirSync(folder);
    writeFileSync(path.join(folder, 'lost.wav'), 'x');
    for (const name of ['lost.wav', 'welcome.wav.tmp', 'welcome.wav.previous'])
      writeFileSync(path.join(stateDirectory, 'audio', 'acc_root', name), 'x');
    await openLibrary().start();
    expect(filesIn('acc_root')).toEqual(['welcome.wav']);
    expect(filesIn('acc_gone')).toEqual([]);
  });

  it('brings the row up to date with a file that was replaced just before', async () => {
    const record = await add('welcome');
    const longer = await add('longer', 'acc_root', wav(3));
    writeFileSync(library.pathOf(record), readFileSync(library.pathOf(longer)));
    await openLibrary().start();
    expect(testStore.store.audioFiles.get(record.id)).toMatchObject({ durationMs: 3000 });
  });
});
