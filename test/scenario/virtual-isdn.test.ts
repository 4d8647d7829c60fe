// The ISDN spans of the virtual card over the API, in virtual time: what is wrong with them, who calls over them.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { SteppedService } from '../support/stepped-service.js';

const SERVICE_NUMBER = '+441632960100';
const [ANALOGUE, E1, POINT_TO_POINT, BUS] = [1, 2, 3, 4];
const FINAL = ['completed', 'failed', 'expired', 'interrupted', 'deleted'];

interface Items<T> {
  readonly items: readonly T[];
}
interface Try {
  readonly q850: number | null;
}
interface RequestView {
  readonly id: string;
  readonly state: string;
  readonly outcome: string | null;
  readonly attempts: readonly { readonly q850: number | null; readonly tries: readonly Try[] }[];
}
interface LineView {
  readonly span: number | null;
  readonly state: string;
}
interface Problem {
  readonly code: string;
  readonly title: string;
  readonly errors?: readonly { readonly path: string }[];
}

let service: SteppedService;
beforeAll(async () => {
  service = await SteppedService.start('2026-06-01T08:00:00Z', { 'card.fxo': '1', 'card.fxs': '1' });
  const { items } = await service.api.get<Items<{ readonly id: string }>>('/trunks');
  for (const { id } of items) await service.api.delete(`/trunks/${id}`);
  for (const [name, span] of [
    ['PRI', E1],
    ['bus', BUS],
  ] as const) {
    await service.api.post('/trunks', {
      name,
      kind: 'isdn',
      spans: [span],
      prefixes: [`+44163296${name === 'PRI' ? '0' : '1'}`],
      ddiPrefix: '+441632960',
    });
  }
  await layerTwo('up');
}, 60_000);
afterAll(async () => {
  await service.stop();
});

async function layerTwo(state: 'up' | 'down'): Promise<number> {
  const { milliseconds } = await service.passUntil(
    () => service.api.get<{ readonly layerTwo: string }>(`/spans/${E1}/settings`),
    (span) => span.layerTwo === state,
  );
  return milliseconds;
}

async function finished(firstParty: string): Promise<RequestView> {
  const { id } = await service.api.post<RequestView>('/scheduled-calls', { serviceNumber: SERVICE_NUMBER, firstParty });
  const { value } = await service.passUntil(
    () => service.api.get<RequestView>(`/scheduled-calls/${id}`),
    ({ state }) => FINAL.includes(state),
  );
  return value;
}

function refused(method: string, where: string, body: unknown): Promise<{ readonly status: number; readonly body: Problem }> {
  return service.api.request<Problem>(method, `/virtual-card${where}`, body);
}

describe('what is wrong with an ISDN span', () => {
  afterEach(async () => {
    for (const span of [E1, BUS]) await service.api.delete(`/virtual-card/spans/${span}/faults`);
    await layerTwo('up');
    await service.clock.advance(5000);
  });

  it('is kept, shown and cleared', async () => {
    const faults = {
      alarms: ['yellow'],
      slips: 3,
      dChannel: { lossPercent: 2.5, delayMs: 40 },
      exchange: { refusals: [{ number: '+441632960200', cause: 22 }], lateConnectMs: 10 },
    };
    expect(await service.api.put(`/virtual-card/spans/${E1}/faults`, faults)).toEqual(faults);
    expect(await service.api.get(`/virtual-card/spans/${E1}/faults`)).toEqual(faults);
    await service.api.delete(`/virtual-card/spans/${E1}/faults`);
    expect(await service.api.get(`/virtual-card/spans/${E1}/faults`)).toEqual({});
  });

  it('refuses every call, or those to a number, with a cause of its own', async () => {
    await service.api.put(`/virtual-card/spans/${E1}/faults`, {
      exchange: { refuseWith: 38, refusals: [{ number: '01632960203', cause: 22 }] },
    });
    expect((await finished('+441632960203')).attempts[0]?.tries[0]).toMatchObject({ q850: 22 });
    expect((await finished('+441632960200')).attempts[0]?.tries[0]).toMatchObject({ q850: 38 });
    await service.api.put(`/virtual-card/spans/${E1}/faults`, { exchange: { wrongCause: 18 } });
    expect((await finished('+441632960203')).attempts[0]?.tries[0]).toMatchObject({ q850: 18 });
  });

  it('takes layer 2 down when its D channel is cut; a lossy and slow one carries calls', async () => {
    await service.api.put(`/virtual-card/spans/${E1}/faults`, { dChannel: { cut: true } });
    await layerTwo('down');
    await service.api.put(`/virtual-card/spans/${E1}/faults`, { dChannel: { lossPercent: 10, delayMs: 100 } });
    await layerTwo('up');
    await service.clock.advance(10_000);
    expect(await finished('+441632960206')).toMatchObject({ state: 'completed', outcome: 'answered' });
  });

  it('tells the answer late', async () => {
    const answerAfter = async () => {
      const { id } = await service.api.post<RequestView>('/scheduled-calls', { serviceNumber: SERVICE_NUMBER, firstParty: '+441632960206' });
      const { milliseconds } = await service.passUntil(
        () => service.api.get<Items<LineView>>('/lines'),
        ({ items }) => items.some(({ state }) => state === 'talking'),
      );
      await service.passUntil(
        () => service.api.get<RequestView>(`/scheduled-calls/${id}`),
        ({ state }) => FINAL.includes(state),
      );
      return milliseconds;
    };
    const punctual = await answerAfter();
    await service.api.put(`/virtual-card/spans/${E1}/faults`, { exchange: { lateConnectMs: 4000 } });
    expect((await answerAfter()) - punctual).toBeGreaterThanOrEqual(3900);
  });

  it('gives no TEI on a bus: a call there fails, and comes through once TEIs are given again', async () => {
    await service.api.post('/virtual-card/far-ends', {
      number: '+441632961200',
      script: [{ do: 'answer' }, { do: 'wait', milliseconds: 2000 }, { do: 'hangUp', cause: 31 }],
    });
    await service.api.put(`/virtual-card/spans/${BUS}/faults`, { dChannel: { refuseTei: true } });
    expect(await finished('+441632961200')).toMatchObject({ outcome: 'unobtainable' });
    await service.api.delete(`/virtual-card/spans/${BUS}/faults`);
    await service.clock.advance(60_000);
    expect(await finished('+441632961200')).toMatchObject({ outcome: 'answered' });
    const cdrs = await service.api.get<Items<{ readonly clearDown: number }>>('/cdrs?limit=1000');
    expect(cdrs.items.at(-1)?.clearDown).toBe(31);
  });

  it('is refused where a span cannot have it, with what to change', async () => {
    const analogue = await refused('PUT', `/spans/${ANALOGUE}/faults`, { dChannel: { cut: true } });
    expect(analogue).toMatchObject({ status: 422, body: { code: 'virtualCardInput' } });
    expect(analogue.body.title).toContain('Span 1 is not ISDN, so it has no D channel: leave dChannel and exchange out; those that are: 2, 3, 4.');
    const point = await refused('PUT', `/spans/${POINT_TO_POINT}/faults`, { dChannel: { refuseTei: true } });
    expect(point.status).toBe(422);
    expect(point.body.title).toContain('point to multipoint only');
    expect(await refused('PUT', `/spans/${E1}/faults`, { dChannel: { lossPercent: 101 } })).toMatchObject({
      status: 400,
      body: { errors: [{ path: '/dChannel/lossPercent' }] },
    });
    expect(await refused('PUT', `/spans/${E1}/faults`, { exchange: { refuseWith: 128 } })).toMatchObject({ status: 400 });
    expect(await service.api.get(`/virtual-card/spans/${E1}/faults`)).toEqual({});
  });
});

it('shows what only analogue channels have as nothing of a B-channel', async () => {
  const { channels } = await service.api.get<{ readonly channels: readonly Record<string, unknown>[] }>('/virtual-card');
  expect(channels[0]).toMatchObject({ kind: 'fxo', idle: true, flashes: 0 });
  expect(channels[2]).toMatchObject({ kind: 'bearer', idle: null, flashes: null });
});

describe('RESTART by the exchange', () => {
  it('ends the call of its channel with cause 41, and the span carries calls again', async () => {
    await service.api.put('/virtual-card/far-ends/200', { script: [{ do: 'answer' }, { do: 'wait', milliseconds: 600_000 }] });
    const { id } = await service.api.post<RequestView>('/scheduled-calls', { serviceNumber: SERVICE_NUMBER, firstParty: '+441632960200' });
    await service.passUntil(
      () => service.api.get<Items<LineView>>('/lines'),
      ({ items }) => items.some(({ state }) => state === 'talking'),
    );
    await service.api.post(`/virtual-card/spans/${E1}/restart`, { timeslot: 31 });
    await service.passUntil(
      () => service.api.get<RequestView>(`/scheduled-calls/${id}`),
      ({ state }) => FINAL.includes(state),
    );
    expect(await service.api.get(`/cdrs?requestId=${id}`)).toMatchObject({ items: [{ clearDown: 41 }] });
    await service.api.post(`/virtual-card/spans/${E1}/restart`, {});
    await service.clock.advance(5000);
    expect(await finished('+441632960206')).toMatchObject({ outcome: 'answered' });
  });

  it('is refused where there is none, with what to change', async () => {
    expect((await refused('POST', `/spans/${BUS}/restart`, {})).body.title).toContain('a point to multipoint span knows no RESTART');
    expect((await refused('POST', `/spans/${E1}/restart`, { timeslot: 16 })).body.title).toContain('span 2 has no B-channel 16');
    expect((await refused('POST', `/spans/${ANALOGUE}/restart`, {})).body.title).toContain('Span 1 is not ISDN, so it knows no RESTART');
    expect(await refused('POST', '/spans/9/restart', {})).toMatchObject({ status: 404 });
  });
});

describe('a call in over ISDN', () => {
  it.each([
    ['+441632960100', E1],
    ['100', E1],
    ['+441632960100', BUS],
  ])('to %s on span %i reaches its service number, and its far end hears and clears it', async (called, span) => {
    const before = (await service.api.get<Items<unknown>>('/cdrs?limit=1000')).items.length;
    await service.api.post('/virtual-card/far-end/isdn-call-in', {
      span,
      called,
      calledSubaddress: '12',
      calling: { number: '+441632960205', name: 'Alice Example', subaddress: '7' },
      script: [{ do: 'wait', milliseconds: 2000 }, { do: 'hangUp' }],
    });
    const { value } = await service.passUntil(
      () => service.api.get<Items<Record<string, unknown>>>('/cdrs?limit=1000'),
      ({ items }) => items.length > before,
    );
    expect(value.items.at(-1)).toMatchObject({ callType: 1, clearDown: 16, from: '+441632960205', to: SERVICE_NUMBER });
    const { items } = await service.api.get<Items<{ readonly number: string }>>('/virtual-card/far-end/calls');
    expect(items[0]?.number).toBe('+441632960205');
  });

  it('whose number is restricted is not shown', async () => {
    const before = (await service.api.get<Items<unknown>>('/cdrs?limit=1000')).items.length;
    await service.api.post('/virtual-card/far-end/isdn-call-in', {
      span: E1,
      called: SERVICE_NUMBER,
      calling: { number: '+441632960205', presentation: 'restricted', screening: 'userVerified' },
      behaviour: '206',
    });
    const { value } = await service.passUntil(
      () => service.api.get<Items<Record<string, unknown>>>('/cdrs?limit=1000'),
      ({ items }) => items.length > before,
    );
    expect(value.items.at(-1)).toMatchObject({ callType: 1, clearDown: 16, to: SERVICE_NUMBER });
  });

  it('is refused where it cannot be, with what to change', async () => {
    const analogue = await refused('POST', '/far-end/isdn-call-in', { span: ANALOGUE, called: SERVICE_NUMBER });
    expect(analogue).toMatchObject({ status: 422, body: { code: 'virtualCardInput' } });
    expect(analogue.body.title).toContain('Span 1 is not ISDN, so no subscriber can call over it; those that are: 2, 3, 4.');
    expect(await refused('POST', '/far-end/isdn-call-in', { span: 9, called: '1' })).toMatchObject({ status: 404 });
    expect(await refused('POST', '/far-end/isdn-call-in', { span: E1, called: 'x' })).toMatchObject({ status: 400 });
    expect(await refused('POST', '/far-end/isdn-call-in', { span: E1, called: '1', behaviour: '201' })).toMatchObject({ status: 422 });
    await service.api.post('/virtual-card/pull');
    expect(await refused('POST', '/far-end/isdn-call-in', { span: E1, called: '1' })).toMatchObject({ status: 409 });
    await service.api.post('/virtual-card/restore');
  });
});

describe('a test of a B-channel', () => {
  const FIRST_BEARER = 3;
  interface Test {
    readonly id: string;
    readonly endedAt: string | null;
    readonly result: { readonly passed: boolean; readonly words: string; readonly figures: Readonly<Record<string, unknown>> } | null;
  }

  async function tested(test: string, seconds: number): Promise<Test['result']> {
    const { id } = await service.api.post<Test>(`/lines/${FIRST_BEARER}/tests`, { test, seconds });
    const { value } = await service.passUntil(
      () => service.api.get<Test>(`/lines/${FIRST_BEARER}/tests/${id}`),
      ({ endedAt }) => endedAt !== null,
    );
    return value.result;
  }

  it('measures the loop that the far end makes, and its errors, and is kept in the history of the line', async () => {
    await service.clock.advance(1000); // The card may have come back just now.
    expect(await refused('PUT', `/channels/${FIRST_BEARER}/loop`, undefined)).toMatchObject({ status: 204 });
    expect(await tested('loopback', 1)).toMatchObject({ passed: true, figures: { returned: true, delayMs: 20 } });
    expect(await tested('bitError', 3)).toMatchObject({ passed: true, figures: { seconds: 3, errors: 0, erroredSeconds: 0 } });
    await service.api.put(`/virtual-card/channels/${FIRST_BEARER}/impairments`, { received: { noiseDbm0: -40 } });
    expect(await tested('bitError', 3)).toMatchObject({ passed: false, figures: { seconds: 3, erroredSeconds: 3 } });
    await service.api.put(`/virtual-card/channels/${FIRST_BEARER}/impairments`, {});
    expect(await refused('DELETE', `/channels/${FIRST_BEARER}/loop`, undefined)).toMatchObject({ status: 204 });
    expect(await tested('loopback', 1)).toMatchObject({ passed: false });
    const history = await service.api.get<Items<object>>(`/lines/${FIRST_BEARER}/history`);
    expect(history.items[0]).toMatchObject({ type: 'test', data: { test: 'loopback', passed: false } });
  });

  it('is refused on an analogue line, which has no loop either', async () => {
    expect(await service.api.request('POST', '/lines/1/tests', { test: 'bitError' })).toMatchObject({
      status: 422,
      body: { code: 'lineTestUnsuited' },
    });
    const { body } = await refused('PUT', '/channels/1/loop', undefined);
    expect(body.title).toMatch(/choose a B-channel, one of 3, 4/u);
  });
});
