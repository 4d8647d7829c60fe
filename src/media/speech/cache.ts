import { createHash } from 'node:crypto';
import { mkdir, open, readdir, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';

import { BranchlineError, type Clock, type Logger } from '../../core/index.js';
import { placeFile } from '../library/files.js';
import type { SpeechEngine, Utterance } from './engine.js';
import { speechErrors } from './errors.js';

/** A file that was handed out stays this long: a call plays it, or is about to. */
const IN_USE_MS = 120_000;
const FILE_NAME = /^[0-9a-f]{64}\.wav$/;
const HEADER_BYTES = 44;

export interface SpeechCacheOptions {
  /** Absolute. Whatever lies in it is the cache's. */
  readonly folder: string;
  readonly maxBytes: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Entry {
  readonly bytes: number;
  /** Monotonic; null: not since the start. */
  usedAt: number | null;
}

/**
 * Spoken audio by what was asked for, on disk. A file is written under another name, synced and renamed: one that has its name is whole. What was used
 * longest ago goes when there is no more room; it may hold more than its bound only with what calls took within the last two minutes.
 */
export class SpeechCache {
  readonly #options: SpeechCacheOptions;
  /** By file name, the one used longest ago first. */
  readonly #entries = new Map<string, Entry>();
  /** What is being made, so that many who ask at once wait for one. */
  readonly #making = new Map<string, Promise<string>>();
  #bytes = 0;

  constructor(options: SpeechCacheOptions) {
    this.#options = options;
  }

  /**
   * Takes up what an earlier run left, and removes what is none of it: files half written, damaged, or foreign. A folder that cannot be read is logged:
   * without it nothing is spoken, but calls go on.
   */
  async start(): Promise<void> {
    const { folder, logger } = this.#options;
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await this.#takeUp(await readdir(folder));
      await this.#makeRoom();
    } catch (error) {
      logger.error({ err: error, folder }, 'the speech cache cannot be used');
    }
  }

  async #takeUp(names: readonly string[]): Promise<void> {
    const { folder, logger } = this.#options;
    const found = await Promise.all(names.map((name) => this.#inspect(name)));
    for (const { name, bytes } of found.toSorted((a, b) => a.usedAt - b.usedAt)) {
      if (bytes === null) await rm(path.join(folder, name), { recursive: true, force: true });
      else this.#add(name, bytes, null);
    }
    const removed = found.filter(({ bytes }) => bytes === null).map(({ name }) => name);
    if (removed.length > 0) logger.warn({ files: removed }, 'files of the speech cache that were not whole were removed');
  }

  /**
   * Absolute path of the file under `key`; where there is none, `make` makes its content (an 8 kHz WAV with a header of 44 bytes).
   *
   * @throws what `make` throws, or `speechNotStored`.
   */
  async get(key: string, make: () => Promise<Buffer>): Promise<string> {
    const name = `${key}.wav`;
    const entry = this.#entries.get(name);
    if (entry !== undefined && (await this.#use(name, entry))) return this.#pathOf(name);
    const under = this.#making.get(name);
    if (under !== undefined) return under;
    const making = this.#make(name, make).finally(() => this.#making.delete(name));
    this.#making.set(name, making);
    return making;
  }

  async #make(name: string, make: () => Promise<Buffer>): Promise<string> {
    const content = await make();
    try {
      await (await placeFile(this.#pathOf(name), content)).keep();
    } catch (error) {
      throw new BranchlineError(speechErrors.speechNotStored, 'Spoken audio could not be written to the state folder: is the disk full?', {
        cause: error,
      });
    }
    this.#add(name, content.length, this.#options.clock.monotonic());
    await this.#makeRoom();
    return this.#pathOf(name);
  }

  #add(name: string, bytes: number, usedAt: number | null): void {
    this.#entries.set(name, { bytes, usedAt });
    this.#bytes += bytes;
  }

  /** Marks it used; false where somebody removed the file. The file's own time says after a restart when it was used. */
  async #use(name: string, entry: Entry): Promise<boolean> {
    entry.usedAt = this.#options.clock.monotonic();
    this.#entries.delete(name);
    this.#entries.set(name, entry);
    const now = this.#options.clock.now() / 1000;
    try {
      await utimes(this.#pathOf(name), now, now);
      return true;
    } catch {
      this.#forget(name, entry);
      return false;
    }
  }

  async #makeRoom(): Promise<void> {
    const { maxBytes, clock, logger } = this.#options;
    const usedBefore = clock.monotonic() - IN_USE_MS;
    for (const [name, entry] of this.#entries) {
      if (this.#bytes <= maxBytes) return;
      if (entry.usedAt !== null && entry.usedAt > usedBefore) return;
      this.#forget(name, entry);
      await rm(this.#pathOf(name), { force: true }).catch((error: unknown) =>
        logger.warn({ err: error }, 'a file of the speech cache stays until the next start'),
      );
    }
  }

  #forget(name: string, entry: Entry): void {
    if (this.#entries.delete(name)) this.#bytes -= entry.bytes;
  }

  #pathOf(name: string): string {
    return path.join(this.#options.folder, name);
  }

  /** `bytes` is null for what is not to be served. */
  async #inspect(name: string): Promise<{ readonly name: string; readonly bytes: number | null; readonly usedAt: number }> {
    const file = this.#pathOf(name);
    const { size, mtimeMs } = await stat(file);
    const whole = FILE_NAME.test(name) && (await announcedSize(file)) === size;
    return { name, bytes: whole ? size : null, usedAt: mtimeMs };
  }
}

/** What an engine says for an utterance, as a key: every field that changes the audio is in it. */
export function cacheKey(engine: SpeechEngine, { text, voice }: Utterance): string {
  const parts = [engine.identity, voice.name ?? '', voice.language, voice.gender, voice.ratePercent, text];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** How long a WAV file is by its own header; a power cut may leave a file that is shorter, or of zeros. */
async function announcedSize(file: string): Promise<number | null> {
  const header = Buffer.alloc(HEADER_BYTES);
  const handle = await open(file, 'r').catch(() => null);
  try {
    await handle?.read(header, 0, HEADER_BYTES, 0);
  } catch {
    return null;
  } finally {
    await handle?.close();
  }
  return header.toString('latin1', 0, 4) === 'RIFF' && header.toString('latin1', 36, 40) === 'data' ? HEADER_BYTES + header.readUInt32LE(40) : null;
}
