import type { SampleFormat, WavAudio } from './wav-reader.js';

/** A-law and mu-law bytes as samples of -1…1 (ITU-T G.711, tables 1a and 2a). */
const ALAW = Float32Array.from({ length: 256 }, (_, code) => alawSample(code));
const MULAW = Float32Array.from({ length: 256 }, (_, code) => mulawSample(code));

/** Samples of -1…1 from frame `from` on, `count` of them; two channels are mixed to one at half level each. */
export function monoSamples({ format, channels, data, frameBytes }: WavAudio, from: number, count: number): Float32Array {
  const read = readers[format];
  const step = frameBytes / channels;
  const samples = new Float32Array(count);
  for (let index = 0; index < count; index += 1) {
    const at = (from + index) * frameBytes;
    const first = read(data, at);
    samples[index] = channels === 1 ? first : (first + read(data, at + step)) / 2;
  }
  return samples;
}

const readers: Readonly<Record<SampleFormat, (data: Buffer, at: number) => number>> = {
  pcm8: (data, at) => ((data[at] ?? 128) - 128) / 128,
  pcm16: (data, at) => data.readInt16LE(at) / 32_768,
  pcm24: (data, at) => data.readIntLE(at, 3) / 8_388_608,
  pcm32: (data, at) => data.readInt32LE(at) / 2_147_483_648,
  float32: (data, at) => finite(data.readFloatLE(at)),
  alaw: (data, at) => ALAW[data[at] ?? 0] ?? 0,
  mulaw: (data, at) => MULAW[data[at] ?? 0] ?? 0,
};

function finite(value: number): number {
  return Number.isFinite(value) ? Math.max(-1, Math.min(1, value)) : 0;
}

function alawSample(code: number): number {
  const bits = code ^ 0x55;
  const segment = (bits >> 4) & 7;
  const step = ((bits & 15) << 4) + 8;
  const size = segment === 0 ? step : (step + 0x100) << (segment - 1);
  return ((bits & 0x80) === 0 ? -size : size) / 32_768;
}

function mulawSample(code: number): number {
  const bits = ~code & 0xff;
  const size = ((((bits & 15) << 3) + 0x84) << ((bits >> 4) & 7)) - 0x84;
  return ((bits & 0x80) === 0 ? size : -size) / 32_768;
}
