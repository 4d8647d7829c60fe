// The cache of spoken texts, killed while it writes: what it serves afterwards is whole, and the text that was asked for.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setImmediate as nextTurn } from 'node:timers/promises';

import { afterAll, describe, expect, it } from 'vitest';

import { silentLogger, SystemClock } from '../../src/core/index.js';
import { Speech } from '../../src/media/index.js';
import { find, noise, samplesOf } from '../support/audio.js';

const KILLS = process.env['BRANCHLINE_TEST_DEPTH'] === 'full' ? 100 : 8;
const VOICE = { language: 'en-GB', gender: 'Female', name: null, ratePercent: 100 } as const;
const CACHE_BYTES = 1_000_000;
/** So long a file is waited for that is being written. */
const LOOK_MS = 2000;

const folder = mkdtempSync(path.join(tmpdir(), 'branchline-speech-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const files = () => readdirSync(path.join(folder, 'speech'));

/** Speaks from text `first` on, and is killed in the midst of writing a file; answers the last text that it said was kept. */
async function speakUntilKilled(first: number): Promise<number> {
  const script = path.join(import.meta.dirname, 'speech-child.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', script, folder, String(first)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  let last = -1;
  lines.on('line', (line) => {
    last = Number(line);
  });
  await once(lines, 'line');
  const until = performance.now() + LOOK_MS;
  while (performance.now() < until && files().every((name) => name.endsWith('.wav'))) await nextTurn();
  const closed = once(child, 'close');
  child.kill('SIGKILL');
  await closed;
  return last;
}

describe('the cache of spoken texts', () => {
  it(`is whole after each of ${KILLS} kills, and holds no more than it may`, async () => {
    let next = 0;
    let cutOff = 0;
    for (let kill = 0; kill < KILLS; kill += 1) {
      const last = await speakUntilKilled(next);
      cutOff += files().filter((name) => !name.endsWith('.wav')).length;
      const asked: string[] = [];
      const speech = new Speech({
        engines: [{ name: 'noise', identity: 'noise', synthesise: ({ text }) => (asked.push(text), Promise.reject(new Error('not kept'))) }],
        cacheFolder: path.join(folder, 'speech'),
        cacheBytes: CACHE_BYTES,
        atOnce: 1,
        clock: new SystemClock(),
        logger: silentLogger,
      });
      await speech.start();
      const bytes = files().reduce((sum, name) => sum + statSync(path.join(folder, 'speech', name)).size, 0);
      expect(bytes).toBeLessThanOrEqual(CACHE_BYTES);
      expect(files().filter((name) => !/^[0-9a-f]{64}\.wav$/.test(name))).toEqual([]);
      const heard = samplesOf(readFileSync(await speech.file(String(last), VOICE)));
      expect(find(noise(last, 2), heard)).toMatchObject({ at: 0, peak: expect.closeTo(1, 3) as number });
      expect(asked).toEqual([]);
      next = last + 1;
    }
    // Else the kills have proved nothing.
    expect(cutOff).toBeGreaterThan(0);
    console.log(`${KILLS} kills, ${next} texts spoken, ${cutOff} files cut off`);
  });
});
