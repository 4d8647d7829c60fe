// A card that is pulled while calls are dialled over it, with a SIP trunk beside it: in real time, since SIP keeps that.
import { afterAll, beforeAll, expect, it } from 'vitest';

import { noise } from '../support/audio.js';
import { Office, planOf } from '../support/office.js';
import { ServiceProcess } from '../support/service-process.js';
import { SipParty } from '../support/sip-party.js';
import { eventually } from '../support/until.js';

const SERVICE_NUMBER = '+441632960100';
const LISTENER = '+441632960200';
const ANSWERED = 8;
const LINES = 10;

interface LineView {
  readonly kind: string;
  readonly state: string;
}

let service: ServiceProcess;
let office: Office;
beforeAll(async () => {
  service = await ServiceProcess.start({
    card: 'virtual',
    environment: { BRANCHLINE_CARD_FXO: String(LINES), BRANCHLINE_CARD_E1: '0', BRANCHLINE_CARD_BRI: '0' },
  });
  office = new Office(service.api);
  await office.audio('prompt', noise(21, 30));
  await office.number(SERVICE_NUMBER, planOf('Prompt', [{ id: 2, type: 'Audio', settings: { audioFile: 'prompt' } }]));
}, 60_000);
afterAll(async () => {
  await service?.stop();
});

/** Waits until so many FXO lines are in this state. */
async function lines(state: string, count: number): Promise<void> {
  await eventually(
    async () =>
      (await service.api.get<{ readonly items: readonly LineView[] }>('/lines')).items.filter((line) => line.kind === 'fxo' && line.state === state),
    (found) => found.length === count,
    { what: `${count} lines are ${state}`, timeoutMs: 30_000, everyMs: 20 },
  );
}

it('Scheduled Calls that were being dialled when the card was pulled reach their parties over SIP, and the card is used again once it is back', async () => {
  const carrier = await SipParty.start('uas-answer', {}, { calls: 3, timeoutSeconds: 90 });
  const channels = Array.from({ length: LINES }, (_, index) => index + 1);
  await service.api.post('/trunks', { name: 'card', kind: 'analogue', channels, priority: 1, maxCalls: LINES, callsPerSecond: 200 });
  await office.trunk('carrier', carrier.port, '', { prefixes: [], priority: 2 });
  try {
    const answered = await Promise.all(Array.from({ length: ANSWERED }, () => office.schedule(SERVICE_NUMBER, LISTENER)));
    await lines('talking', ANSWERED);
    const dialled = await Promise.all(Array.from({ length: LINES - ANSWERED }, () => office.schedule(SERVICE_NUMBER, LISTENER)));
    await lines('dialling', LINES - ANSWERED);
    await service.api.post('/virtual-card/pull');

    for (const { id } of answered) {
      const request = await office.finished(id);
      expect(request).toMatchObject({ state: 'completed', outcome: 'answered' });
      expect(request.attempts).toHaveLength(1);
      expect(await office.cdrs(`requestId=${id}`)).toMatchObject([{ callType: 167, clearDown: 27 }]);
    }
    for (const { id } of dialled) {
      const request = await office.inState(id, 'inProgress', 30_000);
      expect(request.attempts).toHaveLength(1);
      expect(request.attempts[0]?.tries).toMatchObject([{ q850: 27 }, { trunkName: 'carrier', sent: true }]);
    }
    const another = await office.inState((await office.schedule(SERVICE_NUMBER, LISTENER)).id, 'inProgress', 30_000);
    expect(another.attempts[0]?.tries).toHaveLength(1);
    for (const { id } of [...dialled, another]) await service.api.post(`/scheduled-calls/${id}/hang-up`);
    await carrier.well();

    await service.api.post('/virtual-card/restore');
    await lines('idle', LINES);
    await office.schedule(SERVICE_NUMBER, LISTENER);
    await lines('talking', 1);
  } finally {
    await carrier.stop();
  }
}, 120_000);
