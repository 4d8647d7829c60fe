import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { SystemClock } from '../../src/core/index.js';
import { testLine } from '../../src/cli/line.js';
import { Office } from '../support/office.js';
import { ServiceProcess } from '../support/service-process.js';
import { eventually } from '../support/until.js';

interface Line {
  readonly channel: number;
  readonly state: string;
  readonly battery: boolean | null;
  readonly callsTotal: number;
  readonly lastCall: { readonly direction: string; readonly outcome: string } | null;
  readonly outOfService: { readonly reason: string } | null;
}

const LISTENER = '+441632960200';
const SERVICE_NUMBER = '+441632960100';

describe('the lines of a service with the virtual card', () => {
  let service: ServiceProcess;

  const line = (channel: number) => service.api.get<Line>(`/lines/${channel}`);
  const health = async () =>
    (await service.api.get<{ readonly health: readonly { readonly name: string; readonly state: string }[] }>('/system')).health;

  beforeAll(async () => {
    service = await ServiceProcess.start({ card: 'virtual', demo: true, environment: { BRANCHLINE_CARD_E1: '0', BRANCHLINE_CARD_BRI: '0' } });
  }, 60_000);
  afterAll(async () => service?.stop());

  it('show that they are fed, and are well', async () => {
    expect(await line(1)).toMatchObject({ channel: 1, state: 'idle', battery: true, outOfService: null });
    expect(await health()).toContainEqual({ name: 'lines', state: 'ok', detail: '' });
  });

  it('tell a cut line in words, with its trunk, and that it is well again', async () => {
    await service.api.put('/virtual-card/channels/2/impairments', { signalling: { noBattery: true } });
    const found = await eventually(health, (parts) => parts.some(({ name, state }) => name === 'lines' && state === 'degraded'), {
      what: 'the cut line is noticed',
    });
    const words = /^line 2: no battery on the line.* since \d\d:\d\d$/u;
    expect(found).toContainEqual({ name: 'lines', state: 'degraded', detail: expect.stringMatching(words) as string });
    expect(await line(2)).toMatchObject({ state: 'alarm', battery: false });
    await service.api.put('/virtual-card/channels/2/impairments', {});
    await eventually(health, (parts) => parts.every(({ name, state }) => name !== 'lines' || state === 'ok'), { what: 'the line is well' });
    const history = await service.api.get<{ readonly items: readonly { readonly type: string }[] }>('/lines/2/history');
    expect(history.items.map(({ type }) => type)).toEqual(['alarmCleared', 'alarm']);
  });

  it('are tested from the command line, with figures in the history', async () => {
    const said: string[] = [];
    const output = { line: (text: string) => said.push(text), error: (text: string) => said.push(text) };
    const options = { url: service.url, token: service.token, line: '1', test: 'dialTone', json: false };
    expect(await testLine(options, new SystemClock(), output)).toBe(0);
    expect(said[0]).toMatch(/^passed: dial tone after \d+ ms: 350 and 440 Hz at -\d+\.\d dBm0$/u);
    const history = await service.api.get<{ readonly items: readonly object[] }>('/lines/1/history');
    expect(history.items[0]).toMatchObject({ type: 'test', data: { test: 'dialTone', passed: true, figures: { frequenciesHz: [350, 440] } } });
  });

  it('are not tested while they carry a call, are avoided when they are out of service, and count their calls', async () => {
    for (const channel of [1, 2, 3]) await service.api.post(`/lines/${channel}/out-of-service`, { reason: 'engineer on site' });
    const made = await new Office(service.api).schedule(SERVICE_NUMBER, LISTENER);
    await eventually(
      () => line(4),
      ({ state }) => state === 'talking',
      { what: 'the call is on the only line in service' },
    );
    expect(await service.api.request('POST', '/lines/4/tests', { test: 'tone' })).toMatchObject({ status: 409, body: { code: 'lineTestInUse' } });
    await service.api.request('POST', `/scheduled-calls/${made.id}/hang-up`, {});
    const after = await eventually(
      () => line(4),
      ({ callsTotal }) => callsTotal === 1,
      { what: 'the call is counted' },
    );
    expect(after).toMatchObject({ lastCall: { direction: 'out', outcome: 'answered' } });
    await service.api.post('/lines/3/in-service', {});
    expect(await line(3)).toMatchObject({ outOfService: null });
    expect(await line(2)).toMatchObject({ outOfService: { reason: 'engineer on site' } });
  });
});
