import { readFileSync } from 'node:fs';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { resemblance, samplesOf } from '../support/audio.js';
import { Office } from '../support/office.js';
import { ServiceProcess } from '../support/service-process.js';
import { eventually } from '../support/until.js';

const SERVICE_NUMBER = '+441632960100';
const LISTENER = '+441632960200';

interface FarEndCall {
  readonly id: string;
  readonly number: string;
  readonly answeredAt: string;
  readonly endedAt: string | null;
  readonly heardMs: number | null;
}

function prompt(name: string): Float64Array {
  return samplesOf(readFileSync(path.resolve(import.meta.dirname, `../../board/prompts/en-GB/${name}.wav`)));
}

describe('the first Scheduled Call of a fresh box with its defaults', () => {
  let service: ServiceProcess;
  let office: Office;

  beforeAll(async () => {
    service = await ServiceProcess.start({ card: 'virtual', demo: true });
    office = new Office(service.api);
  }, 60_000);

  afterAll(async () => service?.stop());

  it('is dialled at once, heard by the virtual far end, and accounted for within a minute', async () => {
    const askedAt = Date.now();
    const made = await office.schedule(SERVICE_NUMBER, LISTENER);
    const request = await office.finished(made.id, 60_000);
    expect(request).toMatchObject({ state: 'completed', outcome: 'answered' });
    expect(request.callIds).toHaveLength(1);

    const { call, cdrs } = await office.ended(request.callIds[0] ?? '');
    expect(call).toMatchObject({ origin: 'scheduled', live: false, from: SERVICE_NUMBER, to: LISTENER });
    expect(cdrs).toHaveLength(call.expectedCount ?? -1);
    expect(cdrs[0]).toMatchObject({ callType: 167, to: LISTENER, requestId: made.id, attemptId: request.attempts[0]?.id });
    const { startAt, answeredAt, endAt, ttaMs } = cdrs[0] as NonNullable<(typeof cdrs)[0]>;
    expect(Date.parse(startAt)).toBeGreaterThanOrEqual(Date.parse(request.dueAt));
    expect(ttaMs).toBe(Date.parse(answeredAt ?? '') - Date.parse(startAt));
    expect(Date.parse(endAt)).toBeGreaterThan(Date.parse(answeredAt ?? ''));
    expect(Date.now() - askedAt).toBeLessThan(60_000);

    const { items } = await eventually(
      () => service.api.get<{ readonly items: readonly FarEndCall[] }>('/virtual-card/far-end/calls'),
      (list) => list.items[0]?.heardMs !== null && list.items.length > 0,
      { what: 'the far end has kept what it heard' },
    );
    const [farEnd] = items;
    expect(items).toHaveLength(1);
    const heard = samplesOf(await service.api.bytes(`/virtual-card/far-end/calls/${farEnd?.id}/heard.wav`));
    // The First Party's branch plays this one and then the menu; nobody was played what inbound callers hear.
    expect(resemblance(prompt('you-asked-for-a-call'), heard)).toBeGreaterThanOrEqual(0.9);
    expect(resemblance(prompt('menu'), heard)).toBeGreaterThanOrEqual(0.9);
    expect(resemblance(prompt('welcome'), heard)).toBeLessThan(0.5);
  }, 90_000);

  it('leaves nothing behind', async () => {
    expect(await service.leftovers()).toEqual({});
  });
});
