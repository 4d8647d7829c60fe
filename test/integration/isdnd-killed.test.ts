import { execFileSync } from 'node:child_process';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { Office } from '../support/office.js';
import { ServiceProcess } from '../support/service-process.js';
import { eventually } from '../support/until.js';

const SERVICE_NUMBER = '+441632960100';
const OVER_ANALOGUE = '+441632960200';
const OVER_ISDN = '+441632960208';

describe('an isdnd that is killed in the middle of a call', () => {
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

  it('ends its call with cause 41, touches no other line, and is there again', async () => {
    const other = await office.schedule(SERVICE_NUMBER, OVER_ANALOGUE);
    const hit = await office.schedule(SERVICE_NUMBER, OVER_ISDN);
    await office.inState(other.id, 'inProgress');
    await office.inState(hit.id, 'inProgress');
    const first = isdnd();
    process.kill(first, 'SIGKILL');
    const request = await office.finished(hit.id, 20_000);
    const { cdrs } = await office.ended(request.callIds[0] ?? '');
    expect(cdrs[0]).toMatchObject({ callType: 167, to: OVER_ISDN, clearDown: 41 });
    expect(await office.request(other.id)).toMatchObject({ state: 'inProgress' });

    await layerTwo('up', 20_000);
    expect(isdnd()).not.toBe(first);
    const again = await office.schedule(SERVICE_NUMBER, OVER_ISDN);
    await office.inState(again.id, 'inProgress');
  }, 90_000);
});
