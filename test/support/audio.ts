// What tests say and how they judge what was heard. Samples are linear, 8 kHz, full scale ±1, unless said otherwise.
import { linearOf } from './rtp-peer.js';

export const RATE = 8000;
const FULL_SCALE = 32_768;

/**
 * `seconds` of noise between about 300 and 3,000 Hz at `dbm0` that no two seeds share and that resembles itself at no other moment: what was heard of
 * it says which piece of which prompt it is.
 */
export function noise(seed: number, seconds: number, dbm0 = -16): Float64Array {
  const samples = new Float64Array(Math.round(seconds * RATE));
  const random = generator(seed);
  let low = 0;
  let slow = 0;
  for (let n = 0; n < samples.length; n += 1) {
    const white = random() * 2 - 1;
    low += 0.7 * (white - low);
    slow += 0.15 * (low - slow);
    samples[n] = low - slow;
  }
  const gain = 10 ** ((dbm0 - 3.14) / 20) / Math.SQRT2 / rms(samples);
  return samples.map((sample) => Math.max(-0.99, Math.min(0.99, sample * gain)));
}

/** `seconds` of a sine at `dbm0`. */
export function sine(hertz: number, seconds: number, dbm0 = -10): Float64Array {
  const amplitude = 10 ** ((dbm0 - 3.14) / 20);
  return Float64Array.from({ length: Math.round(seconds * RATE) }, (_, n) => amplitude * Math.sin((2 * Math.PI * hertz * n) / RATE));
}

/** Mulberry32: small, seeded, even enough for noise. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A WAV file of 16-bit samples at 8 kHz. */
export function wavOf(samples: ArrayLike<number>): Buffer {
  const body = Buffer.alloc(samples.length * 2);
  for (let n = 0; n < samples.length; n += 1) body.writeInt16LE(Math.round(Math.max(-1, Math.min(0.999_97, samples[n] ?? 0)) * FULL_SCALE), n * 2);
  const header = Buffer.alloc(44);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(36 + body.length, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(RATE, 24);
  header.writeUInt32LE(RATE * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(body.length, 40);
  return Buffer.concat([header, body]);
}

/** Reads a mono WAV of 8 kHz, 16-bit or A-law. */
export function samplesOf(wav: Buffer): Float64Array {
  const { format, rate, body } = chunksOf(wav);
  if (rate !== RATE) throw new Error(`the WAV has ${rate} samples a second`);
  if (format === 6) return Float64Array.from(body, (byte) => linearOf(byte) / FULL_SCALE);
  if (format === 1) return Float64Array.from({ length: body.length >> 1 }, (_, n) => body.readInt16LE(n * 2) / FULL_SCALE);
  throw new Error(`the WAV has format ${format}`);
}

function chunksOf(wav: Buffer): { readonly format: number; readonly rate: number; readonly body: Buffer } {
  let format = 0;
  let rate = 0;
  for (let at = 12; at + 8 <= wav.length;) {
    const length = wav.readUInt32LE(at + 4);
    const name = wav.toString('latin1', at, at + 4);
    if (name === 'fmt ') {
      format = wav.readUInt16LE(at + 8);
      rate = wav.readUInt32LE(at + 12);
    }
    if (name === 'data') return { format, rate, body: wav.subarray(at + 8, at + 8 + length) };
    at += 8 + length + (length & 1);
  }
  throw new Error('the WAV has no data');
}

/** Root mean square. */
export function rms(samples: ArrayLike<number>): number {
  let sum = 0;
  for (let n = 0; n < samples.length; n += 1) sum += (samples[n] ?? 0) ** 2;
  return Math.sqrt(sum / Math.max(1, samples.length));
}

/** Level in dBm0 of all of it: a full-scale sine is +3.14 (ITU-T G.711). */
export function level(samples: ArrayLike<number>): number {
  return 20 * Math.log10(rms(samples) * Math.SQRT2 + 1e-9) + 3.14;
}

/** Level in dBm0 of a sine of `hertz` in it (Goertzel's sum). */
export function toneLevelOf(samples: ArrayLike<number>, hertz: number, rate = RATE): number {
  let re = 0;
  let im = 0;
  for (let n = 0; n < samples.length; n += 1) {
    re += (samples[n] ?? 0) * Math.cos((2 * Math.PI * hertz * n) / rate);
    im += (samples[n] ?? 0) * Math.sin((2 * Math.PI * hertz * n) / rate);
  }
  return 20 * Math.log10((2 * Math.hypot(re, im)) / Math.max(1, samples.length) + 1e-9) + 3.14;
}

/** Where a piece was found: `peak` is the normalised cross-correlation there (1: the same but for its level), `at` the first sample. */
export interface Match {
  readonly peak: number;
  readonly at: number;
}

/** The place in `heard` that resembles `piece` most. */
export function find(piece: Float64Array, heard: Float64Array): Match {
  if (heard.length < piece.length || piece.length === 0) return { peak: 0, at: -1 };
  const products = correlation(piece, heard);
  const pieceEnergy = energy(piece, 0, piece.length);
  let running = energy(heard, 0, piece.length);
  // Where next to nothing was heard a ratio says nothing.
  const floor = pieceEnergy * 1e-4;
  let best: Match = { peak: 0, at: -1 };
  for (let at = 0; at + piece.length <= heard.length; at += 1) {
    const peak = (products[at] ?? 0) / Math.sqrt(pieceEnergy * Math.max(running, floor));
    if (peak > best.peak) best = { peak, at };
    running += (heard[at + piece.length] ?? 0) ** 2 - (heard[at] ?? 0) ** 2;
  }
  return best;
}

/** The loudest `seconds` of a prompt: what to look for in what was heard. */
export function loudest(prompt: Float64Array, seconds = 1): Float64Array {
  const length = Math.min(prompt.length, Math.round(seconds * RATE));
  let bestAt = 0;
  let best = 0;
  for (let at = 0; at + length <= prompt.length; at += 80) {
    const here = energy(prompt, at, at + length);
    if (here > best) [best, bestAt] = [here, at];
  }
  return prompt.subarray(bestAt, bestAt + length);
}

/** How much the loudest second of a prompt resembles the best fitting second of what was heard. */
export function resemblance(prompt: Float64Array, heard: Float64Array): number {
  return find(loudest(prompt), heard).peak;
}

/** One step of what was followed: where it begins in the prompt, in ms, and how well it was found. */
export interface Step {
  readonly atMs: number;
  readonly peak: number;
}

/**
 * Follows a prompt through what was heard, 200 ms at a time from its beginning. Each step is looked for at the place where it must be when nothing is
 * missing, doubled or late: where the one before was, moved on. `slackMs`: it may also be so much earlier or later than that, as a jitter buffer makes it
 * when its sender was late. Steps that were not heard any more are left out.
 */
export function follow(prompt: Float64Array, heard: Float64Array, slackMs = 0): Step[] {
  const step = RATE / 5;
  const slack = (slackMs * RATE) / 1000;
  const steps: Step[] = [];
  let place = find(prompt.subarray(0, step), heard).at;
  for (let at = 0; place >= 0 && at + step <= prompt.length && place + step <= heard.length; at += step) {
    const from = Math.max(0, place - slack);
    const match = find(prompt.subarray(at, at + step), heard.subarray(from, place + step + slack));
    steps.push({ atMs: (at * 1000) / RATE, peak: match.peak });
    place = (match.peak >= 0.9 ? from + match.at : place) + step;
  }
  return steps;
}

function energy(samples: Float64Array, from: number, to: number): number {
  let sum = 0;
  for (let n = from; n < to; n += 1) sum += (samples[n] ?? 0) ** 2;
  return sum;
}

/** Sum of products at each shift, by Fourier transform. */
function correlation(piece: Float64Array, heard: Float64Array): Float64Array {
  let size = 1;
  while (size < piece.length + heard.length) size *= 2;
  const [aRe, aIm] = [new Float64Array(size), new Float64Array(size)];
  const [bRe, bIm] = [new Float64Array(size), new Float64Array(size)];
  aRe.set(heard);
  bRe.set(piece);
  transform(aRe, aIm, 1);
  transform(bRe, bIm, 1);
  for (let n = 0; n < size; n += 1) {
    const [ar, ai, br, bi] = [aRe[n] ?? 0, aIm[n] ?? 0, bRe[n] ?? 0, bIm[n] ?? 0];
    aRe[n] = ar * br + ai * bi;
    aIm[n] = ai * br - ar * bi;
  }
  transform(aRe, aIm, -1);
  return aRe.map((value) => value / size);
}

/** Cooley and Tukey, in place; `direction` −1: the inverse, not scaled. */
function transform(re: Float64Array, im: Float64Array, direction: 1 | -1): void {
  const size = re.length;
  for (let n = 1, reversed = 0; n < size; n += 1) {
    let bit = size >> 1;
    for (; (reversed & bit) !== 0; bit >>= 1) reversed ^= bit;
    reversed ^= bit;
    if (n < reversed) {
      [re[n], re[reversed]] = [re[reversed] ?? 0, re[n] ?? 0];
      [im[n], im[reversed]] = [im[reversed] ?? 0, im[n] ?? 0];
    }
  }
  for (let length = 2; length <= size; length *= 2) {
    const half = length / 2;
    const angle = (-2 * Math.PI * direction) / length;
    for (let k = 0; k < half; k += 1) {
      const [wr, wi] = [Math.cos(angle * k), Math.sin(angle * k)];
      for (let at = k; at < size; at += length) {
        const other = at + half;
        const [or, oi] = [re[other] ?? 0, im[other] ?? 0];
        const [tr, ti] = [or * wr - oi * wi, or * wi + oi * wr];
        re[other] = (re[at] ?? 0) - tr;
        im[other] = (im[at] ?? 0) - ti;
        re[at] = (re[at] ?? 0) + tr;
        im[at] = (im[at] ?? 0) + ti;
      }
    }
  }
}
