// The far end's programs (native/test/dahdi): what they are told, and what they tell.
import { type ChildProcess, spawn } from 'node:child_process';
import { type WriteStream, createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';

import { RESULTS, ROOT } from './guest.js';

/** Guest time; a call that rings, is identified and answered takes some of it. */
const PATIENCE_MS = 20_000;

interface Waiting {
  readonly matches: (line: string) => boolean;
  readonly resolve: (line: string) => void;
}

/** Programs that have run in this guest: one that is started again goes on in its log. */
const ran = new Set<string>();

export class FarEnd {
  readonly #child: ChildProcess;
  /** What was told and nobody has waited for yet. */
  readonly #told: string[] = [];
  #waiting: Waiting[] = [];
  /** All of it, among the results. */
  readonly #log: WriteStream;

  private constructor(child: ChildProcess, program: string) {
    this.#child = child;
    this.#log = createWriteStream(path.join(RESULTS, `${program}.log`), { flags: ran.has(program) ? 'a' : 'w' });
    ran.add(program);
    if (child.stdout === null) throw new Error('unreachable');
    createInterface({ input: child.stdout }).on('line', (line) => this.#onLine(line));
  }

  static async start(program: 'dahdi_exchange' | 'dahdi_network', words: readonly string[]): Promise<FarEnd> {
    const file = path.join(ROOT, 'build/asan/test/dahdi', program);
    // Into the guest's memory: code that is read from the machine only when it is first run keeps an exchange waiting in the middle of a call.
    await readFile(file);
    const child = spawn(file, words, { stdio: ['pipe', 'pipe', 'inherit'] });
    const farEnd = new FarEnd(child, program);
    await farEnd.hears('ready');
    return farEnd;
  }

  tell(command: string): void {
    this.#log.write(`${performance.now().toFixed(0)} > ${command}\n`);
    this.#child.stdin?.write(`${command}\n`);
  }

  /** The first line, told or still to come, that begins with these words; its other words. */
  async hears(beginning: string, timeoutMs = PATIENCE_MS): Promise<readonly string[]> {
    const matches = (line: string): boolean => `${line} `.startsWith(`${beginning} `);
    const at = this.#told.findIndex(matches);
    const line = at >= 0 ? (this.#told.splice(at, 1)[0] ?? '') : await this.#comes(beginning, matches, timeoutMs);
    return line.slice(beginning.length).trim().split(' ');
  }

  /** Forgets what was told so far: what is waited for from now on is new. */
  forget(): void {
    this.#told.length = 0;
  }

  stop(): void {
    this.#child.stdin?.end();
  }

  #comes(what: string, matches: (line: string) => boolean, timeoutMs: number): Promise<string> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting = this.#waiting.filter((one) => one !== waiting);
        reject(new Error(`The far end does not tell "${what}"; it told: ${this.#told.join(', ') || 'nothing'}`));
      }, timeoutMs);
      const waiting: Waiting = {
        matches,
        resolve: (line) => {
          clearTimeout(timer);
          resolve(line);
        },
      };
      this.#waiting.push(waiting);
    });
  }

  #onLine(line: string): void {
    this.#log.write(`${performance.now().toFixed(0)} < ${line}\n`);
    const waiting = this.#waiting.find((one) => one.matches(line));
    if (waiting === undefined) {
      this.#told.push(line);
      return;
    }
    this.#waiting = this.#waiting.filter((one) => one !== waiting);
    waiting.resolve(line);
  }
}
