import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, describe, expect, it } from 'vitest';

import { silentLogger } from '../../src/core/index.js';
import { completeUnfinished } from '../../src/media/index.js';
import { readWav } from '../../src/media/library/wav-reader.js';
import { SmallDisk } from '../support/small-disk.js';
import { until } from '../support/until.js';

const RECORDINGS = 6;
/** What a bad day may cost. */
const LOST_SECONDS = 2;
/** At their end: ten periods of the tone. */
const LAST_SAMPLES = 80;

interface Line {
  readonly records?: number;
  readonly ended?: { readonly reason: string; readonly file: string; readonly recordedMs: number; readonly detail: string };
  readonly frames?: number;
  readonly recordOverruns?: number;
  readonly players?: number;
}

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
});

class RecordingChild {
  readonly lines: Line[] = [];
  readonly #child: ChildProcess;
  #startedAt = 0;

  constructor(folder: string) {
    const script = path.join(import.meta.dirname, 'recording-child.ts');
    const child = spawn(process.execPath, ['--import', 'tsx', script, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    createInterface({ input: child.stdout }).on('line', (line) => this.lines.push(JSON.parse(line) as Line));
    this.#child = child;
    endings.push(() => this.kill());
  }

  async records(): Promise<void> {
    await until(() => this.lines.some(({ records }) => records === RECORDINGS), { what: 'it records', timeoutMs: 20_000 });
    this.#startedAt = performance.now();
  }

  /** For so long it records at least. */
  seconds(): number {
    return (performance.now() - this.#startedAt) / 1000;
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const closed = once(this.#child, 'close');
    this.#child.kill('SIGKILL');
    await closed;
  }
}

function recordingsBelow(stateDirectory: string): string {
  const folder = path.join(stateDirectory, 'recordings');
  mkdirSync(folder);
  return folder;
}

/** Every recording opens, is as long, and has the tone to its end. */
function expectRecordings(folder: string, ending: string, seconds: number): void {
  const files = readdirSync(folder).filter((name) => name.endsWith(ending));
  expect(files).toHaveLength(RECORDINGS);
  let worstLost = -Infinity;
  for (const name of files) {
    const { data, frameBytes, format } = readWav(readFileSync(path.join(folder, name)));
    const lost = seconds - data.length / frameBytes / 8000;
    worstLost = Math.max(worstLost, lost);
    // In A-law silence is D5 or 55.
    const loud =
      format === 'alaw' ? (n: number) => (data[n] ?? 0xd5) !== 0xd5 && data[n] !== 0x55 : (n: number) => Math.abs(data.readInt16LE(n)) > 100;
    const tail = Array.from({ length: LAST_SAMPLES }, (_, n) => data.length - (n + 1) * frameBytes);
    expect({ name, whole: lost < LOST_SECONDS, sounds: tail.filter(loud).length > LAST_SAMPLES / 2 }).toEqual({ name, whole: true, sounds: true });
  }
  console.log(`Of ${RECORDINGS} recordings (*${ending}) the worst lacks ${worstLost.toFixed(2)} s`);
}

describe('recordings whose process is killed', () => {
  it('open as they are, lack less than two seconds, and are completed at the next start', async () => {
    const stateDirectory = mkdtempSync(path.join(tmpdir(), 'branchline-recordings-'));
    endings.push(() => rmSync(stateDirectory, { recursive: true }));
    const folder = recordingsBelow(stateDirectory);
    const child = new RecordingChild(folder);
    await child.records();
    await sleep(3_700);
    const seconds = child.seconds();
    await child.kill();
    expectRecordings(folder, '.wav.part', seconds);
    await completeUnfinished(stateDirectory, silentLogger);
    expectRecordings(folder, '.wav', seconds);
    expect(readdirSync(folder)).toHaveLength(RECORDINGS);
  }, 60_000);
});

describe('recordings on a disk that fills up', () => {
  it('say so, lack less than two seconds and stop nothing else; with room again the next start completes them', async (context) => {
    const disk = SmallDisk.make(4) ?? context.skip('this user may not mount a file system for the test');
    endings.push(() => disk.remove());
    const folder = recordingsBelow(disk.folder);
    const child = new RecordingChild(folder);
    await child.records();
    await sleep(2_700);
    const seconds = child.seconds();
    disk.fill();
    const ended = () => child.lines.flatMap((line) => line.ended ?? []);
    await until(() => ended().length === RECORDINGS, { what: 'every recording has ended' });
    for (const end of ended()) {
      expect(end).toMatchObject({ reason: 'error', detail: `${end.file}: No space left on device` });
      expect(end.recordedMs / 1000).toBeGreaterThan(seconds - LOST_SECONDS);
    }
    const before = child.lines.at(-1)?.frames ?? 0;
    await until(() => (child.lines.at(-1)?.frames ?? 0) > before + 25, { what: 'the audio goes on' });
    expect(child.lines.at(-1)).toMatchObject({ players: 1, recorders: 0, recordOverruns: 0 });
    expectRecordings(folder, '.wav.part', seconds);
    await completeUnfinished(disk.folder, silentLogger);
    expectRecordings(folder, '.wav', seconds);
  }, 60_000);
});
