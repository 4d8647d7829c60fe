// What the benchmarks need: the service and the add-on built, sipp installed, the programs of native/bench.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

import { ROOT, toolFile, TOOLS } from './tools.js';

/**
 * Runs the set-up where something is missing; what is there is taken as it is, so that figures are those of a known build.
 *
 * @throws Error that says what to do.
 */
export function prepare(): void {
  const built = ['dist/main.js', 'build/release/addon/branchline.node'].every((file) => existsSync(path.join(ROOT, file)));
  if (!built || !runs('sipp', ['-v'])) {
    console.error('bench: something is not built or installed yet: the set-up of `npm start` and `npm test` comes first');
    if (!runs('bash', [path.join(ROOT, 'board/setup/setup.sh'), 'test'], true))
      throw new Error('The set-up ended with an error: run `npm start` once and mend what it says');
  }
  // Always asked: cmake builds what is out of date, and these are not part of what the set-up builds.
  const words = ['--build', path.join(ROOT, 'build/release'), '--target', 'bench_tools'];
  const { status, stdout, stderr } = spawnSync('cmake', words, { encoding: 'utf8' });
  if (status !== 0 || !TOOLS.every((name) => existsSync(toolFile(name))))
    throw new Error(`The far ends of native/bench could not be built (cmake ${words.join(' ')}):\n${stdout}\n${stderr}`);
}

/** sipp -v ends with 99 on some versions: that it could be started is enough for a program, the set-up has to end well. */
function runs(program: string, words: readonly string[], well = false): boolean {
  const { status, error } = spawnSync(program, words, { stdio: well ? 'inherit' : 'ignore' });
  return error === undefined && (!well || status === 0);
}
