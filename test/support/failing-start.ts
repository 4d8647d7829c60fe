import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

const MAIN = path.resolve(import.meta.dirname, '../../dist/main.js');

export interface StartResult {
  readonly exitCode: number | null;
  readonly tookMs: number;
  /** What a person reads: the lines that are not the log's. */
  readonly words: readonly string[];
  readonly output: string;
}

/** Starts the service with these settings and waits for its end; one that has not ended after `killMs` is killed. */
export async function startToTheEnd(environment: Readonly<Record<string, string>>, killMs: number): Promise<StartResult> {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('BRANCHLINE_') && name !== 'STATE_DIRECTORY');
  const started = performance.now();
  const child = spawn(process.execPath, ['--enable-source-maps', MAIN, 'serve'], {
    cwd: '/',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...Object.fromEntries(kept), ...environment },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const killer = setTimeout(() => child.kill('SIGKILL'), killMs);
  await once(child, 'close');
  clearTimeout(killer);
  const words = output.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('{'));
  return { exitCode: child.exitCode, tookMs: Math.round(performance.now() - started), words, output };
}
