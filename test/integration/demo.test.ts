import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

import { ServiceProcess } from '../support/service-process.js';

interface Numbers {
  readonly items: readonly { readonly id: string; readonly number: string }[];
}

const stateDir = mkdtempSync(path.join(tmpdir(), 'branchline-demo-'));
afterAll(() => rmSync(stateDir, { recursive: true }));

describe('the demo', () => {
  it('stays away when people removed it', async () => {
    const first = await ServiceProcess.start({ stateDir, demo: true, card: 'virtual' });
    const made = await first.api.get<Numbers>('/service-numbers');
    expect(made.items.map(({ number }) => number)).toEqual(['+441632960100']);
    await first.api.request('DELETE', `/service-numbers/${made.items[0]?.id ?? ''}`);
    await first.stop();

    const second = await ServiceProcess.start({ stateDir, demo: true, card: 'virtual' });
    expect((await second.api.get<Numbers>('/service-numbers')).items).toEqual([]);
    await second.stop();
  });
});
