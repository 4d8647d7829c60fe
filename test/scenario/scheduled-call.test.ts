import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { SteppedService } from '../support/stepped-service.js';

interface RequestView {
  readonly id: string;
  readonly state: string;
  readonly outcome: string | null;
  readonly dueAt: string;
  readonly whyNotYet?: readonly { readonly code: string }[];
  readonly callIds?: readonly string[];
  readonly attempts?: readonly { readonly seizedAt: string | null; readonly answeredAt: string | null; readonly endedAt: string | null }[];
}

interface CdrView {
  readonly callType: number;
  readonly startAt: string;
  readonly answeredAt: string | null;
  readonly endAt: string;
  readonly clearDown: number;
}

const FINAL = ['completed', 'failed', 'expired', 'interrupted', 'deleted'];

let service: SteppedService;
beforeAll(async () => {
  service = await SteppedService.start('2026-03-28T22:00:00Z');
});
afterAll(async () => {
  await service.stop();
});

async function ask(firstParty: string, more: object = {}): Promise<RequestView> {
  return service.api.post<RequestView>('/scheduled-calls', { serviceNumber: '+441632960100', firstParty, ...more });
}

function read(id: string): Promise<RequestView> {
  return service.api.get<RequestView>(`/scheduled-calls/${id}`);
}

async function ended(id: string): Promise<RequestView> {
  const { value } = await service.passUntil(
    () => read(id),
    ({ state }) => FINAL.includes(state),
  );
  return value;
}

async function cdrsOf(requestId: string): Promise<readonly CdrView[]> {
  return (await service.api.get<{ readonly items: readonly CdrView[] }>(`/cdrs?requestId=${requestId}`)).items;
}

describe('a Scheduled Call in virtual time', () => {
  it('waits for its moment, across the night in which the clocks change, and not a millisecond less', async () => {
    const due = '2026-03-29T01:30:00.250Z';
    const { id } = await ask('+441632960206', { scheduledAt: due });
    await service.clock.advance(Date.parse(due) - service.clock.now() - 100);
    expect(await read(id)).toMatchObject({ state: 'queued', whyNotYet: [{ code: 'notDueYet' }] });
    const request = await ended(id);
    const [attempt] = request.attempts ?? [];
    expect(request).toMatchObject({ state: 'completed', outcome: 'answered' });
    const lateness = Date.parse(attempt?.seizedAt ?? '') - Date.parse(due);
    expect(lateness).toBeGreaterThanOrEqual(0);
    expect(lateness).toBeLessThanOrEqual(20);
  });

  it('is ended by the far end’s hang-up after five seconds, and its record says so', async () => {
    const { id } = await ask('+441632960206');
    await ended(id);
    const [cdr, ...others] = await cdrsOf(id);
    expect(others).toEqual([]);
    expect(cdr).toMatchObject({ callType: 167, clearDown: 16 });
    const talked = Date.parse(cdr?.endAt ?? '') - Date.parse(cdr?.answeredAt ?? '');
    expect(talked).toBeGreaterThanOrEqual(5000);
    expect(talked).toBeLessThan(6000);
  });

  it('connects to the office when its First Party keys 1', async () => {
    const { id } = await ask('+441632960205');
    await service.passUntil(
      () => answeredLegs(id),
      (answered) => answered === 2,
    );
    const live = await read(id);
    expect(live.state).toBe('inProgress');
    await service.api.post(`/scheduled-calls/${id}/hang-up`);
    await ended(id);
    expect((await cdrsOf(id)).map(({ callType }) => callType).toSorted((a, b) => a - b)).toEqual([2, 167]);
  });

  it('is not rung for longer than asked', async () => {
    const { id } = await ask('+441632960202', { firstPartyRingSeconds: 12 });
    const request = await ended(id);
    const [attempt] = request.attempts ?? [];
    expect(request).toMatchObject({ state: 'failed', outcome: 'noAnswer' });
    const rang = Date.parse(attempt?.endedAt ?? '') - Date.parse(attempt?.seizedAt ?? '');
    expect(rang).toBeGreaterThanOrEqual(12_000);
    expect(rang).toBeLessThan(13_000);
  });

  it.each([
    ['+441632960201', 'busy'],
    ['+441632960204', 'unobtainable'],
    ['+441632960209', 'congestion'],
  ])('to %s ends as %s', async (firstParty, outcome) => {
    const { id } = await ask(firstParty);
    expect(await ended(id)).toMatchObject({ state: 'failed', outcome });
  });

  it('expires unrung when its latest start passes while it is held', async () => {
    const { id } = await ask('+441632960200', { scheduledAt: new Date(service.clock.now() + 90_000).toISOString() });
    const { dueAt } = await read(id);
    await service.api.request('PATCH', `/scheduled-calls/${id}`, { latestStartAt: new Date(Date.parse(dueAt) + 10_000).toISOString() });
    await service.api.post(`/scheduled-calls/${id}/hold`);
    await service.clock.advance(120_000);
    await service.api.post(`/scheduled-calls/${id}/release`);
    const request = await ended(id);
    expect(request.state).toBe('expired');
    expect(request.attempts?.map(({ seizedAt }) => seizedAt).filter((at) => at !== null)).toEqual([]);
    expect(await cdrsOf(id)).toEqual([]);
  });

  async function answeredLegs(requestId: string): Promise<number> {
    const { callIds = [] } = await read(requestId);
    const calls = await Promise.all(
      callIds.map((id) => service.api.get<{ readonly legs?: readonly { readonly answeredAt: string | null }[] }>(`/calls/${id}`)),
    );
    return calls.flatMap(({ legs = [] }) => legs).filter(({ answeredAt }) => answeredAt !== null).length;
  }
});

describe('a call from outside in virtual time', () => {
  it('goes through Continue of the same plan', async () => {
    await service.api.post('/virtual-card/far-end/call-in', { channel: 1, behaviour: '206' });
    const inbound = () =>
      service.api.get<{ readonly items: readonly { readonly id: string; readonly origin: string; readonly live: boolean }[] }>('/calls?limit=1000');
    const { value } = await service.passUntil(inbound, ({ items }) => items.some(({ origin, live }) => origin === 'inbound' && !live));
    const call = value.items.find(({ origin }) => origin === 'inbound');
    const trace = await service.api.get<{ readonly items: readonly { readonly type: string; readonly data: Readonly<Record<string, unknown>> }[] }>(
      `/calls/${call?.id ?? ''}/events`,
    );
    expect(JSON.stringify(trace.items)).toContain('welcome');
    expect(JSON.stringify(trace.items)).not.toContain('you-asked-for-a-call');
  });
});

describe('a clock that was set forward by more than five minutes', () => {
  it('holds dated Scheduled Calls until somebody says that it is right, and dials the immediate ones', async () => {
    const { id } = await ask('+441632960206', { scheduledAt: new Date(service.clock.now() + 3_600_000).toISOString() });
    service.clock.setWall(service.clock.now() + 3_700_000);
    await service.clock.advance(1000);
    expect(await read(id)).toMatchObject({ state: 'queued', whyNotYet: [{ code: 'clockUntrusted' }] });
    const now = await ask('+441632960206');
    expect(await ended(now.id)).toMatchObject({ state: 'completed' });
    expect(await read(id)).toMatchObject({ state: 'queued' });
    await service.api.post('/system/clock/confirm');
    expect(await ended(id)).toMatchObject({ state: 'completed' });
  });
});
