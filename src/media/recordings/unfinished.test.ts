import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { beforeEach, describe, expect, it } from 'vitest';

import { temporaryDirectory } from '../../../test/support/store.js';
import { type Logger, silentLogger } from '../../core/index.js';
import { readWav } from '../library/wav-reader.js';
import { completeUnfinished } from './unfinished.js';

let stateDirectory: string;
let folder: string;
let told: string[];
let logger: Logger;

beforeEach(() => {
  stateDirectory = temporaryDirectory();
  folder = path.join(stateDirectory, 'recordings', '2026', '11');
  mkdirSync(folder, { recursive: true });
  told = [];
  const tell = (_fields: object, text: string): number => told.push(text);
  logger = { ...silentLogger, warn: tell, error: tell };
});

/** A recording whose header says `headerBytes` of audio, as the engine's writer lays it out. */
function recording(audio: Buffer, { channels, alaw, headerBytes }: { channels: number; alaw: boolean; headerBytes: number }): Buffer {
  const sampleBytes = alaw ? 1 : 2;
  const format = Buffer.alloc(alaw ? 18 : 16);
  format.writeUInt16LE(alaw ? 6 : 1, 0);
  format.writeUInt16LE(channels, 2);
  format.writeUInt32LE(8000, 4);
  format.writeUInt32LE(8000 * channels * sampleBytes, 8);
  format.writeUInt16LE(channels * sampleBytes, 12);
  format.writeUInt16LE(8 * sampleBytes, 14);
  const fact = alaw ? [chunk('fact', u32(headerBytes / channels))] : [];
  const body = Buffer.concat([Buffer.from('WAVE'), chunk('fmt ', format), ...fact, Buffer.from('data'), u32(headerBytes), audio]);
  return Buffer.concat([Buffer.from('RIFF'), u32(body.length - audio.length + headerBytes), body]);
}

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const chunk = (id: string, content: Buffer): Buffer => Buffer.concat([Buffer.from(id), u32(content.length), content]);
const audioOf = (bytes: number): Buffer => Buffer.from(Uint8Array.from({ length: bytes }, (_, n) => n % 251));
const put = (name: string, content: Buffer): void => writeFileSync(path.join(folder, name), content);
const get = (name: string): Buffer => readFileSync(path.join(folder, name));

describe('recordings that were cut off', () => {
  it.each([
    { channels: 1, alaw: false },
    { channels: 2, alaw: false },
    { channels: 1, alaw: true },
    { channels: 2, alaw: true },
  ])('get the length that they have, and their name ($channels channels, A-law $alaw)', async (kind) => {
    const audio = audioOf(16_000);
    put('call.wav.part', recording(audio, { ...kind, headerBytes: 8_000 }));
    await completeUnfinished(stateDirectory, logger);
    expect(readdirSync(folder)).toEqual(['call.wav']);
    expect(get('call.wav')).toEqual(recording(audio, { ...kind, headerBytes: 16_000 }));
    expect(Buffer.compare(readWav(get('call.wav')).data, audio)).toBe(0);
    expect(told).toEqual([expect.stringMatching(/completed under its name/)]);
  });

  it('lose half a frame at their end', async () => {
    put('call.wav.part', recording(audioOf(4003), { channels: 2, alaw: false, headerBytes: 0 }));
    await completeUnfinished(stateDirectory, logger);
    expect(get('call.wav')).toEqual(recording(audioOf(4000), { channels: 2, alaw: false, headerBytes: 4000 }));
  });

  it('are removed where no sound had come', async () => {
    put('nothing.wav.part', Buffer.alloc(0));
    put('hole.wav.part', Buffer.alloc(4096));
    put('half a header.wav.part', recording(audioOf(0), { channels: 1, alaw: true, headerBytes: 0 }).subarray(0, 50));
    put('header.wav.part', recording(audioOf(0), { channels: 1, alaw: true, headerBytes: 0 }));
    await completeUnfinished(stateDirectory, logger);
    expect(readdirSync(folder)).toEqual([]);
    expect(told).toHaveLength(4);
  });

  it('stay where another has their name, and where they are none', async () => {
    put('call.wav', Buffer.from('the other'));
    put('call.wav.part', recording(audioOf(100), { channels: 1, alaw: false, headerBytes: 0 }));
    put('text.wav.part', Buffer.from('RIFFraff, and something else that is long enough for a header'));
    await completeUnfinished(stateDirectory, logger);
    expect(readdirSync(folder)).toEqual(['call.wav', 'call.wav.part', 'text.wav.part']);
    expect(get('call.wav').toString()).toBe('the other');
    expect(told.toSorted()).toEqual([expect.stringMatching(/looks like a recording/), expect.stringMatching(/another has its name/)]);
  });

  it('are one matter each: what cannot be completed is told, and the next is', async () => {
    mkdirSync(path.join(folder, 'b.wav'));
    put('b.wav.part', recording(audioOf(100), { channels: 1, alaw: false, headerBytes: 0 }));
    put('c.wav.part', recording(audioOf(100), { channels: 1, alaw: false, headerBytes: 0 }));
    await completeUnfinished(stateDirectory, logger);
    expect(readdirSync(folder)).toEqual(['b.wav', 'b.wav.part', 'c.wav']);
  });

  it('are none where nothing was ever recorded', async () => {
    await completeUnfinished(temporaryDirectory(), logger);
    expect(told).toEqual([]);
    expect(existsSync(folder)).toBe(true);
  });
});
