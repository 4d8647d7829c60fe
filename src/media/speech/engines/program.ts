import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';

import { BranchlineError, type Clock } from '../../../core/index.js';
import { speechErrors } from '../errors.js';

/** Five minutes of 48 kHz audio. */
const MAX_OUTPUT_BYTES = 32 * 1024 * 1024;
const KEPT_WORDS = 500;

/** A program that reads text and writes audio. */
export interface SpeechProgram {
  readonly command: string;
  readonly arguments: readonly string[];
  /** Written to its standard input, which is closed then. Text never stands on a command line, where anybody on the box could read it. */
  readonly input: string;
  readonly limitMs: number;
}

/** What it wrote, and how it ended. */
export interface ProgramEnd {
  readonly output: Buffer;
  readonly exitCode: number;
  /** The end of what it wrote to its standard error. */
  readonly words: string;
}

/**
 * Runs a program to its end, at low priority: calls go first. Past its time, or past the audio that is taken of it, it is killed with everything it
 * started.
 *
 * @throws `speechEngineMissing`, `speechEngineTimedOut`, `speechEngineFailed` (killed by a signal, too much output).
 */
export function runProgram(program: SpeechProgram, clock: Clock): Promise<ProgramEnd> {
  return new Promise((resolve, reject) => {
    const child = spawn(program.command, program.arguments, { detached: true, env: environment(), stdio: 'pipe' });
    const output: Buffer[] = [];
    let bytes = 0;
    let words = '';
    const timer = clock.after(program.limitMs, () =>
      giveUp(new BranchlineError(speechErrors.speechEngineTimedOut, `${program.command} did not speak within ${program.limitMs / 1000} s`)),
    );
    const giveUp = (error: BranchlineError): void => {
      timer.cancel();
      killGroup(child);
      reject(error);
    };
    child.on('error', (error) => giveUp(cannotStart(program.command, error)));
    child.on('spawn', () => lowerPriority(child));
    child.stdout.on('data', (piece: Buffer) => {
      bytes += piece.length;
      if (bytes > MAX_OUTPUT_BYTES) giveUp(failed(program.command, 'it wrote more audio than is taken of it'));
      else output.push(piece);
    });
    child.stderr.on('data', (piece: Buffer) => {
      words = `${words}${piece.toString()}`.slice(-KEPT_WORDS);
    });
    child.on('close', (exitCode, signal) => {
      timer.cancel();
      if (exitCode === null) reject(failed(program.command, `it was ended by ${signal ?? 'a signal'}`));
      else resolve({ output: Buffer.concat(output), exitCode, words: words.trim() });
    });
    // A program that does not read to the end tells by its exit code what is wrong.
    child.stdin.on('error', () => undefined);
    child.stdin.end(program.input);
  });
}

/** The error of a program that ended badly. */
export function failed(command: string, detail: string): BranchlineError {
  return new BranchlineError(speechErrors.speechEngineFailed, `${command} failed: ${detail}`);
}

function cannotStart(command: string, error: Error): BranchlineError {
  const missing = 'code' in error && (error.code === 'ENOENT' || error.code === 'EACCES');
  if (!missing) return failed(command, error.message);
  return new BranchlineError(speechErrors.speechEngineMissing, `${command} cannot be run: install it, or name another program in the settings`, {
    cause: error,
  });
}

/** What a program needs to find its files; our own variables hold secrets. */
function environment(): NodeJS.ProcessEnv {
  const { PATH, HOME, ESPEAK_DATA_PATH, LD_LIBRARY_PATH } = process.env;
  const given = Object.entries({ PATH, HOME, ESPEAK_DATA_PATH, LD_LIBRARY_PATH }).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(given), LANG: 'C.UTF-8' };
}

function lowerPriority({ pid }: ChildProcessWithoutNullStreams): void {
  try {
    if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // It has ended already.
  }
}

/** The child leads a process group of its own. */
function killGroup({ pid }: ChildProcessWithoutNullStreams): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}
