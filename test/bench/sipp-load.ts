// Many callers at once: sipp as a load generator, which keeps how long each answer took.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { cpuMsOf } from './machine.js';

const SCENARIOS = path.join(import.meta.dirname, 'scenarios');
const CPU_LOOK_MS = 100;

export interface Load {
  /** `plays`: waits until the plan hangs up. `talks`: hangs up after `talkMs`. */
  readonly scenario: 'plays' | 'talks';
  /** The service number. */
  readonly to: string;
  readonly sipPort: number;
  /** New calls a second, and calls in all. */
  readonly rate: number;
  readonly calls: number;
  /** Ports where callers' audio goes, in turn. */
  readonly rtpPorts: readonly number[];
  readonly talkMs?: number;
}

export interface LoadResult {
  /** Calls that went as the scenario says. */
  readonly succeeded: number;
  /** INVITE to 200 of each call that was answered. */
  readonly answerMs: readonly number[];
  /** CPU of sipp itself. */
  readonly cpuMs: number;
  readonly errors: string;
}

/** Runs the calls to their end. */
export async function runLoad(load: Load): Promise<LoadResult> {
  const folder = mkdtempSync(path.join(tmpdir(), 'branchline-load-'));
  writeFileSync(path.join(folder, 'ports.csv'), `SEQUENTIAL\n${load.rtpPorts.join(';\n')};\n`);
  const words = ['-sf', path.join(SCENARIOS, `${load.scenario}.xml`), '-inf', 'ports.csv', '-s', load.to, '-i', '127.0.0.1', '-nostdin'];
  words.push(
    '-m',
    String(load.calls),
    '-r',
    String(load.rate),
    '-l',
    '2000',
    '-d',
    String(load.talkMs ?? 0),
    '-timeout',
    '120s',
    '-recv_timeout',
    '20000',
  );
  words.push('-trace_rtt', '-rtt_freq', '1', '-trace_stat', '-stf', 'stat.csv', '-fd', '1', '-trace_err', '-error_file', 'errors.log');
  words.push(`127.0.0.1:${load.sipPort}`);
  try {
    const child = spawn('sipp', words, { cwd: folder, stdio: 'ignore' });
    let cpuMs = 0;
    const look = setInterval(() => {
      const now = cpuMsOf(child.pid ?? 0);
      if (!Number.isNaN(now)) cpuMs = now;
    }, CPU_LOOK_MS);
    await once(child, 'close');
    clearInterval(look);
    return { succeeded: successesOf(folder), answerMs: answersOf(folder), cpuMs, errors: textOf(folder, 'errors.log').slice(0, 2000) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The last line of the statistics, in the column of all successful calls. */
function successesOf(folder: string): number {
  const lines = textOf(folder, 'stat.csv').trim().split('\n');
  const column = (lines[0] ?? '').split(';').indexOf('SuccessfulCall(C)');
  return Number((lines.at(-1) ?? '').split(';')[column] ?? NaN);
}

/** Lines "moment;milliseconds;name". */
function answersOf(folder: string): number[] {
  const file = readdirSync(folder).find((name) => name.endsWith('_rtt.csv')) ?? '';
  const lines = textOf(folder, file).trim().split('\n').slice(1);
  return lines.map((line) => Number(line.split(';')[1])).filter((value) => Number.isFinite(value));
}

function textOf(folder: string, file: string): string {
  try {
    return readFileSync(path.join(folder, file), 'utf8');
  } catch {
    return '';
  }
}
