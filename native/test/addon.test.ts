// SPDX-License-Identifier: GPL-3.0-or-later
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

import { afterEach, describe, expect, it } from 'vitest';

import type { EngineOptions, NativeAddon, NativeEngine, NativeEvent } from '../addon/addon.js';

const ADDON_FILE =
  process.env['BRANCHLINE_ADDON'] ?? path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../build/release/addon/branchline.node');
const addon = createRequire(import.meta.url)(ADDON_FILE) as NativeAddon;

const STEPPED: EngineOptions = { stepped: true, realtimePriority: false, maxHandles: 64 };
const REAL: EngineOptions = { stepped: false, realtimePriority: true, maxHandles: 64 };
const NO_SUCH_HANDLE = 4097;

const open: NativeEngine[] = [];

function engineOf(options: EngineOptions): { engine: NativeEngine; events: NativeEvent[] } {
  const events: NativeEvent[] = [];
  const engine = addon.createEngine(options, (batch) => events.push(...batch));
  open.push(engine);
  return { engine, events };
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((engine) => engine.close()));
});

/** Runs `script` in a Node of its own, with the add-on as `addon`; answers its exit code and what it printed. */
function run(script: string): { code: number | null; output: string } {
  const prelude = `const addon = require(${JSON.stringify(ADDON_FILE)});
    const create = (options, onEvents = () => {}) => addon.createEngine({ realtimePriority: false, maxHandles: 64, ...options }, onEvents);`;
  const child = spawnSync(process.execPath, ['-e', `${prelude}\n${script}`], { timeout: 20_000, encoding: 'utf8' });
  return { code: child.status, output: `${child.stdout}${child.stderr}`.trim() };
}

describe('the add-on', () => {
  it('tells its border version and what it is linked with', () => {
    expect(addon.borderVersion).toBe(1);
    expect(Object.keys(addon.versions)).toEqual(expect.arrayContaining(['pjsip', 'openssl']));
  });

  it('refuses options of a wrong type or range by name', () => {
    expect(() => addon.createEngine({ ...STEPPED, maxHandles: 8 }, () => {})).toThrow('options.maxHandles must be 16…4096');
    expect(() => addon.createEngine({ ...STEPPED, stepped: 1 } as unknown as EngineOptions, () => {})).toThrow('stepped must be true or false');
    expect(() => addon.createEngine(STEPPED, undefined as unknown as () => void)).toThrow('onEvents must be a function');
  });

  it('has several engines in one environment, each with its own time', () => {
    const first = engineOf(STEPPED).engine;
    const second = engineOf(STEPPED).engine;
    first.step(100);
    expect(first.nowMs() - second.nowMs()).toBe(100);
  });

  it('works in a worker, which may be terminated with its engine open', async () => {
    const script = `const { parentPort } = require('node:worker_threads');
      const engine = require(${JSON.stringify(ADDON_FILE)}).createEngine({ stepped: false, realtimePriority: false, maxHandles: 64 }, () => {});
      setTimeout(() => parentPort.postMessage(engine.counters().frames), 200);`;
    const worker = new Worker(script, { eval: true });
    const frames = await new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    expect(frames).toBeGreaterThan(2);
    expect(await worker.terminate()).toBe(1);
  });

  it('lets a process exit with an engine open', () => {
    expect(run('create({ stepped: false }); create({ stepped: true }); setTimeout(() => process.exit(7), 50);')).toEqual({ code: 7, output: '' });
  });

  it('keeps a process alive while an engine is open, and no longer', () => {
    const script = `const engine = create({ stepped: false });
      setTimeout(() => {}, 1).unref();
      process.on('exit', () => console.log('gone'));
      setTimeout(() => engine.close().then(() => console.log('closed')), 100).unref();`;
    expect(run(script)).toEqual({ code: 0, output: 'closed\ngone' });
  });

  it('stops the threads of an engine that was forgotten', () => {
    const script = `let engine = create({ stepped: false });
      const threads = () => require('node:fs').readdirSync('/proc/self/task')
        .filter((task) => require('node:fs').readFileSync('/proc/self/task/' + task + '/comm', 'utf8').startsWith('bl-')).length;
      const before = threads();
      engine = undefined;
      setTimeout(() => { gc(); setTimeout(() => { console.log(before, threads()); process.exit(0); }, 300); }, 50);`;
    expect(
      run(`require('node:v8').setFlagsFromString('--expose-gc'); globalThis.gc ??= require('node:vm').runInNewContext('gc');\n${script}`),
    ).toEqual({
      code: 0,
      output: '4 0',
    });
  });
});

describe('an engine', () => {
  it('moves stepped time by whole frames only', () => {
    const { engine } = engineOf(STEPPED);
    const before = engine.nowMs();
    engine.step(60);
    expect(engine.nowMs() - before).toBe(60);
    expect(engine.counters().frames).toBe(3);
    expect(() => engine.step(30)).toThrow('step: milliseconds must be a multiple of 20');
    expect(() => engineOf(REAL).engine.step(20)).toThrow('step: this engine runs in real time');
  });

  it('answers staleHandle for handles it never gave, whatever they look like', () => {
    const { engine } = engineOf(STEPPED);
    for (const handle of [0, NO_SUCH_HANDLE, -1, 1.5, Number.NaN, 2 ** 32, 2 ** 40, 'x' as unknown as number]) {
      expect(engine.answer(handle)).toBe(1);
      expect(engine.stopPlayer(handle)).toBe(1);
      expect(engine.pauseRecorder(handle, true)).toBe(1);
      expect(engine.muteRecorder(handle, true)).toBe(1);
      expect(engine.bridge(handle, handle)).toEqual({ status: 1, handle: 0 });
      expect(engine.levels(handle).status).toBe(1);
    }
  });

  it('names the field of an argument that has a wrong type', () => {
    const { engine } = engineOf(STEPPED);
    const options = { files: 'prompt.wav', loop: false, stopKeys: '', queued: false } as unknown as Parameters<NativeEngine['play']>[1];
    expect(() => engine.play(NO_SUCH_HANDLE, options)).toThrow(new TypeError('files must be an array of strings'));
    expect(() => engine.muteRecorder(NO_SUCH_HANDLE, 1 as unknown as boolean)).toThrow(new TypeError('muted must be true or false'));
    const recording = { file: '/r.wav', direction: 'neither' as 'both', format: 'alaw', maxSeconds: 1 } as const;
    expect(() => engine.record(NO_SUCH_HANDLE, recording)).toThrow(new TypeError('direction must be received, sent, both or mixed'));
    expect(() => engine.clear(NO_SUCH_HANDLE, 16.5, 0)).toThrow(new TypeError('q850 must be a whole number'));
  });

  it('counts frames in real time', async () => {
    const { engine } = engineOf(REAL);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const counters = engine.counters();
    expect(counters.frames).toBeGreaterThanOrEqual(10);
    for (const histogram of [counters.frameLateness, counters.frameTime]) {
      expect(histogram.boundsSeconds).toEqual([0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05]);
      expect(histogram.counts).toHaveLength(13);
      expect(histogram.counts.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(counters.frames - 1);
      expect(histogram.sumSeconds).toBeGreaterThan(0);
    }
    expect(counters.lockWait).toMatchObject({ sumSeconds: 0 });
  });

  it('closes once, however often it is asked, and answers "unavailable" from then on', async () => {
    const { engine } = engineOf(REAL);
    const closed = engine.close();
    expect(engine.close()).toBe(closed);
    expect(engine.answer(NO_SUCH_HANDLE)).toBe(6);
    await closed;
    expect(engine.bridge(1, 2)).toEqual({ status: 6, handle: 0 });
    expect(() => engine.nowMs()).toThrow('the native engine is closed');
    expect(await engine.close()).toBeUndefined();
  });
});
