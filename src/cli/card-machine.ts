import { spawnSync } from 'node:child_process';
import { closeSync, copyFileSync, existsSync, fsyncSync, openSync, readdirSync, readFileSync, renameSync, writeSync } from 'node:fs';
import path from 'node:path';

import { cardErrors, type FileTree, readCountries, readDahdi, readTemplate } from '../cards/index.js';
import { BranchlineError } from '../core/index.js';
import type { CardPorts } from './card.js';

const COUNTRIES = 'countries.yaml';
const APPLY_MS = 30_000;

/** The `card` commands on this machine. `templateFolder`: board/cards. */
export function cardsOfMachine(templateFolder: string): CardPorts {
  const text = (name: string): string => readFileSync(path.join(templateFolder, name), 'utf8');
  return {
    read: () => readDahdi(machineFiles),
    templates: () =>
      readdirSync(templateFolder)
        .filter((name) => name.endsWith('.yaml') && name !== COUNTRIES)
        .toSorted()
        .map((name) => readTemplate(name, text(name))),
    countries: () => readCountries(COUNTRIES, text(COUNTRIES)),
    readConfiguration: (file) => (existsSync(file) ? readFileSync(file, 'utf8') : ''),
    writeConfiguration,
    apply,
  };
}

const machineFiles: FileTree = {
  list: (folder) => {
    try {
      return readdirSync(folder);
    } catch {
      return [];
    }
  },
  line: (file) => {
    try {
      return readFileSync(file, 'utf8').split('\n')[0]?.trim() ?? '';
    } catch {
      return '';
    }
  },
};

function writeConfiguration(file: string, text: string): void {
  try {
    if (existsSync(file)) copyFileSync(file, `${file}.old`);
    const fresh = openSync(`${file}.new`, 'w', 0o644);
    writeSync(fresh, text);
    fsyncSync(fresh);
    closeSync(fresh);
    renameSync(`${file}.new`, file);
  } catch (cause) {
    throw new BranchlineError(cardErrors.cannotApply, `${file} cannot be written: ${(cause as Error).message}. Run it as root`, { cause });
  }
}

function apply(file: string): void {
  const run = spawnSync('dahdi_cfg', ['-c', file], { encoding: 'utf8', timeout: APPLY_MS });
  if (run.error !== undefined) {
    const missing = (run.error as NodeJS.ErrnoException).code === 'ENOENT';
    const why = missing ? 'dahdi_cfg is not installed: apt-get install dahdi' : `dahdi_cfg failed: ${run.error.message}`;
    throw new BranchlineError(cardErrors.cannotApply, `${file} is written but not applied: ${why}`, { cause: run.error });
  }
  if (run.status === 0) return;
  const said = `${run.stdout}${run.stderr}`.trim().split('\n').slice(-3).join(' ');
  throw new BranchlineError(cardErrors.cannotApply, `${file} is written, and dahdi_cfg does not take it: ${said}. Stop what uses the channels first`);
}
