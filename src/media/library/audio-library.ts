import { rm } from 'node:fs/promises';
import path from 'node:path';

import { BranchlineError, newId, SerialQueue, type Clock, type Logger } from '../../core/index.js';
import type { AudioFileRecord, Store, WriteCommand } from '../../store/index.js';
import { convertToLineWav, lineWavDurationMs } from './convert.js';
import { audioLibraryErrors } from './errors.js';
import { placeFile, sizeOf, sweep, syncFolder } from './files.js';
import { readWav } from './wav-reader.js';

/** The platform's limit (platform.md §6.12). */
export const MAX_UPLOAD_BYTES = 10 * 1024 * 1024;
const MAX_SLUG_LENGTH = 64;
const SLUG = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const FOLDER = 'audio';

/** What is uploaded: at once, or as it comes. */
export type AudioContent = Buffer | AsyncIterable<Uint8Array>;

export interface AudioImport {
  readonly accountId: string;
  /** What plans will call it: lower case letters, digits and single "-", at most 64; it never changes. */
  readonly slug: string;
  readonly description: string;
  readonly content: AudioContent;
}

export interface AudioLibraryPorts {
  readonly stateDirectory: string;
  readonly store: Pick<Store, 'audioFiles' | 'accounts' | 'commit'>;
  /** Names of call plans whose active version plays a file; the call plan room fulfils it. */
  readonly usage: { plansPlaying(accountId: string, slug: string): readonly string[] };
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * The audio files that plans play: converted to 8 kHz mono 16-bit WAV when they come, kept under `<state>/audio/<account>/<slug>.wav`, with a row
 * each. File and row are made one after the other under a queue; a crash in between is put right by `start`. Whether the caller may see an
 * account is the API's matter.
 */
export class AudioLibrary {
  readonly #ports: AudioLibraryPorts;
  /** Absolute: the audio engine takes no other paths. */
  readonly #stateDirectory: string;
  readonly #changes = new SerialQueue();

  constructor(ports: AudioLibraryPorts) {
    this.#ports = ports;
    this.#stateDirectory = path.resolve(ports.stateDirectory);
  }

  /** At start-up, before any call: removes files without a row, and brings rows up to date whose replacement a crash cut short. */
  start(): Promise<void> {
    return this.#changes.add(async () => {
      const rows = this.#allRows();
      for (const record of rows) await this.#reconcile(record);
      const swept = await sweep(path.join(this.#stateDirectory, FOLDER), new Set(rows.map((record) => this.pathOf(record))));
      if (swept.length > 0) this.#ports.logger.warn({ files: swept }, 'audio files that nothing refers to were removed');
    });
  }

  /** Throws what `readWav` throws, `audioTooLarge`, `slugInvalid`, `slugTaken`, `audioNotStored`; nothing is kept then. */
  async import({ accountId, slug, description, content }: AudioImport): Promise<AudioFileRecord> {
    checkSlug(slug);
    this.#slugIsFree(accountId, slug);
    const wav = await lineWavOf(content);
    return this.#changes.add(async () => {
      this.#slugIsFree(accountId, slug);
      const relative = path.join(FOLDER, accountId, `${slug}.wav`);
      const times = { createdAt: this.#ports.clock.now() };
      const record = { id: newId('aud', this.#ports.clock), accountId, slug, description, path: relative, ...factsOf(wav), ...times };
      await this.#keep(record, wav, this.#ports.store.audioFiles.insert(record));
      return record;
    });
  }

  /** New content under the same slug; calls that begin from now on hear it. */
  async replace(id: string, content: AudioContent): Promise<AudioFileRecord> {
    this.#get(id);
    const wav = await lineWavOf(content);
    return this.#changes.add(async () => {
      const record = { ...this.#get(id), ...factsOf(wav) };
      await this.#keep(record, wav, this.#ports.store.audioFiles.update(record));
      return record;
    });
  }

  describe(id: string, description: string): Promise<AudioFileRecord> {
    return this.#changes.add(async () => {
      const record = { ...this.#get(id), description };
      await this.#ports.store.commit(this.#ports.store.audioFiles.update(record));
      return record;
    });
  }

  /** Throws `audioFileInUse` while the active version of a plan plays it. */
  delete(id: string): Promise<void> {
    return this.#changes.add(async () => {
      const record = this.#get(id);
      const plans = this.#ports.usage.plansPlaying(record.accountId, record.slug);
      if (plans.length > 0) {
        const message = `The audio file "${record.slug}" is played by ${plans.map((name) => `"${name}"`).join(', ')}: change those call plans first`;
        throw new BranchlineError(audioLibraryErrors.audioFileInUse, message, { context: { plans } });
      }
      await this.#ports.store.commit(this.#ports.store.audioFiles.delete(id));
      await this.#removeFile(this.pathOf(record));
    });
  }

  /** Absolute path of the stored WAV. */
  pathOf(record: AudioFileRecord): string {
    return path.join(this.#stateDirectory, record.path);
  }

  /** Absolute path of a slug's file on the account or, where it has none, on the nearest one above it that has; null: nowhere. */
  resolve(accountId: string, slug: string): string | null {
    const { accounts, audioFiles } = this.#ports.store;
    for (let at: string | null = accountId; at !== null; at = accounts.get(at)?.parentId ?? null) {
      const record = audioFiles.bySlug(at, slug);
      if (record !== null) return this.pathOf(record);
    }
    return null;
  }

  async #keep(record: AudioFileRecord, wav: Buffer, command: WriteCommand): Promise<void> {
    const placed = await placeFile(this.pathOf(record), wav).catch((error: unknown) => {
      throw new BranchlineError(audioLibraryErrors.audioNotStored, `The audio file "${record.slug}" could not be written: is the disk full?`, {
        cause: error,
      });
    });
    try {
      await this.#ports.store.commit(command);
    } catch (error) {
      await placed.undo();
      throw error;
    }
    await placed.keep();
  }

  /** A row whose file is not what it says was cut short between the file and the row: the file is whole, so the row follows it. */
  async #reconcile(record: AudioFileRecord): Promise<void> {
    const size = await sizeOf(this.pathOf(record));
    if (size === record.sizeBytes) return;
    if (size === null) {
      this.#ports.logger.error({ slug: record.slug, accountId: record.accountId }, 'an audio file is missing: upload it again');
      return;
    }
    const updated = { ...record, sizeBytes: size, durationMs: lineWavDurationMs(size) };
    await this.#ports.store.commit(this.#ports.store.audioFiles.update(updated));
  }

  async #removeFile(file: string): Promise<void> {
    try {
      await rm(file, { force: true });
      await syncFolder(path.dirname(file));
    } catch (error) {
      this.#ports.logger.warn({ file, err: error }, 'a deleted audio file stays until the next start');
    }
  }

  #get(id: string): AudioFileRecord {
    const record = this.#ports.store.audioFiles.get(id);
    if (record === null) throw new BranchlineError(audioLibraryErrors.audioFileNotFound, `There is no audio file ${id}`);
    return record;
  }

  #slugIsFree(accountId: string, slug: string): void {
    if (this.#ports.store.audioFiles.bySlug(accountId, slug) === null) return;
    const message = `The account has an audio file "${slug}" already: choose another slug, or replace that file's content`;
    throw new BranchlineError(audioLibraryErrors.slugTaken, message, { problems: [{ path: '/slug', message }] });
  }

  #allRows(): readonly AudioFileRecord[] {
    const { accounts, audioFiles } = this.#ports.store;
    const root = accounts.root();
    if (root === null) return [];
    const rows: AudioFileRecord[] = [];
    for (let after: string | null | undefined; after !== null;) {
      const page = audioFiles.list(accounts.subtreeIds(root.id), { limit: 1000, ...(after === undefined ? {} : { after }) });
      rows.push(...page.rows);
      after = page.after;
    }
    return rows;
  }
}

function checkSlug(slug: string): void {
  if (SLUG.test(slug) && slug.length <= MAX_SLUG_LENGTH) return;
  const message = `"${slug}" cannot name an audio file: use lower case letters, digits and single "-" between them, at most ${MAX_SLUG_LENGTH} ("opening-hours")`;
  throw new BranchlineError(audioLibraryErrors.slugInvalid, message, { problems: [{ path: '/slug', message }] });
}

async function lineWavOf(content: AudioContent): Promise<Buffer> {
  return convertToLineWav(readWav(await wholeOf(content)));
}

async function wholeOf(content: AudioContent): Promise<Buffer> {
  if (Buffer.isBuffer(content)) {
    checkSize(content.length);
    return content;
  }
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of content) {
    size += piece.length;
    checkSize(size);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function checkSize(size: number): void {
  if (size <= MAX_UPLOAD_BYTES) return;
  throw new BranchlineError(audioLibraryErrors.audioTooLarge, 'The audio file is larger than 10 MB: shorten it, or save it as 8 kHz mono');
}

function factsOf(wav: Buffer): { readonly sizeBytes: number; readonly durationMs: number } {
  return { sizeBytes: wav.length, durationMs: lineWavDurationMs(wav.length) };
}
