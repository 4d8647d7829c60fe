import { BranchlineError } from '../../core/index.js';
import { convertToLineWav } from '../library/convert.js';
import { readWav } from '../library/wav-reader.js';
import { speechErrors } from './errors.js';

const HEADER_BYTES = 44;
/** About -56 dB below full scale: below it nobody hears speech on a line. */
const SILENT_PEAK = 50;

/**
 * An engine's WAV as lines play it: 8 kHz, mono, 16 bits.
 *
 * @throws `speechEngineFailed` where it is no such file, `speechEngineSilent` where nothing can be heard in it.
 */
export async function lineAudioOf(engine: string, wav: Buffer): Promise<Buffer> {
  const line = await converted(engine, wav);
  if (peakOf(line) < SILENT_PEAK) throw new BranchlineError(speechErrors.speechEngineSilent, `${engine} spoke nothing that can be heard`);
  return line;
}

async function converted(engine: string, wav: Buffer): Promise<Buffer> {
  try {
    return await convertToLineWav(readWav(withTrueSizes(wav)));
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    throw new BranchlineError(speechErrors.speechEngineFailed, `${engine} gave no audio that can be used: ${what}`, { cause: error });
  }
}

/** A program that writes to a pipe does not know how long its audio becomes, and writes 0 or some large size: then what came is all of it. */
function withTrueSizes(wav: Buffer): Buffer {
  const data = wav.indexOf('data', 12, 'latin1');
  if (data === -1 || data + 8 > wav.length) return wav;
  const bytes = wav.length - data - 8;
  const claimed = wav.readUInt32LE(data + 4);
  if (claimed !== 0 && (claimed < UNKNOWN_SIZES_FROM || claimed <= bytes)) return wav;
  const mended = Buffer.from(wav);
  mended.writeUInt32LE(bytes, data + 4);
  return mended;
}

/** No engine's answer is as large (espeak-ng writes 0x7ffff000): a smaller size that is not reached means audio that was cut off. */
const UNKNOWN_SIZES_FROM = 0x7f00_0000;

function peakOf(line: Buffer): number {
  let peak = 0;
  for (let at = HEADER_BYTES; at + 1 < line.length; at += 2) peak = Math.max(peak, Math.abs(line.readInt16LE(at)));
  return peak;
}
