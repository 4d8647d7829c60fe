import { setImmediate as nextTurn } from 'node:timers/promises';

import { LINE_RATE, Resampler } from './resampler.js';
import { monoSamples } from './samples.js';
import type { WavAudio } from './wav-reader.js';

/** Output samples made at a time: a few milliseconds of work, then calls get their turn. */
const PIECE = 250;
const HEADER_BYTES = 44;

/** A WAV file of 8 kHz, mono, 16-bit PCM with the same audio. */
export async function convertToLineWav(audio: WavAudio): Promise<Buffer> {
  const frames = audio.data.length / audio.frameBytes;
  const resampler = new Resampler(audio.sampleRate);
  const length = resampler.outputLength(frames);
  const file = Buffer.alloc(HEADER_BYTES + length * 2);
  writeHeader(file, length * 2);
  for (let done = 0; done < length; done += PIECE) {
    convertPiece(audio, frames, resampler, { from: done, to: Math.min(length, done + PIECE) }, file);
    await nextTurn();
  }
  return file;
}

/** Length of a file that `convertToLineWav` made, in ms. */
export function lineWavDurationMs(fileBytes: number): number {
  return Math.round(((fileBytes - HEADER_BYTES) / 2 / LINE_RATE) * 1000);
}

function convertPiece(audio: WavAudio, frames: number, resampler: Resampler, { from, to }: { from: number; to: number }, file: Buffer): void {
  const first = Math.max(0, Math.floor(resampler.placeOf(from)) - resampler.reach);
  const last = Math.min(frames, Math.ceil(resampler.placeOf(to)) + resampler.reach + 1);
  const input = monoSamples(audio, first, last - first);
  for (let output = from; output < to; output += 1) {
    const sample = Math.round(resampler.sampleAt(input, first, output) * 32_768);
    file.writeInt16LE(Math.max(-32_768, Math.min(32_767, sample)), HEADER_BYTES + output * 2);
  }
}

/** RIFF/WAVE, one "fmt " chunk of 16 bytes, one "data" chunk. */
function writeHeader(file: Buffer, dataBytes: number): void {
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(HEADER_BYTES - 8 + dataBytes, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(LINE_RATE, 24);
  file.writeUInt32LE(LINE_RATE * 2, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36, 'latin1');
  file.writeUInt32LE(dataBytes, 40);
}
