import { describe, expect, it } from 'vitest';

import { levelOf, lineSamples, testWav } from '../../../test/support/audio/wav.js';
import { BranchlineError } from '../../core/index.js';
import { convertToLineWav, lineWavDurationMs } from './convert.js';
import { readWav } from './wav-reader.js';

const tone =
  (frequency: number, level = 0.5) =>
  (seconds: number) =>
    level * Math.sin(2 * Math.PI * frequency * seconds);

async function converted(file: Buffer): Promise<Float32Array> {
  return lineSamples(await convertToLineWav(readWav(file)));
}

describe('a WAV file', () => {
  it.each([
    ['PCM of 8 bits', { tag: 1, bits: 8 }],
    ['PCM of 16 bits', { tag: 1, bits: 16 }],
    ['PCM of 24 bits', { tag: 1, bits: 24 }],
    ['PCM of 32 bits', { tag: 1, bits: 32 }],
    ['float of 32 bits', { tag: 3, bits: 32 }],
    ['A-law', { tag: 6, bits: 8 }],
    ['mu-law', { tag: 7, bits: 8 }],
  ])('of %s keeps its tone at its level', async (_name, format) => {
    for (const extensible of [false, true]) {
      const samples = await converted(testWav({ ...format, extensible, rate: 8000, seconds: 0.5, signal: tone(1004) }));
      expect(samples).toHaveLength(4000);
      expect(levelOf(samples, 1004, 8000)).toBeCloseTo(-6.02, 0);
      expect(levelOf(samples, 2500, 8000)).toBeLessThan(-45);
    }
  });

  it.each([8000, 11_025, 16_000, 22_050, 32_000, 44_100, 47_999, 48_000])(
    'of %i Hz keeps tones of the telephone band within 0.5 dB',
    async (rate) => {
      for (const frequency of [300, 1004, 3400]) {
        const samples = await converted(testWav({ tag: 1, bits: 16, rate, seconds: 0.5, signal: tone(frequency) }));
        expect(Math.abs(samples.length - 4000)).toBeLessThanOrEqual(1);
        expect(Math.abs(levelOf(samples, frequency, 8000) + 6.02), `${frequency} Hz`).toBeLessThan(0.5);
      }
    },
  );

  it.each([11_025, 16_000, 44_100, 48_000])('of %i Hz has nothing folded back into the band from above it', async (rate) => {
    for (const frequency of [4300, 5000, 5400]) {
      const samples = await converted(testWav({ tag: 1, bits: 16, rate, seconds: 0.5, signal: tone(frequency) }));
      expect(levelOf(samples, 8000 - frequency, 8000), `${frequency} Hz`).toBeLessThan(-60);
    }
  });

  it('of 8 kHz, 16 bits and one channel stays as it is, sample by sample', async () => {
    const file = testWav({ tag: 1, bits: 16, rate: 8000, seconds: 0.2, signal: tone(440) });
    expect((await convertToLineWav(readWav(file))).equals(file)).toBe(true);
  });

  it('in stereo is mixed to one channel', async () => {
    const signal = (seconds: number, channel: number): number => tone(channel === 0 ? 500 : 2000)(seconds);
    const samples = await converted(testWav({ tag: 1, bits: 24, rate: 44_100, channels: 2, seconds: 0.5, signal }));
    for (const frequency of [500, 2000]) expect(levelOf(samples, frequency, 8000)).toBeCloseTo(-12.04, 0);
  });

  it('at full scale is not wrapped round', async () => {
    const samples = await converted(testWav({ tag: 3, bits: 32, rate: 16_000, seconds: 0.2, signal: (seconds) => Math.sign(tone(300)(seconds)) }));
    let largestStep = 0;
    for (let index = 1; index < samples.length; index += 1)
      largestStep = Math.max(largestStep, Math.abs((samples[index] ?? 0) - (samples[index - 1] ?? 0)));
    expect(largestStep).toBeLessThan(1.9);
  });

  it('tells its length', () => {
    expect(lineWavDurationMs(44 + 16_000)).toBe(1000);
  });
});

describe('what is no WAV file we take', () => {
  const good = testWav({ tag: 1, bits: 16, rate: 8000, seconds: 0.1, signal: tone(440) });
  const changed = (change: (file: Buffer) => void): Buffer => {
    const file = Buffer.from(good);
    change(file);
    return file;
  };

  it.each([
    ['nothing', Buffer.alloc(0), 'notWav', /empty/],
    ['an MP3', Buffer.from('ID3\u0004rest of it'), 'notWav', /MP3.*Accepted are WAV/],
    ['a text', Buffer.from('{"not": "audio, at all"}'), 'notWav', /RIFF/],
    ['one cut off in the audio', good.subarray(0, good.length - 10), 'wavTruncated', /1600 bytes of audio and has 1590/],
    ['one cut off before the audio', good.subarray(0, 36), 'wavTruncated', /no "data" chunk/],
    ['one cut off in its format', good.subarray(0, 30), 'wavTruncated', /"fmt "/],
    ['ADPCM', changed((file) => file.writeUInt16LE(0x11, 20)), 'wavUnsupported', /IMA ADPCM.*Accepted/],
    ['an unknown format', changed((file) => file.writeUInt16LE(0x1234, 20)), 'wavUnsupported', /0x1234/],
    ['float of 64 bits', testWav({ tag: 3, bits: 64, rate: 8000, seconds: 0, signal: () => 0 }), 'wavUnsupported', /floating point with 64 bits/],
    ['six channels', testWav({ tag: 1, bits: 16, channels: 6, rate: 8000, seconds: 0.1, signal: () => 0 }), 'wavUnsupported', /6 channels/],
    ['96 kHz', testWav({ tag: 1, bits: 16, rate: 96_000, seconds: 0.01, signal: () => 0 }), 'wavUnsupported', /96000 Hz/],
    ['one that contradicts itself', changed((file) => file.writeUInt16LE(3, 32)), 'notWav', /contradicts itself/],
    ['one without audio', testWav({ tag: 1, bits: 16, rate: 8000, seconds: 0, signal: () => 0 }), 'wavEmpty', /no audio/],
  ])('%s is refused with words', (_name, file, code, message) => {
    expect(() => readWav(file)).toThrow(message);
    expect(() => readWav(file)).toThrow(expect.objectContaining({ code: expect.objectContaining({ name: code, kind: 'user' }) as unknown }) as Error);
  });

  it('never fails in another way, wherever it is cut and whatever byte is wrong', () => {
    const small = testWav({ tag: 1, bits: 16, channels: 2, rate: 8000, seconds: 0.002, signal: tone(440), extensible: true });
    const outcomes = new Set<string>();
    const read = (file: Buffer): void => {
      try {
        readWav(file);
        outcomes.add('read');
      } catch (error) {
        outcomes.add(error instanceof BranchlineError ? error.code.kind : `fault: ${String(error)}`);
      }
    };
    for (let length = 0; length < small.length; length += 1) read(small.subarray(0, length));
    for (let at = 0; at < small.length; at += 1) {
      for (const value of [0, 1, 0x7f, 0x80, 0xff]) {
        const file = Buffer.from(small);
        file[at] = value;
        read(file);
      }
    }
    expect([...outcomes].toSorted((a, b) => a.localeCompare(b))).toEqual(['read', 'user']);
  });
});
