// A card that is pulled out of its slot during ten calls, and put back.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { SteppedService } from '../support/stepped-service.js';

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
interface Items<T> {
  readonly items: readonly T[];
}
interface CallView {
  readonly live: boolean;
}

const CALLS = 10;
const FINAL = ['completed', 'failed', 'expired', 'interrupted', 'deleted'];

let service: SteppedService;
beforeAll(async () => {
  service = await SteppedService.start('2026-06-01T08:00:00Z', { 'card.fxo': String(CALLS), 'card.e1': '0', 'card.bri': '0' });
}, 60_000);
afterAll(async () => {
  await service.stop();
});

async function ask(firstParty: string): Promise<string> {
  return (await service.api.post<RequestView>('/scheduled-calls', { serviceNumber: '+441632960100', firstParty })).id;
}

function read(id: string): Promise<RequestView & { readonly attempts: readonly unknown[] }> {
  return service.api.get(`/scheduled-calls/${id}`);
}

async function fxoLines(): Promise<readonly LineView[]> {
  return (await service.api.get<Items<LineView>>('/lines')).items.filter(({ kind }) => kind === 'fxo');
}

describe('a card that is pulled during ten calls', () => {
  const requests: string[] = [];

  it('ends each of them with the cause of a line out of order, and says why', async () => {
    await service.api.put('/virtual-card/far-ends/200', {
      script: [{ do: 'ring', milliseconds: 1000 }, { do: 'answer' }, { do: 'expect', digits: '9', milliseconds: 600_000 }],
    });
    for (let call = 0; call < CALLS - 2; call += 1) requests.push(await ask('+441632960200'));
    await service.api.post('/virtual-card/far-end/call-in', { channel: 1, behaviour: '200' });
    await service.api.post('/virtual-card/far-end/call-in', { channel: 2, behaviour: '208' });
    await service.passUntil(fxoLines, (lines) => lines.every(({ state }) => state === 'talking'));
    await service.api.post('/virtual-card/pull');
    await service.passUntil(
      () => service.api.get<Items<CallView>>('/calls?limit=1000'),
      ({ items }) => items.length === CALLS && items.every(({ live }) => !live),
    );
    const cdrs = (await service.api.get<Items<{ readonly clearDown: number; readonly callType: number }>>('/cdrs?limit=1000')).items;
    expect(cdrs.map(({ callType, clearDown }) => [callType, clearDown]).toSorted(([a = 0], [b = 0]) => a - b)).toEqual([
      ...Array.from({ length: 2 }, () => [1, 27]),
      ...Array.from({ length: CALLS - 2 }, () => [167, 27]),
    ]);
    for (const id of requests) {
      await service.passUntil(
        () => read(id),
        ({ state }) => FINAL.includes(state),
      );
    }
  });

  it('shows why on its lines, its trunk and its span', async () => {
    expect((await fxoLines()).map(({ state, detail }) => [state, detail])).toEqual(
      Array.from({ length: CALLS }, () => ['removed', 'the card was removed']),
    );
    const trunks = await service.api.get<Items<{ readonly name: string; readonly state: string; readonly stateDetail: string }>>('/trunks');
    expect(trunks.items).toMatchObject([{ name: 'card lines', state: 'down', stateDetail: `0 of ${CALLS} lines work` }]);
    expect(await service.api.get('/virtual-card')).toMatchObject({ present: false, spans: [{ kind: 'analogue', alarms: ['removed'] }] });
    expect(await service.api.request('POST', '/virtual-card/pull')).toMatchObject({ status: 409, body: { code: 'virtualCardInUse' } });
    expect(await service.api.request('POST', '/virtual-card/far-end/phone-dials', { channel: CALLS + 1, digits: '1' })).toMatchObject({
      status: 409,
    });
  });

  it('takes no Scheduled Call over its lines meanwhile', async () => {
    const id = await ask('+441632960206');
    const { value } = await service.passUntil(
      () => read(id),
      ({ state }) => FINAL.includes(state),
    );
    expect(value.outcome).not.toBe('answered');
  });

  it('brings all lines back when it is put back: calls out and in', async () => {
    await service.api.post('/virtual-card/restore');
    await service.passUntil(fxoLines, (lines) => lines.every(({ state }) => state === 'idle'));
    expect(await service.api.get('/virtual-card')).toMatchObject({ present: true, spans: [{ alarms: [] }] });
    const id = await ask('+441632960206');
    await service.passUntil(
      () => read(id),
      ({ state, outcome }) => state === 'completed' && outcome === 'answered',
    );
    await service.api.post('/virtual-card/far-end/call-in', { channel: 1, behaviour: '206' });
    await service.passUntil(fxoLines, ([first]) => first?.state === 'talking');
  });
});
