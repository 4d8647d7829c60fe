// SPDX-License-Identifier: GPL-3.0-or-later
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { FarEndStep, Handle, NativeAddon, NativeEngine, NativeEvent } from '../addon/addon.js';

const ADDON_FILE =
  process.env['BRANCHLINE_ADDON'] ?? path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../build/release/addon/branchline.node');
const addon = createRequire(import.meta.url)(ADDON_FILE) as NativeAddon;

const LISTEN: readonly FarEndStep[] = [{ do: 'wait', milliseconds: 60_000 }];

let folder = '';
let engine: NativeEngine | undefined;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'branchline-addon-'));
});
afterEach(async () => {
  await engine?.close();
  rmSync(folder, { recursive: true });
});

type EventOf<T extends NativeEvent['type']> = Extract<NativeEvent, { type: T }>;

function all<T extends NativeEvent['type']>(events: readonly NativeEvent[], type: T): EventOf<T>[] {
  return events.filter((event): event is EventOf<T> => event.type === type);
}

/** An engine with one exchange line on the virtual card. */
function start(stepped: boolean, onEvent: (event: NativeEvent, engine: NativeEngine) => void): NativeEngine {
  const created = addon.createEngine({ stepped, realtimePriority: true, maxHandles: 64 }, (batch) => {
    for (const event of batch) onEvent(event, created);
  });
  engine = created;
  created.cardStartVirtual({ fxo: 1, fxs: 0 });
  return created;
}

/** A stepped engine with a caller on the line, answered. */
function answered(events: NativeEvent[]): { engine: NativeEngine; leg: Handle } {
  const created = start(true, (event, target) => {
    events.push(event);
    if (event.type === 'legIncoming') target.answer(event.leg);
  });
  expect(created.virtualCallIn(1, { script: LISTEN, heardFolder: folder })).toBe(0);
  for (let i = 0; i < 500 && all(events, 'legAnswered').length === 0; i++) created.step(20);
  const leg = all(events, 'legAnswered')[0]?.leg;
  if (leg === undefined) throw new Error('the caller was not answered');
  return { engine: created, leg };
}

/** 16-bit mono 8 kHz WAV whose samples are 1, 2, 3 … `count`. */
function countedWav(count: number): string {
  const wav = Buffer.alloc(44 + 2 * count);
  wav.write('RIFF\0\0\0\0WAVEfmt ', 'latin1');
  wav.writeUInt32LE(36 + 2 * count, 4);
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(1, 22);
  wav.writeUInt32LE(8000, 24);
  wav.writeUInt32LE(16_000, 28);
  wav.writeUInt16LE(2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write('data', 36, 'latin1');
  wav.writeUInt32LE(2 * count, 40);
  for (let i = 0; i < count; i++) wav.writeInt16LE(i + 1, 44 + 2 * i);
  const file = path.join(folder, 'prompt.wav');
  writeFileSync(file, wav);
  return file;
}

function samplesOf(wavFile: string): Int16Array {
  const bytes = readFileSync(wavFile);
  return new Int16Array(bytes.buffer, bytes.byteOffset + 44, (bytes.length - 44) >> 1);
}

describe('events', () => {
  it('of a stepped engine are delivered before step returns', () => {
    const events: NativeEvent[] = [];
    const { leg } = answered(events);
    engine?.step(20);
    const player = engine?.play(leg, { files: [countedWav(320)], loop: false, stopKeys: '', queued: false });
    expect(player?.status).toBe(0);
    engine?.step(60);
    expect(all(events, 'playerEnded')).toEqual([
      { type: 'playerEnded', atMs: engine?.nowMs(), player: player?.handle, leg, reason: 'finished', key: '', playedMs: 40, detail: '' },
    ]);
  });

  it('that were not delivered yet come before close() resolves, the end of every leg among them', async () => {
    const events: NativeEvent[] = [];
    const { engine: created, leg } = answered(events);
    created.playTone(leg, [{ frequencies: [1000], levelDbm0: -10, milliseconds: 1000 }], true);
    created.record(leg, { file: path.join(folder, 'recording.wav'), direction: 'both', format: 'alaw', maxSeconds: 60 });
    created.step(100);
    await created.close();
    expect(all(events, 'playerEnded').map((event) => event.reason)).toEqual(['legEnded']);
    expect(all(events, 'recorderEnded').map((event) => event.reason)).toEqual(['legEnded']);
    expect(all(events, 'legEnded').map((event) => event.leg)).toEqual([leg]);
    const ofTheLeg = events.map((event) => event.type).filter((type) => type.endsWith('Ended') && type !== 'farEndEnded');
    expect(ofTheLeg.at(-1)).toBe('legEnded');
  });

  it('go on after a callback that throws: out of step, or as an uncaught exception', () => {
    const script = `
      const addon = require(${JSON.stringify(ADDON_FILE)});
      const seen = [];
      process.on('uncaughtException', (error) => seen.push(error.message));
      const engine = addon.createEngine({ stepped: false, realtimePriority: false, maxHandles: 64 }, (events) => {
        for (const event of events) seen.push(event.type);
        const incoming = events.find((event) => event.type === 'legIncoming');
        if (incoming) { engine.answer(incoming.leg); throw new Error('thrown'); }
        if (events.some((event) => event.type === 'legAnswered')) engine.close().then(() => console.log(seen.join(' ')));
      });
      engine.cardStartVirtual({ fxo: 1, fxs: 0 });
      engine.virtualCallIn(1, { script: [{ do: 'wait', milliseconds: 60000 }] });`;
    const child = spawnSync(process.execPath, ['-e', script], { timeout: 20_000, encoding: 'utf8' });
    expect(child.stderr).toBe('');
    expect(child.status).toBe(0);
    expect(child.stdout).toMatch(/legIncoming( \w+)* thrown( \w+)* legAnswered( \w+)* legEnded/);

    const events: NativeEvent[] = [];
    const created = start(true, (event) => {
      events.push(event);
      if (event.type === 'legIncoming') throw new Error('thrown');
    });
    created.virtualCallIn(1, { script: LISTEN });
    expect(() => created.step(10_000)).toThrow('thrown');
    const before = events.length;
    created.virtualHangUp(1);
    created.step(10_000);
    expect(events.length).toBeGreaterThan(before);
  });
});

it('while JavaScript is blocked for two seconds the far end hears the prompt without a gap', async () => {
  const SAMPLES = 28_000; // 3.5 s.
  const prompt = countedWav(SAMPLES);
  let blockedMs = 0;
  const heard = await new Promise<string>((resolve) => {
    const created = start(false, (event, target) => {
      if (event.type === 'legIncoming') target.answer(event.leg);
      if (event.type === 'legAnswered') {
        target.play(event.leg, { files: [prompt], loop: false, stopKeys: '', queued: false });
        setTimeout(() => {
          const began = target.nowMs();
          while (target.nowMs() - began < 2000);
          blockedMs = target.nowMs() - began;
        }, 500);
      }
      if (event.type === 'playerEnded') target.clear(event.leg, 16, 0);
      if (event.type === 'farEndEnded') resolve(event.heardFile);
    });
    created.virtualCallIn(1, { script: LISTEN, heardFolder: folder });
  });
  expect(blockedMs).toBeGreaterThanOrEqual(2000);
  const samples = samplesOf(heard);
  const first = samples.indexOf(1);
  expect(first).toBeGreaterThanOrEqual(0);
  expect(samples.subarray(first, first + SAMPLES)).toEqual(Int16Array.from({ length: SAMPLES }, (_, i) => i + 1));
  expect(engine?.counters().prefetchUnderruns).toBe(0);
});
