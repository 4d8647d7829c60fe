import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

import { BranchlineError } from '../../core/index.js';
import { schedulerErrors } from '../errors.js';

/** Room for about 8,000 entries, many times what can be in progress at once. */
const FILE_BYTES = 512 * 1024;
const FILES = ['seizures-a', 'seizures-b'] as const;

/** What the last process left behind. */
export interface JournalContents {
  /** False after a power cut or reboot: what is in the files then says nothing, it was never synced. */
  readonly sameBoot: boolean;
  /** Attempts that had seized a line, or were about to. */
  readonly attemptIds: ReadonlySet<string>;
}

interface JournalFile {
  readonly path: string;
  descriptor: number;
  /** Where the next entry goes. */
  position: number;
}

/**
 * The record of lines seized, written with write(2) and never synced: it survives the process, not the kernel (DESIGN.md §6.1).
 *
 * Two files whose room is taken when they are opened, so that a full disk cannot keep a call from being journalled. Entries are appended to one;
 * when it is full the other is cleared, takes over the entries of attempts still open, and goes on. A reader takes both together, so that a kill
 * at any point of the change finds every open attempt in one of them.
 *
 * A file begins with the kernel's boot id; an entry is a line `attempt try leg`; the rest is zeros.
 */
export class Journal {
  readonly #directory: string;
  readonly #bootId: string;
  readonly #open = new Map<string, string>();
  #files: JournalFile[] = [];
  #current = 0;

  /** `bootId` as the kernel tells it; "" (it could not be read) is like no other. */
  constructor(directory: string, bootId: string) {
    this.#directory = directory;
    this.#bootId = bootId;
  }

  /** What an earlier process wrote. Changes nothing. */
  read(): JournalContents {
    const attemptIds = new Set<string>();
    const headers: string[] = [];
    for (const name of FILES) {
      const path = join(this.#directory, name);
      if (!existsSync(path)) continue;
      const [header = '', ...lines] = readFileSync(path, 'latin1').replaceAll('\0', '').split('\n');
      // Without a header: killed while it was being cleared; the other file has all then.
      if (header === '') continue;
      headers.push(header);
      for (const line of lines.filter((text) => text !== '')) attemptIds.add(line.split(' ', 1)[0] ?? line);
    }
    const sameBoot = this.#bootId !== '' && headers.length > 0 && headers.every((header) => header === this.#bootId);
    return { sameBoot, attemptIds: sameBoot ? attemptIds : new Set() };
  }

  /** Takes the files' room and clears them: recovery has dealt with what was in them. */
  open(): void {
    mkdirSync(this.#directory, { recursive: true });
    this.#files = FILES.map((name) => {
      const path = join(this.#directory, name);
      return { path, descriptor: openSync(path, existsSync(path) ? 'r+' : 'w+'), position: 0 };
    });
    for (const file of this.#files) {
      this.#clear(file);
      fsyncSync(file.descriptor);
    }
  }

  /** Notes that an attempt is about to seize a line. When it returns, the kernel has it. */
  append(attemptId: string, tryId: string, legId: string): void {
    const line = `${attemptId} ${tryId} ${legId}\n`;
    this.#open.set(attemptId, line);
    const file = this.#file();
    if (file.position + line.length <= FILE_BYTES) this.#write(file, line);
    else this.#change();
  }

  /** The attempt's end is in the database: its entries are no longer needed. */
  release(attemptId: string): void {
    this.#open.delete(attemptId);
  }

  close(): void {
    for (const file of this.#files) closeSync(file.descriptor);
    this.#files = [];
  }

  #change(): void {
    this.#current = 1 - this.#current;
    const file = this.#file();
    this.#clear(file);
    const lines = [...this.#open.values()].join('');
    if (file.position + lines.length > FILE_BYTES) {
      throw new BranchlineError(schedulerErrors.journalFull, 'Too many Scheduled Calls are in progress at once: the journal of seized lines is full');
    }
    this.#write(file, lines);
  }

  /** Zeros first, so that a kill half-way leaves no entry that looks new. */
  #clear(file: JournalFile): void {
    writeAll(file.descriptor, Buffer.alloc(FILE_BYTES), 0);
    file.position = 0;
    this.#write(file, `${this.#bootId}\n`);
  }

  #write(file: JournalFile, text: string): void {
    writeAll(file.descriptor, Buffer.from(text, 'latin1'), file.position);
    file.position += text.length;
  }

  #file(): JournalFile {
    const file = this.#files[this.#current];
    if (file === undefined) throw new BranchlineError(schedulerErrors.notRunning, 'The journal of seized lines is not open');
    return file;
  }
}

function writeAll(descriptor: number, bytes: Buffer, position: number): void {
  let written = 0;
  while (written < bytes.length) written += writeSync(descriptor, bytes, written, bytes.length - written, position + written);
}
