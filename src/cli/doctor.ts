import { accessSync, constants, statfsSync } from 'node:fs';
import path from 'node:path';

import { type LoadedSettings, SETTINGS, type SettingKey } from '../config/index.js';
import type { Output } from './output.js';

/** What `doctor` looks at, as the composition root can reach it. */
export interface DoctorPorts {
  /** Throws with what to mend. */
  readonly loadSettings: () => LoadedSettings;
  /** Loads the add-on and tells its libraries' versions; throws with how to build it. */
  readonly addonVersions: () => Readonly<Record<string, string>>;
  /** True where something answers `GET /readyz` with 200. */
  readonly serviceReady: (url: string) => Promise<boolean>;
}

interface Finding {
  readonly check: string;
  readonly state: 'ok' | 'warning' | 'failed';
  readonly detail: string;
}

const LEAST_FREE_BYTES = 256 * 1024 * 1024;

/** Checks the machine and the service; every finding that is not ok says what to do. Exit code 1 when one failed. */
export async function doctor(options: { readonly settings: boolean; readonly json: boolean }, ports: DoctorPorts, output: Output): Promise<number> {
  const loaded = ports.loadSettings();
  if (options.settings) {
    showSettings(loaded, options.json, output);
    return 0;
  }
  const findings = [checkNode(), checkAddon(ports), checkState(loaded), checkSpace(loaded), await checkService(loaded, ports)];
  if (options.json) output.line(JSON.stringify(findings, null, 2));
  else for (const finding of findings) output.line(`${finding.state.padEnd(8)} ${finding.check.padEnd(14)} ${finding.detail}`);
  return findings.some((finding) => finding.state === 'failed') ? 1 : 0;
}

function showSettings({ settings, sources }: LoadedSettings, json: boolean, output: Output): void {
  const rows = (Object.keys(SETTINGS) as SettingKey[]).map((key) => ({
    key,
    value: 'secret' in SETTINGS[key] && settings[key] !== '' ? '(secret)' : settings[key],
    source: sources[key],
    means: SETTINGS[key].means,
  }));
  if (json) output.line(JSON.stringify(rows, null, 2));
  else for (const row of rows) output.line(`${row.key.padEnd(20)} ${String(row.value).padEnd(32)} ${row.source}`);
}

function checkNode(): Finding {
  const major = Number(process.versions.node.split('.')[0]);
  return {
    check: 'Node.js',
    state: major >= 20 ? 'ok' : 'failed',
    detail: major >= 20 ? process.version : `${process.version}: install Node.js 20 or later`,
  };
}

function checkAddon(ports: DoctorPorts): Finding {
  try {
    const versions = Object.entries(ports.addonVersions()).map(([name, version]) => `${name} ${version}`);
    return { check: 'add-on', state: 'ok', detail: versions.join(', ') };
  } catch (error) {
    return { check: 'add-on', state: 'failed', detail: (error as Error).message };
  }
}

function checkState({ settings }: LoadedSettings): Finding {
  try {
    accessSync(settings.stateDir, constants.W_OK);
    return { check: 'state folder', state: 'ok', detail: settings.stateDir };
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return missing
      ? { check: 'state folder', state: 'warning', detail: `${settings.stateDir} is not there yet: the first start makes it` }
      : { check: 'state folder', state: 'failed', detail: `${settings.stateDir} cannot be written: give it to the service's user` };
  }
}

function checkSpace({ settings }: LoadedSettings): Finding {
  try {
    const space = statfsSync(nearestExisting(settings.stateDir));
    const free = space.bavail * space.bsize;
    const detail = `${Math.floor(free / 1024 / 1024)} MiB free`;
    return free >= LEAST_FREE_BYTES
      ? { check: 'disk', state: 'ok', detail }
      : { check: 'disk', state: 'failed', detail: `${detail}: make room, requests are refused when the disk is full` };
  } catch (error) {
    return { check: 'disk', state: 'warning', detail: (error as Error).message };
  }
}

function nearestExisting(folder: string): string {
  try {
    accessSync(folder);
    return folder;
  } catch {
    const parent = path.dirname(folder);
    return parent === folder ? folder : nearestExisting(parent);
  }
}

async function checkService({ settings }: LoadedSettings, ports: DoctorPorts): Promise<Finding> {
  const url = `http://${settings['http.host']}:${settings['http.port']}`;
  const ready = await ports.serviceReady(url);
  return ready
    ? { check: 'service', state: 'ok', detail: `ready at ${url}` }
    : { check: 'service', state: 'warning', detail: `nothing is ready at ${url}: start it with "npm start"` };
}
