import { readFileSync } from 'node:fs';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { resemblance, samplesOf } from '../support/audio.js';
import { Office } from '../support/office.js';
import { ServiceProcess } from '../support/service-process.js';
import { eventually } from '../support/until.js';

const SERVICE_NUMBER = '+441632960100';
const LISTENER = '+441632960200';

interface Span {
  readonly span: number;
  readonly layerTwo: string | null;
  readonly channels: number;
  readonly settings: Record<string, unknown> | null;
}

interface List<T> {
  readonly items: readonly T[];
}

describe('a Scheduled Call over ISDN', () => {
  let service: ServiceProcess;
  let office: Office;

  beforeAll(async () => {
    service = await ServiceProcess.start({ card: 'virtual', demo: true, environment: { BRANCHLINE_CARD_FXO: '0' } });
    office = new Office(service.api);
    await eventually(
      () => service.api.get<Span>('/spans/2/settings'),
      ({ layerTwo }) => layerTwo === 'up',
      { what: 'the E1 is up', timeoutMs: 20_000 },
    );
  }, 60_000);

  afterAll(async () => service?.stop());

  it('finds the spans of a fresh box: one E1 and two BRI beside the analogue lines', async () => {
    const { items } = await service.api.get<List<{ readonly span: number; readonly kind: string }>>('/spans');
    expect(items.map(({ span, kind }) => [span, kind])).toEqual([
      [1, 'analogue'],
      [2, 'e1'],
      [3, 'basic'],
      [4, 'basic'],
    ]);
    const spans = await Promise.all(items.map(({ span }) => service.api.get<Span>(`/spans/${span}/settings`)));
    expect(spans.map(({ channels, settings }) => [channels, settings?.['access']])).toEqual([
      [4, undefined],
      [30, 'primary'],
      [2, 'pointToPoint'],
      [2, 'pointToMultipoint'],
    ]);
  });

  it('is heard by the far end, and its try tells what the line carried', async () => {
    const made = await office.schedule(SERVICE_NUMBER, LISTENER);
    const request = await office.finished(made.id, 60_000);
    expect(request).toMatchObject({ state: 'completed', outcome: 'answered' });
    expect(request.attempts[0]?.tries).toMatchObject([{ sent: true, notCarried: [] }]);
    const { items } = await eventually(
      () => service.api.get<List<{ readonly id: string; readonly heardMs: number | null }>>('/virtual-card/far-end/calls'),
      (list) => list.items.length > 0 && list.items[0]?.heardMs !== null,
      { what: 'the far end has kept what it heard' },
    );
    const heard = samplesOf(await service.api.bytes(`/virtual-card/far-end/calls/${items[0]?.id}/heard.wav`));
    const prompt = samplesOf(readFileSync(path.resolve(import.meta.dirname, '../../board/prompts/en-GB/you-asked-for-a-call.wav')));
    expect(resemblance(prompt, heard)).toBeGreaterThanOrEqual(0.9);
  }, 90_000);

  it.each([
    ['201', 'busy', 17],
    ['203', 'rejected', 21],
    ['204', 'unobtainable', 1],
  ])('to the far end %s ends as %s with the exact cause', async (far, outcome, q850) => {
    const request = await office.finished((await office.schedule(SERVICE_NUMBER, `+441632960${far}`)).id, 40_000);
    expect(request).toMatchObject({ state: 'failed', outcome });
    expect(request.attempts[0]).toMatchObject({ q850, sipStatus: null });
    expect(request.attempts[0]?.tries[0]).toMatchObject({ inferred: false });
  });

  it('runs a span as it was changed to, refuses what it cannot be, and keeps it', async () => {
    const refused = await service.api.request('PATCH', '/spans/2', { access: 'pointToPoint' });
    expect(refused.status).toBe(422);
    await service.api.request('PATCH', '/spans/2', { switchType: 'qsig', t309Seconds: 30 });
    const changed = await eventually(
      () => service.api.get<Span>('/spans/2/settings'),
      ({ layerTwo, settings }) => layerTwo === 'up' && settings?.['switchType'] === 'qsig',
      { what: 'the E1 is up again', timeoutMs: 30_000 },
    );
    expect(changed.settings).toMatchObject({ t309Seconds: 30, side: 'user' });
  }, 60_000);

  it('leaves nothing behind', async () => {
    expect(await service.leftovers()).toEqual({});
  });
});
