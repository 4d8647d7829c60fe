// The service over DAHDI's own code and a card whose other side is an exchange of the tests: callers come in on its lines, and Scheduled Calls go out on
// them. Of the card (vcard.conf) the FXO ports 5 to 8, the BRI span 4 and the E1 span 6 are the service's; their other sides the far end's.
import { writeFileSync } from 'node:fs';
import path from 'node:path';

import { noise } from '../../support/audio.js';
import { Office, planOf } from '../../support/office.js';
import { AnalogueParty } from './analogue-party.js';
import { promptThenB, recordingOf } from './calls.js';
import { FarEnd } from './far-end.js';
import { RESULTS, check, endOfChecks, must, pause, startService } from './guest.js';
import { IsdnParty } from './isdn-party.js';
import type { Party } from './party.js';

/** Each plays the prompt, then calls its B-party. */
const NUMBERS = [
  { number: '+441632960100', bParty: '+441632960200' }, // on an FXO line
  { number: '+441632960101', bParty: '+441632960201' }, // on the E1
] as const;
const prompt = noise(11, 3);

const api = await startService();
const exchange = await FarEnd.start('dahdi_exchange', ['1', '2', '3', '4']);
const network = await FarEnd.start('dahdi_network', ['bri:bri:11:9', 'e1:e1:30:15']);
const office = new Office(api);
await office.audio('greeting', prompt);
for (const { number, bParty } of NUMBERS) {
  await office.number(
    number,
    planOf(`Greeting, then ${bParty}`, [
      { id: 2, type: 'Audio', settings: { audioFile: 'greeting' }, branches: { Continue: 3 } },
      { id: 3, type: 'Deliver Call', settings: { destination: bParty, ringSeconds: 20 } },
    ]),
  );
}
await api.post('/trunks', { name: 'line 1', kind: 'analogue', channels: [5], serviceNumber: NUMBERS[0].number, prefixes: ['+4499'] });
await api.post('/trunks', { name: 'line 2', kind: 'analogue', channels: [6], prefixes: ['+441632960200'] });
await api.post('/trunks', { name: 'line 3', kind: 'analogue', channels: [7], prefixes: ['+441632960300'] });
await api.post('/trunks', { name: 'line 4', kind: 'analogue', channels: [8], serviceNumber: NUMBERS[1].number, prefixes: ['+4499'] });
await api.post('/trunks', { name: 'E1', kind: 'isdn', spans: [6], numbering: 'dialled', prefixes: ['+441632960201', '+441632960301'] });

async function callIn(name: string, caller: Party, b: Party, number: string): Promise<void> {
  await check(`${name}: the call is answered`, async () => {
    await caller.callIn();
    caller.record(recordingOf(name, 'prompt'));
  });
  await promptThenB({ name, prompt, a: caller, b, number });
}

async function scheduleCall(name: string, firstParty: Party, dialled: string, b: Party, number: string): Promise<void> {
  const request = await office.schedule(NUMBERS[0].number, `+44${dialled.slice(1)}`);
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

/** What the service wrote down of all calls, for whoever looks into a failure: records.json among the results. */
async function keepRecords(): Promise<void> {
  const calls = await office.calls();
  const events = await Promise.all(calls.map(async ({ id }) => [id, await api.get(`/calls/${id}/events`)] as const));
  const records = { calls, cdrs: await office.cdrs(''), lines: await api.get('/lines'), events: Object.fromEntries(events) };
  writeFileSync(path.join(RESULTS, 'records.json'), JSON.stringify(records, null, 2));
}

const line2 = new AnalogueParty(exchange, 2);
// DAHDI tells of no ringing for two seconds after a line was opened.
await pause(2500);
await callIn('Inbound on FXO', new AnalogueParty(exchange, 1), line2, '01632960200');
await scheduleCall('Scheduled Call on FXO', new AnalogueParty(exchange, 3), '01632960300', line2, '01632960200');
await network.hears('up e1');
await callIn('Inbound on PRI', new IsdnParty(network, 'e1', '01632960100'), line2, '01632960200');
await callIn('Inbound on FXO, B on PRI', new AnalogueParty(exchange, 4), new IsdnParty(network, 'e1'), '01632960201');
await scheduleCall('Scheduled Call on PRI', new IsdnParty(network, 'e1'), '01632960301', line2, '01632960200');
await keepRecords();
exchange.stop();
network.stop();
endOfChecks();
