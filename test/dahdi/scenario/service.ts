// The service over DAHDI's own code and a card whose other side is an exchange of the tests: callers come in on its lines, and Scheduled Calls go out on
// them. Of the card (vcard.conf) the FXO ports 5 to 8, the BRI span 4 and the E1 span 6 are the service's; their other sides the far end's.
import { writeFileSync } from 'node:fs';
import path from 'node:path';

import { noise } from '../../support/audio.js';
import { eventually } from '../../support/until.js';
import { promptThenB, recordingOf } from './calls.js';
import { cutDChannel, mendDChannel } from './card.js';
import { FarSide } from './far-side.js';
import { RESULTS, check, endOfChecks, must, pause, startService } from './guest.js';
import { NUMBERS, SPANS, openOffice } from './office.js';
import type { Party } from './party.js';
import { pullDuringCall } from './pulled-card.js';

const prompt = noise(11, 3);
const api = await startService();
const far = await FarSide.start();
const office = await openOffice(api, prompt);

async function callIn(name: string, caller: Party, b: Party, number: string, meanwhile?: () => Promise<void>): Promise<void> {
  await check(`${name}: the call is answered`, async () => {
    await caller.callIn();
    caller.record(recordingOf(name, 'prompt'));
  });
  await promptThenB({ name, prompt, a: caller, b, number, ...(meanwhile === undefined ? {} : { meanwhile }) });
}

async function scheduleCall(name: string, serviceNumber: string, firstParty: Party, dialled: string, b: Party, number: string): Promise<void> {
  const request = await office.schedule(serviceNumber, `+44${dialled.slice(1)}`);
  await check(`${name}: the First Party is called and answers`, async () => {
    await firstParty.takeCall(dialled);
    firstParty.record(recordingOf(name, 'prompt'));
  });
  await promptThenB({ name, prompt, a: firstParty, b, number });
  await check(`${name}: the request ends completed, its First Party answered`, async () => {
    const finished = await office.finished(request.id);
    must(finished.state === 'completed' && finished.outcome === 'answered', `it is ${finished.state}, ${finished.outcome}`);
  });
}

/** The E1's D channel is cut until both ends have seen it, and mended. */
async function loseDChannel(): Promise<void> {
  const layerTwoIs = (wanted: string) =>
    eventually(
      () => api.get<{ readonly layerTwo: string; readonly detail: string }>(`/spans/${SPANS.e1}/settings`),
      ({ layerTwo, detail }) => layerTwo === wanted && (wanted === 'up' || detail !== ''),
      { what: `layer 2 of the E1 is ${wanted}`, timeoutMs: 40_000, everyMs: 200 },
    );
  await check('A D channel that is cut during a call: the span tells it, and its return', async () => {
    await cutDChannel();
    await Promise.all([layerTwoIs('down'), far.down('e1')]);
    await mendDChannel();
    await Promise.all([layerTwoIs('up'), far.up('e1')]);
  });
}

/** What the service wrote down of all calls, for whoever looks into a failure: records.json among the results. */
async function keepRecords(): Promise<void> {
  const calls = await office.calls();
  const events = await Promise.all(calls.map(async ({ id }) => [id, await api.get(`/calls/${id}/events`)] as const));
  const records = { calls, cdrs: await office.cdrs(''), lines: await api.get('/lines'), events: Object.fromEntries(events) };
  writeFileSync(path.join(RESULTS, 'records.json'), JSON.stringify(records, null, 2));
}

const line2 = far.line(2);
// DAHDI tells of no ringing for two seconds after a line was opened.
await pause(2500);
await callIn('Inbound on FXO', far.line(1), line2, '01632960200');
await scheduleCall('Scheduled Call on FXO', NUMBERS.bOnLine.number, far.line(3), '01632960300', line2, '01632960200');
await far.up('e1');
await callIn('Inbound on PRI', far.isdn('e1', '01632960100'), line2, '01632960200', loseDChannel);
await scheduleCall('Scheduled Call on PRI', NUMBERS.bOnLine.number, far.isdn('e1'), '01632960301', line2, '01632960200');
await callIn('Inbound on BRI', far.isdn('bri', '01632960102'), far.isdn('bri'), '01632960202');
await scheduleCall('Scheduled Call on BRI', NUMBERS.bOnBri.number, far.isdn('bri'), '01632960302', far.isdn('bri'), '01632960202');
const back = await pullDuringCall(office, far);
await pause(2500);
await callIn('Inbound on FXO once the card is back, B on PRI', back.line(4), back.isdn('e1'), '01632960201');
await keepRecords();
back.stop();
endOfChecks();
