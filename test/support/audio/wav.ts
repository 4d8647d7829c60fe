/** How a test file is written: tag and bits as in its "fmt " chunk. */
export interface TestWav {
  readonly rate: number;
  readonly tag: number;
  readonly bits: number;
  readonly channels?: number;
  /** -1…1 for a channel at a time in seconds. */
  readonly signal: (seconds: number, channel: number) => number;
  readonly seconds: number;
  /** Written as WAVE_FORMAT_EXTENSIBLE, with a chunk of odd length before the audio. */
  readonly extensible?: boolean;
}

/** A WAV file of the given kind. */
export function testWav({ rate, tag, bits, channels = 1, signal, seconds, extensible = false }: TestWav): Buffer {
  const frames = Math.round(seconds * rate);
  const frameBytes = (bits / 8) * channels;
  const data = Buffer.alloc(frames * frameBytes);
  for (let frame = 0; frame < frames; frame += 1) {
    for (let channel = 0; channel < channels; channel += 1) {
      writeSample(data, frame * frameBytes + (channel * bits) / 8, signal(frame / rate, channel), tag, bits);
    }
  }
  const format = Buffer.alloc(extensible ? 40 : 16);
  format.writeUInt16LE(extensible ? 0xfffe : tag, 0);
  format.writeUInt16LE(channels, 2);
  format.writeUInt32LE(rate, 4);
  format.writeUInt32LE(rate * frameBytes, 8);
  format.writeUInt16LE(frameBytes, 12);
  format.writeUInt16LE(bits, 14);
  if (extensible) format.writeUInt16LE(tag, 24);
  return riff([...(extensible ? [chunk('LIST', Buffer.from('odd'))] : []), chunk('fmt ', format), chunk('data', data)]);
}

/** Level of a frequency in samples of -1…1, dB relative to full scale (a sine of amplitude 1 is 0 dB). */
export function levelOf(samples: Float32Array, frequency: number, rate: number): number {
  let [real, imaginary] = [0, 0];
  for (const [index, sample] of samples.entries()) {
    const phase = (2 * Math.PI * frequency * index) / rate;
    const window = 1 - Math.cos((2 * Math.PI * index) / samples.length);
    real += sample * window * Math.cos(phase);
    imaginary += sample * window * Math.sin(phase);
  }
  return 20 * Math.log10((2 * Math.hypot(real, imaginary)) / samples.length + 1e-12);
}

/** The samples of an 8 kHz mono 16-bit file with a 44-byte header. */
export function lineSamples(file: Buffer): Float32Array {
  return Float32Array.from({ length: (file.length - 44) / 2 }, (_, index) => file.readInt16LE(44 + index * 2) / 32_768);
}

function writeSample(data: Buffer, at: number, value: number, tag: number, bits: number): void {
  if (tag === 3) data.writeFloatLE(value, at);
  else if (tag === 6) data[at] = alawCode(value);
  else if (tag === 7) data[at] = mulawCode(value);
  else if (bits === 8) data[at] = Math.round(value * 127) + 128;
  else data.writeIntLE(Math.round(value * (2 ** (bits - 1) - 1)), at, bits / 8);
}

/** ITU-T G.711 encoders as the Recommendation's decision values give them. */
function alawCode(value: number): number {
  const size = Math.min(4095, Math.floor(Math.abs(value) * 4096));
  let segment = 0;
  while (segment < 7 && size >= 32 << segment) segment += 1;
  const code = (segment << 4) | ((size >> Math.max(1, segment)) & 15);
  return ((value >= 0 ? 0x80 : 0) | code) ^ 0x55;
}

function mulawCode(value: number): number {
  const size = Math.min(8158, Math.floor(Math.abs(value) * 8159)) + 33;
  let segment = 0;
  while (segment < 7 && size >= 64 << segment) segment += 1;
  return ~((value < 0 ? 0x80 : 0) | (segment << 4) | ((size >> (segment + 1)) & 15)) & 0xff;
}

function chunk(id: string, content: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.write(id, 0, 'latin1');
  head.writeUInt32LE(content.length, 4);
  return Buffer.concat([head, content, Buffer.alloc(content.length % 2)]);
}

function riff(chunks: readonly Buffer[]): Buffer {
  const body = Buffer.concat([Buffer.from('WAVE', 'latin1'), ...chunks]);
  return chunk('RIFF', body);
}
