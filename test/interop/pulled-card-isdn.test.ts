// A card with FXO, PRI and BRI lines that is pulled during ten calls, with a SIP trunk beside it: in real time, since SIP keeps that.
import { afterAll, beforeAll, expect, it } from 'vitest';

import { noise } from '../support/audio.js';
import { Office, planOf } from '../support/office.js';
import { ServiceProcess } from '../support/service-process.js';
import { SipParty } from '../support/sip-party.js';
import { eventually } from '../support/until.js';

const SERVICE_NUMBER = '+441632960100';
const E1 = 2;
/** Whom calls over a kind of line go to, by prefix: …200 answers, …202 neither rings nor answers. */
const KINDS = { FXO: '+441632961', PRI: '+441632962', BRI: '+441632963' } as const;
const ANSWERED = { FXO: 3, PRI: 3, BRI: 1 } as const;

interface LineView {
  readonly state: string;
}

let service: ServiceProcess;
let office: Office;
beforeAll(async () => {
  service = await ServiceProcess.start({ card: 'virtual', environment: { BRANCHLINE_CARD_FXO: '4', BRANCHLINE_CARD_FXS: '0' } });
  office = new Office(service.api);
  await office.audio('prompt', noise(21, 60));
  await office.number(SERVICE_NUMBER, planOf('Prompt', [{ id: 2, type: 'Audio', settings: { audioFile: 'prompt' } }]));
  for (const prefix of Object.values(KINDS)) {
    await service.api.post('/virtual-card/far-ends', { number: `${prefix}200`, script: [{ do: 'ring', milliseconds: 500 }, { do: 'answer' }] });
    await service.api.post('/virtual-card/far-ends', { number: `${prefix}202`, script: [{ do: 'wait', milliseconds: 600_000 }] });
  }
  const common = { priority: 1, callsPerSecond: 200 };
  await service.api.post('/trunks', { name: 'FXO', kind: 'analogue', channels: [1, 2, 3, 4], prefixes: [KINDS.FXO], ...common });
  await service.api.post('/trunks', { name: 'PRI', kind: 'isdn', spans: [E1], prefixes: [KINDS.PRI], ...common });
  await service.api.post('/trunks', { name: 'BRI', kind: 'isdn', spans: [3], prefixes: [KINDS.BRI], ...common });
  await priUp();
}, 60_000);
afterAll(async () => {
  await service?.stop();
});

async function priUp(): Promise<void> {
  await eventually(
    () => service.api.get<{ readonly layerTwo: string | null }>(`/spans/${E1}/settings`),
    ({ layerTwo }) => layerTwo === 'up',
    { what: 'the E1 is up', timeoutMs: 30_000 },
  );
}

async function lines(state: string, count: number): Promise<void> {
  await eventually(
    async () => (await service.api.get<{ readonly items: readonly LineView[] }>('/lines')).items.filter((line) => line.state === state),
    (found) => found.length === count,
    { what: `${count} lines are ${state}`, timeoutMs: 30_000, everyMs: 20 },
  );
}

it('ends answered calls with cause 27, takes those that were being dialled to SIP, and the PRI carries calls again once the card is back', async () => {
  const carrier = await SipParty.start('uas-answer', {}, { calls: 4, timeoutSeconds: 120 });
  await office.trunk('carrier', carrier.port, '', { prefixes: [], priority: 2 });
  try {
    const kinds = Object.entries(KINDS) as readonly [keyof typeof KINDS, string][];
    const answered = await Promise.all(
      kinds.flatMap(([kind, prefix]) => Array.from({ length: ANSWERED[kind] }, () => office.schedule(SERVICE_NUMBER, `${prefix}200`))),
    );
    await lines('talking', answered.length);
    const dialled = await Promise.all(kinds.map(([, prefix]) => office.schedule(SERVICE_NUMBER, `${prefix}202`)));
    await lines('dialling', dialled.length);
    await service.api.post('/virtual-card/pull');

    for (const { id } of answered) {
      const request = await office.finished(id);
      expect(request).toMatchObject({ state: 'completed', outcome: 'answered' });
      expect(request.attempts).toHaveLength(1);
      expect(await office.cdrs(`requestId=${id}`)).toMatchObject([{ callType: 167, clearDown: 27 }]);
    }
    for (const { id } of dialled) {
      const request = await office.inState(id, 'inProgress', 30_000);
      expect(request.attempts[0]?.tries).toMatchObject([{ q850: 27 }, { trunkName: 'carrier', sent: true }]);
    }
    const another = await office.inState((await office.schedule(SERVICE_NUMBER, `${KINDS.PRI}200`)).id, 'inProgress', 30_000);
    expect(another.attempts[0]?.tries).toMatchObject([{ trunkName: 'carrier', sent: true }]);
    for (const { id } of [...dialled, another]) await service.api.post(`/scheduled-calls/${id}/hang-up`);
    await carrier.well();

    await service.api.post('/virtual-card/restore');
    await priUp();
    await office.schedule(SERVICE_NUMBER, `${KINDS.PRI}200`);
    await lines('talking', 1);
    await service.api.post('/virtual-card/far-end/isdn-call-in', { span: E1, called: SERVICE_NUMBER });
    await lines('talking', 2);
  } finally {
    await carrier.stop();
  }
}, 120_000);
