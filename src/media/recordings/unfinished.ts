import { open, readdir, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';

import type { Logger } from '../../core/index.js';
import { sizeOf, syncFolder } from '../library/files.js';

/** Where recordings lie below the state directory. */
const FOLDER = 'recordings';
const PART = '.part';

/** What the engine's recorder writes: RIFF, `fmt `, for A-law `fact`, then `data` to the end of the file (native/common/wav_writer.cpp). */
const LINEAR_HEADER_BYTES = 44;
const ALAW_HEADER_BYTES = 58;
const FORMAT_TAG = { at: 20, linear: 1, alaw: 6 };
const FRAME_BYTES_AT = 32;
const FACT_SAMPLES_AT = 46;
const RATE = 8000;

type Outcome = 'completed' | 'empty' | 'inTheWay' | 'notOurs';

/**
 * At start-up, before any call: completes the recordings that a crash, a power cut or a full disk left as `<file>.part` below the state directory.
 * Their headers get the length that the file really has, and they get their names. One that can't be is left as it is, and the log says why; nothing
 * here keeps the service from starting.
 */
export async function completeUnfinished(stateDirectory: string, logger: Logger): Promise<void> {
  const root = path.join(path.resolve(stateDirectory), FOLDER);
  try {
    for (const part of await partsBelow(root)) await completeOne(part, logger);
  } catch (error) {
    logger.error({ err: error, folder: root }, 'recordings that were cut off could not be looked for');
  }
}

async function partsBelow(root: string): Promise<readonly string[]> {
  if ((await sizeOf(root)) === null) return [];
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile() && entry.name.endsWith(PART)).map((entry) => path.join(entry.parentPath, entry.name));
}

async function completeOne(part: string, logger: Logger): Promise<void> {
  const file = part.slice(0, -PART.length);
  try {
    if ((await sizeOf(file)) !== null) return tell('inTheWay', { part, file }, logger);
    const { outcome, seconds } = await repair(part);
    if (outcome === 'completed') await rename(part, file);
    if (outcome === 'empty') await rm(part);
    await syncFolder(path.dirname(part));
    tell(outcome, { part, file, seconds }, logger);
  } catch (error) {
    logger.error({ err: error, part }, 'a recording that was cut off could not be completed; the next start tries again');
  }
}

interface Repaired {
  readonly outcome: Outcome;
  readonly seconds: number;
}

/** Gives a recording's header the length that its file has, and brings it to the disk. */
async function repair(part: string): Promise<Repaired> {
  const handle = await open(part, 'r+');
  try {
    const { size } = await handle.stat();
    const header = await headerOf(handle);
    const kind = kindOf(header);
    if (kind === 'cut') return { outcome: 'empty', seconds: 0 };
    if (kind === 'foreign') return { outcome: 'notOurs', seconds: 0 };
    const frameBytes = header.readUInt16LE(FRAME_BYTES_AT);
    const frames = Math.floor((size - kind) / frameBytes);
    if (frames === 0) return { outcome: 'empty', seconds: 0 };
    // Half a frame at the end would be read as a chunk of its own.
    await handle.truncate(kind + frames * frameBytes);
    await handle.write(withLength(header.subarray(0, kind), frames, frameBytes), 0, kind, 0);
    await handle.sync();
    return { outcome: 'completed', seconds: frames / RATE };
  } finally {
    await handle.close();
  }
}

async function headerOf(handle: FileHandle): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(ALAW_HEADER_BYTES), 0, ALAW_HEADER_BYTES, 0);
  return buffer.subarray(0, bytesRead);
}

/** The size of the header; "cut" where not even that was written, or only as a hole of zeroes. */
function kindOf(header: Buffer): number | 'cut' | 'foreign' {
  if (header.every((byte) => byte === 0)) return 'cut';
  if (header.toString('latin1', 0, 4) !== 'RIFF'.slice(0, header.length)) return 'foreign';
  if (header.length < LINEAR_HEADER_BYTES) return 'cut';
  const alaw = header.readUInt16LE(FORMAT_TAG.at) === FORMAT_TAG.alaw;
  if (alaw && header.length < ALAW_HEADER_BYTES) return 'cut';
  const bytes = alaw ? ALAW_HEADER_BYTES : LINEAR_HEADER_BYTES;
  const ours = (alaw || header.readUInt16LE(FORMAT_TAG.at) === FORMAT_TAG.linear) && header.toString('latin1', 8, 16) === 'WAVEfmt ';
  return ours && header.toString('latin1', bytes - 8, bytes - 4) === 'data' && header.readUInt16LE(FRAME_BYTES_AT) > 0 ? bytes : 'foreign';
}

function withLength(header: Buffer, frames: number, frameBytes: number): Buffer {
  header.writeUInt32LE(header.length - 8 + frames * frameBytes, 4);
  if (header.length === ALAW_HEADER_BYTES) header.writeUInt32LE(frames, FACT_SAMPLES_AT);
  header.writeUInt32LE(frames * frameBytes, header.length - 4);
  return header;
}

function tell(outcome: Outcome, fields: { readonly part: string; readonly file: string; readonly seconds?: number }, logger: Logger): void {
  switch (outcome) {
    case 'completed':
      logger.warn(fields, 'a recording that was cut off was completed under its name, with what there is of it');
      return;
    case 'empty':
      logger.warn(fields, 'a recording that was cut off before its first sound was removed');
      return;
    case 'inTheWay':
      logger.warn(fields, 'a recording that was cut off stays as it is: another has its name; move one of the two away');
      return;
    case 'notOurs':
      logger.warn(fields, 'a file that looks like a recording that was cut off is none; move it away');
      return;
  }
}
