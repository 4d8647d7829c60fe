import { BranchlineError, type ErrorCode } from '../../core/index.js';
import { audioLibraryErrors } from './errors.js';

/** How the samples of a WAV file are written. */
export type SampleFormat = 'pcm8' | 'pcm16' | 'pcm24' | 'pcm32' | 'float32' | 'alaw' | 'mulaw';

/** The audio of a WAV file, still as it was written; `data` is a view into the file. */
export interface WavAudio {
  readonly format: SampleFormat;
  readonly channels: 1 | 2;
  /** Hz, 8,000 to 48,000. */
  readonly sampleRate: number;
  /** Whole frames only. */
  readonly data: Buffer;
  /** Bytes of one sample of all channels. */
  readonly frameBytes: number;
}

const ACCEPTED = 'Accepted are WAV files with PCM of 8, 16, 24 or 32 bits, 32-bit float, A-law or mu-law, mono or stereo, 8,000 to 48,000 Hz.';

/** Format tags of mmreg.h. */
const PCM = 0x0001;
const IEEE_FLOAT = 0x0003;
const ALAW = 0x0006;
const MULAW = 0x0007;
const EXTENSIBLE = 0xfffe;
const TAG_NAMES: ReadonlyMap<number, string> = new Map([
  [0x0002, 'Microsoft ADPCM'],
  [0x0011, 'IMA ADPCM'],
  [0x0031, 'GSM 6.10'],
  [0x0050, 'MPEG'],
  [0x0055, 'MP3'],
]);
/** What is written for a size that was not known when writing began (a pipe). */
const UNKNOWN_SIZE = 0xffffffff;

interface Chunk {
  readonly id: string;
  readonly size: number;
  readonly start: number;
}

/** Reads a RIFF/WAVE file. Throws `notWav`, `wavTruncated`, `wavUnsupported` or `wavEmpty`; the message says what is accepted. */
export function readWav(file: Buffer): WavAudio {
  checkRiff(file);
  const chunks = chunksOf(file);
  const format = chunks.find((chunk) => chunk.id === 'fmt ');
  const data = chunks.find((chunk) => chunk.id === 'data');
  if (format === undefined) throw refuse(audioLibraryErrors.notWav, 'The WAV file has no "fmt " chunk: it is damaged, or no audio. Upload another.');
  const shape = readFormat(file, format);
  if (data === undefined) throw refuse(audioLibraryErrors.wavTruncated, 'The WAV file has no "data" chunk: it was cut off. Upload it again.');
  const bytes = bytesOf(file, data);
  const whole = bytes.subarray(0, bytes.length - (bytes.length % shape.frameBytes));
  if (whole.length === 0) throw refuse(audioLibraryErrors.wavEmpty, 'The WAV file holds no audio: record it again.');
  return { ...shape, data: whole };
}

function checkRiff(file: Buffer): void {
  const magic = file.toString('latin1', 0, 4);
  if (magic === 'RIFF' && file.toString('latin1', 8, 12) === 'WAVE') return;
  throw refuse(audioLibraryErrors.notWav, `${whatElse(file, magic)} ${ACCEPTED} Convert it first.`);
}

function whatElse(file: Buffer, magic: string): string {
  if (file.length === 0) return 'The file is empty.';
  if (magic.startsWith('ID3') || (file[0] === 0xff && ((file[1] ?? 0) & 0xe0) === 0xe0)) return 'The file looks like MP3, not WAV.';
  if (magic === 'OggS') return 'The file is Ogg, not WAV.';
  if (magic === 'fLaC') return 'The file is FLAC, not WAV.';
  if (magic === 'RIFX' || magic === 'RF64') return `The file is of the ${magic} kind, not plain WAV.`;
  return 'The file is not a WAV file: it does not begin with RIFF … WAVE.';
}

/** Chunks begin at even places; the last one may claim more than there is. */
function chunksOf(file: Buffer): readonly Chunk[] {
  const chunks: Chunk[] = [];
  for (let at = 12; at + 8 <= file.length;) {
    const chunk = { id: file.toString('latin1', at, at + 4), size: file.readUInt32LE(at + 4), start: at + 8 };
    chunks.push(chunk);
    at = chunk.start + chunk.size + (chunk.size % 2);
  }
  return chunks;
}

function bytesOf(file: Buffer, { size, start }: Chunk): Buffer {
  const available = file.length - start;
  if (size !== UNKNOWN_SIZE && size > available) {
    throw refuse(
      audioLibraryErrors.wavTruncated,
      `The WAV file is cut off: it announces ${size} bytes of audio and has ${available}. Upload it again.`,
    );
  }
  return file.subarray(start, start + Math.min(size, available));
}

function readFormat(file: Buffer, { size, start }: Chunk): Omit<WavAudio, 'data'> {
  if (size < 16 || start + size > file.length)
    throw refuse(audioLibraryErrors.wavTruncated, 'The "fmt " chunk of the WAV file is cut off. Upload it again.');
  const written = file.readUInt16LE(start);
  const tag = written === EXTENSIBLE && size >= 40 ? file.readUInt16LE(start + 24) : written;
  const channels = file.readUInt16LE(start + 2);
  const sampleRate = file.readUInt32LE(start + 4);
  const blockAlign = file.readUInt16LE(start + 12);
  const bits = file.readUInt16LE(start + 14);
  const format = formatOf(tag, bits);
  if (channels !== 1 && channels !== 2) throw unsupported(`has ${channels} channels`);
  if (sampleRate < 8000 || sampleRate > 48_000) throw unsupported(`has a sampling rate of ${sampleRate} Hz`);
  const frameBytes = (channels * bits) / 8;
  if (blockAlign !== frameBytes)
    throw refuse(
      audioLibraryErrors.notWav,
      `The WAV file contradicts itself: ${bits} bits and ${channels} channels are not ${blockAlign} bytes a sample. It is damaged: upload another.`,
    );
  return { format, channels, sampleRate, frameBytes };
}

function formatOf(tag: number, bits: number): SampleFormat {
  const key = `${tag}/${bits}`;
  const formats: Readonly<Record<string, SampleFormat>> = {
    [`${PCM}/8`]: 'pcm8',
    [`${PCM}/16`]: 'pcm16',
    [`${PCM}/24`]: 'pcm24',
    [`${PCM}/32`]: 'pcm32',
    [`${IEEE_FLOAT}/32`]: 'float32',
    [`${ALAW}/8`]: 'alaw',
    [`${MULAW}/8`]: 'mulaw',
  };
  const format = formats[key];
  if (format !== undefined) return format;
  const known = tag === PCM ? 'PCM' : tag === IEEE_FLOAT ? 'floating point' : TAG_NAMES.get(tag);
  throw unsupported(`is ${known ?? `of the unknown format 0x${tag.toString(16).padStart(4, '0')}`} with ${bits} bits`);
}

function unsupported(what: string): BranchlineError {
  return refuse(audioLibraryErrors.wavUnsupported, `The WAV file ${what}. ${ACCEPTED}`);
}

function refuse(code: ErrorCode, message: string): BranchlineError {
  return new BranchlineError(code, message);
}
