// What a scenario in the guest stands on: its folders, its checks, and the service as `npm start` runs it, over the guest's card.
import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { ApiClient } from '../../support/api-client.js';
import { eventually } from '../../support/until.js';

/** Compiled to build/dahdi/js/test/dahdi/scenario. */
export const ROOT = path.resolve(import.meta.dirname, '../../../../../..');
/** The one folder that outlives the guest. It is a folder of the machine: the guest's clock runs on while the machine answers. */
export const RESULTS = process.env['RESULTS'] ?? '';
/** A folder in the guest's memory: what is written there keeps nobody waiting. */
export const SCRATCH = process.env['TMPDIR'] ?? '';

const TOKEN = 'test-token-0123456789abcdefghijklmnopqrstuvwxyz';
const PORT = 8080;
/** A service takes ten times as long to start in here as outside, in the guest's own time. */
const READY_MS = 120_000;

export { pause };

let failed = false;

/** One check, run at once: what must hold, and what throws where it does not. */
export async function check(what: string, holds: () => Promise<void> | void): Promise<void> {
  try {
    await holds();
    console.log(`ok ${what}`);
  } catch (error) {
    failed = true;
    console.log(`not ok ${what}`);
    console.log((error instanceof Error ? (error.stack ?? error.message) : String(error)).replaceAll(/^/gm, '    '));
  }
}

export function must(condition: boolean, what: string): void {
  if (!condition) throw new Error(what);
}

export function endOfChecks(): never {
  process.exit(failed ? 1 : 0);
}

/** Starts the service over DAHDI and waits until it is ready. Its log is service.log among the results. */
export async function startService(): Promise<ApiClient> {
  const stateDir = path.join(SCRATCH, 'state');
  mkdirSync(stateDir);
  const log = createWriteStream(path.join(RESULTS, 'service.log'));
  const child = spawn(process.execPath, ['--max-semi-space-size=2', path.join(ROOT, 'dist/main.js'), 'serve'], {
    cwd: stateDir,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      BRANCHLINE_STATE_DIR: stateDir,
      BRANCHLINE_HTTP_PORT: String(PORT),
      BRANCHLINE_BOOTSTRAP_TOKEN: TOKEN,
      BRANCHLINE_CARD: 'dahdi',
      BRANCHLINE_DEMO: '0',
      // Channels of the exchange's side are not the service's.
      BRANCHLINE_CARD_SPANS: '2,4,6',
    },
  });
  child.stdout.pipe(log);
  child.stderr.pipe(log);
  await eventually(
    () => fetch(`http://127.0.0.1:${PORT}/readyz`),
    ({ status }) => status === 200,
    { what: 'the service is ready', timeoutMs: READY_MS, everyMs: 200 },
  );
  return new ApiClient(`http://127.0.0.1:${PORT}`, TOKEN);
}
