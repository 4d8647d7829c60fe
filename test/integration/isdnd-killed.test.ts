import { execFileSync } from 'node:child_process';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { Office } from '../support/office.js';
import { ServiceProcess } from '../support/service-process.js';
import { eventually } from '../support/until.js';

const SERVICE_NUMBER = '+441632960100';
const OVER_ANALOGUE = '+441632960200';
const OVER_ISDN = '+441632960208';
/** Two seconds, and what a machine in use takes besides to look for a process. */
const AWAY_MS = 3000;

describe('an isdnd that dies or hangs in the middle of a call', () => {
  let service: ServiceProcess;
  let office: Office;

  /** The service's own isdnd: that of the virtual card's exchange was started before it. */
  const isdnd = (): number => {
    const children = execFileSync('pgrep', ['-P', String(service.pid), 'isdnd'], { encoding: 'utf8' });
    return Math.max(...children.trim().split('\n').map(Number));
  };
  const layerTwo = (wanted: 'up' | 'down', timeoutMs: number) =>
    eventually(
      () => service.api.get<{ readonly layerTwo: string }>('/spans/2/settings'),
      (span) => span.layerTwo === wanted,
      { what: `the E1 is ${wanted}`, timeoutMs },
    );

  beforeAll(async () => {
    service = await ServiceProcess.start({ card: 'virtual', demo: true, environment: { BRANCHLINE_CARD_BRI: '0' } });
    office = new Office(service.api);
    const { items } = await service.api.get<{ readonly items: readonly { readonly id: string; readonly kind: string }[] }>('/trunks');
    const isdn = items.find(({ kind }) => kind === 'isdn');
    await service.api.patch(`/trunks/${isdn?.id ?? ''}`, { prefixes: [OVER_ISDN] });
    await layerTwo('up', 20_000);
  }, 60_000);

  afterAll(async () => service?.stop());

  it.each([
    ['killed', 'SIGKILL'],
    ['stopped, so that it answers nothing', 'SIGSTOP'],
  ] as const)(
    '%s: its call ends with cause 41, no other line is touched, and it is there again',
    async (_, signal) => {
      const other = await office.schedule(SERVICE_NUMBER, OVER_ANALOGUE);
      const hit = await office.schedule(SERVICE_NUMBER, OVER_ISDN);
      await office.inState(other.id, 'inProgress');
      await office.inState(hit.id, 'inProgress');
      const first = isdnd();
      process.kill(first, signal);
      const since = performance.now();
      await eventually(isdnd, (pid) => pid > first, { what: 'another isdnd', timeoutMs: 10_000 });
      expect(performance.now() - since).toBeLessThan(AWAY_MS);
      const request = await office.finished(hit.id, 20_000);
      const { cdrs } = await office.ended(request.callIds[0] ?? '');
      expect(cdrs[0]).toMatchObject({ callType: 167, to: OVER_ISDN, clearDown: 41 });
      expect(await office.request(other.id)).toMatchObject({ state: 'inProgress' });

      await layerTwo('up', 20_000);
      const again = await office.schedule(SERVICE_NUMBER, OVER_ISDN);
      await office.inState(again.id, 'inProgress');
      for (const { id } of [again, other]) await office.finished(id, 60_000);
    },
    150_000,
  );
});
