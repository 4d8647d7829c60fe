import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(path.join(tmpdir(), 'branchline-names-'));
const shim = path.join(folder, 'name-look-ups.so');

beforeAll(() => {
  execFileSync('cc', ['-shared', '-fPIC', '-o', shim, path.join(ROOT, 'test/data/preload/name-look-ups.c'), '-ldl']);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('a call over SIP', () => {
  it('looks no name up, so that a dead DNS cannot hold it', () => {
    const { stderr, status } = spawnSync(process.execPath, ['--import', 'tsx', path.join(ROOT, 'test/support/sip-dial-child.ts')], {
      cwd: ROOT,
      encoding: 'utf8',
      timeout: 60_000,
      env: { ...process.env, LD_PRELOAD: shim },
    });
    const duringCalls = /dialling\n(?<seen>[\s\S]*)dialled\n/.exec(stderr)?.groups?.['seen'];
    expect({ status, duringCalls }).toEqual({ status: 0, duringCalls: '' });
  });
});
