// A card with analogue and ISDN lines that is pulled out of its slot during ten calls, and put back.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { SteppedService } from '../support/stepped-service.js';

const SERVICE_NUMBER = '+441632960100';
const [E1, POINT_TO_POINT, BUS] = [2, 3, 4];
const ISDN = [E1, POINT_TO_POINT, BUS];
/** Scheduled Calls by the kind of line that their numbers go over; one more call comes in over each of FXO and E1. */
const CALLS = { '+441632961': 3, '+441632962': 3, '+441632963': 1, '+441632964': 1 } as const;
const FINAL = ['completed', 'failed', 'expired', 'interrupted', 'deleted'];

interface Items<T> {
  readonly items: readonly T[];
}
interface LineView {
  readonly kind: string;
  readonly state: string;
  readonly detail: string;
}
interface RequestView {
  readonly id: string;
  readonly state: string;
  readonly outcome: string | null;
}

let service: SteppedService;
beforeAll(async () => {
  service = await SteppedService.start('2026-06-01T08:00:00Z', { 'card.fxo': '4', 'card.fxs': '0' });
  const before = await service.api.get<Items<{ readonly id: string }>>('/trunks');
  for (const { id } of before.items) await service.api.delete(`/trunks/${id}`);
  const [fxo, pri, point, bus] = Object.keys(CALLS);
  await service.api.post('/trunks', { name: 'FXO', kind: 'analogue', channels: [1, 2, 3, 4], serviceNumber: SERVICE_NUMBER, prefixes: [fxo] });
  for (const [name, span, prefix] of [
    ['PRI', E1, pri],
    ['BRI', POINT_TO_POINT, point],
    ['bus', BUS, bus],
  ] as const) {
    await service.api.post('/trunks', { name, kind: 'isdn', spans: [span], prefixes: [prefix], ddiPrefix: '+441632960' });
  }
  for (const prefix of Object.keys(CALLS)) {
    await service.api.post('/virtual-card/far-ends', {
      number: `${prefix}200`,
      script: [{ do: 'ring', milliseconds: 500 }, { do: 'answer' }, { do: 'expect', digits: '9', milliseconds: 600_000 }],
    });
  }
  await up();
}, 60_000);
afterAll(async () => {
  await service.stop();
});

async function up(): Promise<void> {
  await service.passUntil(
    () => service.api.get<{ readonly layerTwo: string }>(`/spans/${E1}/settings`),
    ({ layerTwo }) => layerTwo === 'up',
  );
  await service.clock.advance(5000);
}

async function ask(prefix: string): Promise<string> {
  return (await service.api.post<RequestView>('/scheduled-calls', { serviceNumber: SERVICE_NUMBER, firstParty: `${prefix}200` })).id;
}

function linesIn(state: string): Promise<number> {
  return service.api.get<Items<LineView>>('/lines').then(({ items }) => items.filter((line) => line.state === state).length);
}

/** Ten calls: eight out, two in, all of them answered. */
async function tenCalls(): Promise<readonly string[]> {
  const requests: string[] = [];
  for (const [prefix, count] of Object.entries(CALLS)) for (let call = 0; call < count; call += 1) requests.push(await ask(prefix));
  const script = [{ do: 'wait', milliseconds: 600_000 }];
  await service.passUntil(
    () => linesIn('talking'),
    (count) => count === requests.length,
  );
  const free = (await service.api.get<Items<LineView & { readonly channel: number }>>('/lines')).items.find(
    ({ kind, state }) => kind === 'fxo' && state === 'idle',
  );
  await service.api.post('/virtual-card/far-end/call-in', { channel: free?.channel, script });
  await service.api.post('/virtual-card/far-end/isdn-call-in', { span: E1, called: SERVICE_NUMBER, script });
  await service.passUntil(
    () => linesIn('talking'),
    (count) => count === requests.length + 2,
  );
  return requests;
}

describe('a card that is pulled during ten calls over FXO, PRI and BRI', () => {
  it('ends each of them with the cause of a line out of order', async () => {
    const requests = await tenCalls();
    await service.api.post('/virtual-card/pull');
    await service.passUntil(
      () => service.api.get<Items<unknown>>('/cdrs?limit=1000'),
      ({ items }) => items.length === 10,
    );
    const { items } = await service.api.get<Items<{ readonly callType: number; readonly clearDown: number }>>('/cdrs?limit=1000');
    expect(items.map(({ callType, clearDown }) => [callType, clearDown]).toSorted(([a = 0], [b = 0]) => a - b)).toEqual([
      ...Array.from({ length: 2 }, () => [1, 27]),
      ...Array.from({ length: 8 }, () => [167, 27]),
    ]);
    for (const id of requests) {
      await service.passUntil(
        () => service.api.get<RequestView>(`/scheduled-calls/${id}`),
        ({ state }) => FINAL.includes(state),
      );
    }
  });

  it('shows why on its spans, its lines and its trunks', async () => {
    for (const span of ISDN) {
      expect(await service.api.get(`/spans/${span}/settings`)).toMatchObject({ layerTwo: 'down', detail: 'the card was removed' });
    }
    const card = await service.api.get<{ readonly spans: readonly { readonly alarms: readonly string[] }[] }>('/virtual-card');
    expect(card.spans.map(({ alarms }) => alarms)).toEqual(Array.from({ length: 4 }, () => ['removed']));
    const lines = (await service.api.get<Items<LineView>>('/lines')).items;
    expect(new Set(lines.map(({ state, detail }) => `${state}: ${detail}`))).toEqual(new Set(['removed: the card was removed']));
    const trunks = await service.api.get<Items<{ readonly name: string; readonly state: string; readonly stateDetail: string }>>('/trunks');
    expect(Object.fromEntries(trunks.items.map(({ name, state }) => [name, state]))).toEqual({ FXO: 'down', PRI: 'down', BRI: 'down', bus: 'down' });
    expect(trunks.items.find(({ name }) => name === 'PRI')?.stateDetail).toContain('span 2: removed alarm');
  });

  it('takes no Scheduled Call over its spans meanwhile, and hangs none', async () => {
    for (const prefix of Object.keys(CALLS)) {
      const id = await ask(prefix);
      const { value } = await service.passUntil(
        () => service.api.get<RequestView>(`/scheduled-calls/${id}`),
        ({ state }) => FINAL.includes(state),
      );
      expect(value.outcome).not.toBe('answered');
    }
  });

  it('carries ten calls again once it is put back', async () => {
    await service.api.post('/virtual-card/restore');
    await up();
    await tenCalls();
    expect(await linesIn('removed')).toBe(0);
  });
});
