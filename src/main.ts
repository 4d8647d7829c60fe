#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { request } from 'undici';

import { cardsOfMachine, runProgram, terminal } from './cli/index.js';
import { loadSettings, type LoadedSettings, type SettingKey } from './config/index.js';
import { BranchlineError, loadNativeAddon, PACKAGE_ROOT, SystemClock } from './core/index.js';

const CONFIG_FILES = ['/etc/branchline/branchline.yaml', 'branchline.yaml'];
/** A second signal, or this long after the first: the process ends, whatever hangs. Not by `exit`, which waits for the SIP stack's farewells. */
const LAST_RESORT_MS = 8000;

const clock = new SystemClock();
const { version } = JSON.parse(readFileSync(path.join(PACKAGE_ROOT, 'package.json'), 'utf8')) as { readonly version: string };

function settingsFor(options: Readonly<Partial<Record<SettingKey, string>>>): LoadedSettings {
  return loadSettings({ options, environment: process.env, files: CONFIG_FILES });
}

/** Runs the service until SIGTERM or SIGINT. */
async function serve(options: Readonly<Partial<Record<SettingKey, string>>>): Promise<number> {
  const { settings } = settingsFor(options);
  const stopped = new Promise<void>((resolve) => {
    let asked = false;
    const onSignal = (): void => {
      if (asked) endAtOnce();
      asked = true;
      clock.after(LAST_RESORT_MS, endAtOnce);
      resolve();
    };
    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
  });
  const announceToken = (token: string): void => terminal.line(`API token, shown this once: ${token}`);
  // Not at the top: a command that only asks the running service loads none of it.
  const { startService } = await import('./service.js');
  const service = await startService({ settings, version, clock, packageRoot: PACKAGE_ROOT, announceToken });
  const [url] = service.urls;
  terminal.line(`Branchline ${version} is ready at ${url ?? ''} (API page: ${url ?? ''}/api/docs)`);
  await stopped;
  await service.stop();
  return 0;
}

function endAtOnce(): void {
  process.kill(process.pid, 'SIGKILL');
}

async function serviceReady(url: string): Promise<boolean> {
  try {
    const answer = await request(`${url}/readyz`, { headersTimeout: 2000 });
    await answer.body.dump();
    return answer.statusCode === 200;
  } catch {
    return false;
  }
}

const exitCode = await runProgram(process.argv.slice(2), {
  version,
  clock,
  output: terminal,
  serve: async (options) => {
    try {
      return await serve(options);
    } catch (error) {
      if (!(error instanceof BranchlineError)) throw error;
      terminal.error(error.message);
      return 1;
    }
  },
  doctor: { loadSettings: () => settingsFor({}), addonVersions: () => loadNativeAddon().versions, serviceReady },
  cards: cardsOfMachine(path.join(PACKAGE_ROOT, 'board', 'cards')),
});
// Whatever timer or socket of a library is still open: the work is done.
process.exit(exitCode);
