import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { holdState } from './state-lock.js';

function folder(): string {
  return mkdtempSync(path.join(tmpdir(), 'branchline-lock-'));
}

describe('a state folder', () => {
  it('is held by one process at a time', async () => {
    const state = folder();
    const lock = await holdState(state);
    await expect(holdState(state)).rejects.toThrow('Another Branchline uses');
    await lock.release();
    await (await holdState(state)).release();
  });

  it('is free again when its holder was killed', async () => {
    const state = folder();
    const script = `import('tsx/esm/api').then(({register})=>{register();return import(${JSON.stringify(new URL('state-lock.ts', import.meta.url).href)})}).then(({holdState})=>holdState(${JSON.stringify(state)})).then(()=>{console.log('held');setInterval(()=>{},1000)})`;
    const holder = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(holder.stdout, 'data');
    await expect(holdState(state)).rejects.toThrow('Another Branchline uses');
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    await (await holdState(state)).release();
  });
});
