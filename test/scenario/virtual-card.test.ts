// The virtual card's far side over the API, in virtual time.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { SteppedService } from '../support/stepped-service.js';

interface FarEndView {
  readonly id: string;
  readonly number: string | null;
  readonly script: readonly { readonly do: string }[];
}
interface RequestView {
  readonly id: string;
  readonly state: string;
  readonly outcome: string | null;
}
interface Problem {
  readonly code: string;
  readonly title: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
}

const FINAL = ['completed', 'failed', 'expired', 'interrupted', 'deleted'];

let service: SteppedService;
beforeAll(async () => {
  service = await SteppedService.start('2026-06-01T08:00:00Z', { 'card.e1': '0', 'card.bri': '0' });
}, 60_000);
afterAll(async () => {
  await service.stop();
});

async function refused(method: string, where: string, body?: unknown): Promise<{ readonly status: number; readonly body: Problem }> {
  return service.api.request<Problem>(method, `/virtual-card${where}`, body);
}

/** How a Scheduled Call to `firstParty` ends. */
async function outcomeOf(firstParty: string): Promise<RequestView> {
  const { id } = await service.api.post<RequestView>('/scheduled-calls', { serviceNumber: '+441632960100', firstParty });
  const { value } = await service.passUntil(
    () => service.api.get<RequestView>(`/scheduled-calls/${id}`),
    ({ state }) => FINAL.includes(state),
  );
  return value;
}

describe('far ends over the API', () => {
  it('are the promised table and the telephones at the start', async () => {
    const { items } = await service.api.get<{ readonly items: readonly FarEndView[] }>('/virtual-card/far-ends');
    expect(items.map(({ id }) => id)).toEqual([
      ...['200', '201', '202', '203', '204', '205', '206', '207', '208', '209'],
      ...['telephone-5', 'telephone-6', 'telephone-7', 'telephone-8'],
    ]);
    expect(items[5]).toMatchObject({ number: '+441632960205' });
  });

  it('are created, changed, called and deleted', async () => {
    const created = await service.api.post<FarEndView>('/virtual-card/far-ends', {
      number: '01632 960321',
      script: [{ do: 'refuse', cause: 17 }],
    });
    expect(created).toMatchObject({ id: '441632960321', number: '+441632960321' });
    expect(await outcomeOf('+441632960321')).toMatchObject({ outcome: 'busy' });
    expect(await refused('POST', '/far-ends', { number: '+441632960321', script: [] })).toMatchObject({ status: 409, body: { code: 'farEndTaken' } });
    await service.api.put(`/virtual-card/far-ends/${created.id}`, {
      script: [{ do: 'answer' }, { do: 'wait', milliseconds: 2000 }, { do: 'hangUp' }],
    });
    expect(await outcomeOf('+441632960321')).toMatchObject({ outcome: 'answered' });
    await service.api.delete(`/virtual-card/far-ends/${created.id}`);
    expect(await refused('GET', `/far-ends/${created.id}`)).toMatchObject({ status: 404 });
    expect(await outcomeOf('+441632960321')).toMatchObject({ outcome: 'unobtainable' });
  });

  it('wait for keys, and go on when they hear them', async () => {
    await service.api.put('/virtual-card/far-ends/200', {
      script: [{ do: 'answer' }, { do: 'expect', milliseconds: 1000, otherwise: 'hangUp' }, { do: 'wait', milliseconds: 60_000 }],
    });
    const { id } = await service.api.post<RequestView>('/scheduled-calls', { serviceNumber: '+441632960100', firstParty: '+441632960200' });
    const { milliseconds } = await service.passUntil(
      () => service.api.get<RequestView>(`/scheduled-calls/${id}`),
      ({ state }) => state === 'completed',
    );
    expect(milliseconds).toBeLessThan(10_000);
  });

  it.each([
    [{ script: [{ do: 'sing' }] }, '/script/0/do', 'sing'],
    [{ script: [{ do: 'wait' }] }, '/script/0/milliseconds', 'is missing'],
    [{ script: [{ do: 'answer' }, { do: 'digits', digits: '12x' }] }, '/script/1/digits', 'pattern'],
    [{ script: [{ do: 'wait', seconds: 1 }] }, '/script/0/seconds', 'is not a known field'],
  ])('name the path of what is wrong with a script: %j', async (body, path, message) => {
    const answer = await refused('POST', '/far-ends', { number: '+441632960322', ...body });
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalidInput' } });
    expect(answer.body.errors?.find((one) => one.path === path)?.message).toContain(message);
  });

  it('refuse what could not be run, and stay as they were', async () => {
    const answer = await refused('PUT', '/far-ends/201', { script: [{ do: 'answer' }, { do: 'refuse', tone: 'busy' }] });
    expect(answer).toMatchObject({ status: 422, body: { code: 'virtualCardInput' } });
    expect(answer.body.title).toContain('step 2 (refuse)');
    expect(await refused('POST', '/far-ends', { script: [] })).toMatchObject({ status: 422 });
    expect(await refused('POST', '/far-ends', { telephone: 1, script: [] })).toMatchObject({ status: 422 });
    expect(await refused('DELETE', '/far-ends/999')).toMatchObject({ status: 404, body: { code: 'farEndUnknown' } });
    expect(await outcomeOf('+441632960201')).toMatchObject({ outcome: 'busy' });
  });
});

describe('what is wrong with a line', () => {
  afterEach(async () => {
    for (const channel of [1, 2, 3, 4]) await service.api.delete(`/virtual-card/channels/${channel}/impairments`);
    await service.passUntil(
      () => service.api.get<{ readonly items: readonly { readonly kind: string; readonly state: string }[] }>('/lines'),
      ({ items }) => items.every(({ kind, state }) => kind !== 'fxo' || state === 'idle'),
    );
  });

  async function impairAll(impairments: object): Promise<void> {
    for (const channel of [1, 2, 3, 4]) await service.api.put(`/virtual-card/channels/${channel}/impairments`, impairments);
  }

  it('is kept, shown and cleared', async () => {
    const impairments = { received: { noiseDbm0: -45 }, signalling: { lostRings: 1 } };
    await service.api.put('/virtual-card/channels/1/impairments', impairments);
    expect(await service.api.get('/virtual-card/channels/1/impairments')).toEqual(impairments);
    const card = await service.api.get<{ readonly channels: readonly { readonly impaired: boolean }[] }>('/virtual-card');
    expect(card.channels.map(({ impaired }) => impaired)).toEqual([true, false, false, false, false, false, false, false]);
    await service.api.delete('/virtual-card/channels/1/impairments');
    expect(await service.api.get('/virtual-card/channels/1/impairments')).toEqual({});
  });

  it('makes an alarm of a cut line, which goes when it is mended', async () => {
    const line = () => service.api.get<{ readonly items: readonly { readonly state: string }[] }>('/lines').then(({ items }) => items[0]?.state);
    await service.api.put('/virtual-card/channels/1/impairments', { signalling: { noBattery: true } });
    await service.passUntil(line, (state) => state === 'alarm');
    const card = await service.api.get<{ readonly channels: readonly { readonly battery: boolean }[] }>('/virtual-card');
    expect(card.channels.map(({ battery }) => battery)).toEqual([false, ...Array.from({ length: 7 }, () => true)]);
    await service.api.delete('/virtual-card/channels/1/impairments');
    await service.passUntil(line, (state) => state === 'idle');
  });

  it('ends a call whose far end is told to have cleared by a tone alone', async () => {
    await impairAll({ received: { noiseDbm0: -40 }, signalling: { disconnect: 'tone', disconnectTone: 'busy' } });
    expect(await outcomeOf('+441632960206')).toMatchObject({ outcome: 'answered', state: 'completed' });
  });

  it('reaches a wrong number', async () => {
    await impairAll({ signalling: { wrongNumber: '01632960201' } });
    expect(await outcomeOf('+441632960206')).toMatchObject({ outcome: 'busy' });
  });

  it('is refused where a channel cannot have it, with what to change', async () => {
    expect(await refused('PUT', '/channels/5/impairments', { signalling: { glare: true } })).toMatchObject({
      status: 422,
      body: { code: 'virtualCardInput' },
    });
    expect(await refused('PUT', '/channels/99/impairments', {})).toMatchObject({ status: 404, body: { code: 'virtualChannelUnknown' } });
    const answer = await refused('PUT', '/channels/1/impairments', { received: { noiseDbm0: 20 } });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: '/received/noiseDbm0' }] } });
  });
});

describe('what is wrong with a span', () => {
  it('is an alarm and its counters', async () => {
    await service.api.put('/virtual-card/spans/1/faults', { alarms: ['red', 'yellow'], slips: 12, crcErrors: 3 });
    await service.clock.advance(40);
    expect(await service.api.get('/virtual-card')).toMatchObject({ spans: [{ span: 1, alarms: ['red', 'yellow'], slips: 12, crcErrors: 3 }] });
    await service.api.delete('/virtual-card/spans/1/faults');
    await service.clock.advance(40);
    expect(await service.api.get('/virtual-card')).toMatchObject({ spans: [{ alarms: [], slips: 0 }] });
    expect(await refused('PUT', '/spans/9/faults', {})).toMatchObject({ status: 404 });
  });
});
