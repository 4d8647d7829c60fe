import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import type { Maintenance } from './maintenance/maintenance.js';

const FOLDER = 'backups';
const KEPT = 7;
const NAME = /^branchline-\d{8}T\d{9}Z\.db$/u;

/** Paths of the backups of branchline.db, newest first. */
export function listBackups(directory: string): readonly string[] {
  const folder = join(directory, FOLDER);
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => NAME.test(name));
  return names
    .sort()
    .toReversed()
    .map((name) => join(folder, name));
}

/** Makes one more backup, named by `at`, and removes the oldest beyond seven. Returns its path. */
export async function makeBackup(directory: string, maintenance: Maintenance, at: number): Promise<string> {
  mkdirSync(join(directory, FOLDER), { recursive: true, mode: 0o700 });
  const target = join(directory, FOLDER, `branchline-${fileTime(at)}.db`);
  await maintenance.copy(target);
  for (const old of listBackups(directory).slice(KEPT)) rmSync(old, { force: true });
  return target;
}

/** "20261201T093000123Z": sorts by time and is a file name everywhere. */
export function fileTime(at: number): string {
  return new Date(at).toISOString().replaceAll(/[-:.]/gu, '');
}
