import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { level, loudest, noise, resemblance, RATE, sine, toneLevelOf, wavOf } from '../support/audio.js';
import { Baresip } from '../support/baresip.js';
import { Office, planOf, type CdrBody } from '../support/office.js';
import { raisePriority } from '../support/priority.js';
import { ServiceProcess } from '../support/service-process.js';
import { dtmf, SipParty, WITHOUT_EVENTS } from '../support/sip-party.js';
import { until } from '../support/until.js';

const MENU_NUMBER = '+441632960100';
const DIRECT_NUMBER = '+441632960101';
const OFFICE_NUMBER = '+441632960300';
/** What A and B say once they talk, in Hz, at −10 dBm0. */
const A_SAYS = 770;
const B_SAYS = 1004;
const SAID_DBM0 = -10;
/** A busy machine may be so late; figures are the benchmark's. */
const LATEST_MS = 500;

const prompts = { greeting: noise(1, 1.5), menu: noise(2, 3), information: noise(3, 1.5), goodbye: noise(4, 1.5) };

let service: ServiceProcess;
let office: Office;
const parties: SipParty[] = [];
const telephones: Baresip[] = [];
const folder = mkdtempSync(path.join(tmpdir(), 'branchline-first-party-'));
const officeSays = path.join(folder, 'office.wav');

beforeAll(async () => {
  writeFileSync(officeSays, wavOf(sine(B_SAYS, 30, SAID_DBM0)));
  service = await ServiceProcess.start();
  office = new Office(service.api);
  for (const [slug, samples] of Object.entries(prompts)) await office.audio(slug, samples);
  await office.number(MENU_NUMBER, MENU_PLAN);
  await office.number(DIRECT_NUMBER, planOf('Direct', [{ id: 2, type: 'Deliver Call', settings: { destination: OFFICE_NUMBER } }]));
  raisePriority();
}, 60_000);

afterEach(async () => {
  for (const party of parties.splice(0)) await party.stop();
  for (const telephone of telephones.splice(0)) await telephone.stop();
  await office.removeTrunks();
});

afterAll(async () => {
  await service?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const MENU_PLAN = planOf('Menu', [
  { id: 2, type: 'Audio', settings: { audioFile: 'greeting' }, branches: { Continue: 3 } },
  {
    id: 3,
    type: 'IVR Menu',
    settings: {
      promptAudio: 'menu',
      items: [
        { key: 'office', digit: '2' },
        { key: 'information', digit: '1' },
      ],
      timeoutSeconds: 5,
      maxAttempts: 1,
    },
    branches: { 'item:office': 4, 'item:information': 5, Timeout: 6, Invalid: 6 },
  },
  { id: 4, type: 'Deliver Call', settings: { destination: OFFICE_NUMBER, ringSeconds: 20 }, branches: { 'Ring No Reply': 6, Busy: 6 } },
  { id: 5, type: 'Audio', settings: { audioFile: 'information' } },
  { id: 6, type: 'Audio', settings: { audioFile: 'goodbye' } },
]);

/** A First Party whose numbers begin with `prefix`. */
async function firstParty(prefix: string, scenario: string, values: Record<string, string | number> = {}, calls = 1): Promise<SipParty> {
  const party = await SipParty.start(scenario, values, { calls });
  parties.push(party);
  await office.trunk(`to ${prefix}`, party.port, prefix);
  return party;
}

/** The office's telephone, which answers by itself and says its tone. */
async function officeTelephone(): Promise<Baresip> {
  const telephone = await Baresip.start({ user: OFFICE_NUMBER, says: officeSays });
  telephones.push(telephone);
  await office.trunk('to the office', telephone.sipPort, OFFICE_NUMBER);
  return telephone;
}

/** Its level, and that there is nothing beside it: the same tone, not one near it. Told by the middle one of its tenths: a jitter buffer may bridge one. */
function expectTone(second: Float64Array, hertz: number): void {
  const tenths = Array.from({ length: 10 }, (_, n) => second.subarray((n * second.length) / 10, ((n + 1) * second.length) / 10));
  const levels = tenths.map((tenth) => toneLevelOf(tenth, hertz)).sort((one, other) => one - other);
  const beside = tenths.map((tenth) => level(tenth) - toneLevelOf(tenth, hertz)).sort((one, other) => one - other);
  expect(levels[5]).toBeGreaterThan(SAID_DBM0 - 1);
  expect(levels[5]).toBeLessThan(SAID_DBM0 + 1);
  expect(beside[5]).toBeLessThan(0.5);
}

/** The second that ends half a second before the end: nobody had hung up yet. */
function lateSecond(heard: Float64Array): Float64Array {
  return heard.subarray(Math.max(0, heard.length - 1.5 * RATE), Math.max(0, heard.length - 0.5 * RATE));
}

function expectTalk(cdrs: readonly CdrBody[], request: { readonly id: string; readonly firstParty: string }): void {
  const [a, b] = cdrs as readonly [CdrBody, CdrBody];
  expect(cdrs).toHaveLength(2);
  expect(a).toMatchObject({ callType: 167, parentId: null, requestId: request.id, to: request.firstParty, clearDown: 16 });
  expect(b).toMatchObject({ callType: 2, parentId: a.legId, requestId: request.id, to: OFFICE_NUMBER, clearDown: 16 });
  for (const cdr of cdrs) {
    expect(Date.parse(cdr.answeredAt ?? '')).toBeGreaterThanOrEqual(Date.parse(cdr.startAt));
    expect(cdr.ttaMs).toBe(Math.max(1, Date.parse(cdr.answeredAt ?? '') - Date.parse(cdr.startAt)));
  }
  expect(Date.parse(b.startAt)).toBeGreaterThanOrEqual(Date.parse(a.answeredAt ?? ''));
  expect(Math.abs(Date.parse(a.endAt) - Date.parse(b.endAt))).toBeLessThan(1000);
}

describe('a Scheduled Call to a First Party at a SIP trunk', () => {
  it('leaves at its due moment and never before it, whatever fraction of a second that is', async () => {
    const party = await firstParty('+4477009001', 'uas-answer-bye', { TALK_MS: 100 }, 4);
    const base = Date.now() + 3000;
    const due = [base, base + 7, base + 133, base + 134];
    const made = await Promise.all(due.map((at, n) => office.schedule(MENU_NUMBER, `+44770090010${n}`, { scheduledAt: new Date(at).toISOString() })));
    await party.well();
    const arrivals = party.sipp.messages().filter(({ direction, text }) => direction === 'received' && text.startsWith('INVITE '));
    const lateness = due.map((at, n) => (arrivals.find(({ text }) => text.startsWith(`INVITE sip:+44770090010${n}@`))?.atMs ?? NaN) - at);
    for (const late of lateness) {
      expect(late).toBeGreaterThanOrEqual(0);
      expect(late).toBeLessThan(LATEST_MS);
    }
    for (const { id } of made) expect(await office.finished(id)).toMatchObject({ state: 'completed', outcome: 'answered' });
  });

  it('shows the service number, asserts it to the network, restricts nothing, and is heard to the end of the plan', async () => {
    const party = await firstParty('+447700900200', 'uas-answer');
    const made = await office.schedule(MENU_NUMBER, '+447700900200');
    await party.well();
    const invite = party.sipp.received('INVITE');
    expect(invite?.text.split('\n')[0]).toMatch(/^INVITE sip:\+447700900200@127\.0\.0\.1:\d+ SIP\/2\.0$/);
    expect(invite?.header('From')).toMatch(/<sip:\+441632960100@127\.0\.0\.1(:\d+)?>;tag=/);
    expect(invite?.header('P-Asserted-Identity')).toMatch(/^<sip:\+441632960100@127\.0\.0\.1(:\d+)?>$/);
    expect(invite?.header('Privacy')).toBe('');
    // No key came: greeting, menu, goodbye, in this order, and then it was us who hung up.
    const heard = party.heard;
    for (const name of ['greeting', 'menu', 'goodbye'] as const) expect(resemblance(prompts[name], heard)).toBeGreaterThanOrEqual(0.9);
    expect(resemblance(prompts.information, heard)).toBeLessThan(0.5);
    const request = await office.finished(made.id);
    const { call, cdrs } = await office.ended(request.callIds[0] ?? '');
    expect(call).toMatchObject({ origin: 'scheduled', expectedCount: 1 });
    expect(cdrs[0]).toMatchObject({ callType: 167, from: MENU_NUMBER, to: '+447700900200', clearDown: 16 });
    expect(party.sipp.received('BYE')?.header('Reason')).toContain('cause=16');
  });

  it('shows a presentation number of its own and goes on asserting the service number', async () => {
    const party = await firstParty('+447700900201', 'uas-answer-bye', { TALK_MS: 100 });
    const made = await office.schedule(MENU_NUMBER, '+447700900201', { presentationNumber: '020 7946 0018' });
    await party.well();
    expect(party.sipp.received('INVITE')?.header('From')).toContain('<sip:+442079460018@');
    expect(party.sipp.received('INVITE')?.header('P-Asserted-Identity')).toContain('<sip:+441632960100@');
    expect(party.sipp.received('INVITE')?.header('Privacy')).toBe('');
    expect(await office.finished(made.id)).toMatchObject({ state: 'completed' });
  });

  it.each([
    { how: 'by RFC 4733', firstParty: '+447700900210', values: {}, press: (party: SipParty) => party.rtp.key('1') },
    { how: 'in-band', firstParty: '+447700900211', values: WITHOUT_EVENTS, press: (party: SipParty) => party.rtp.say(dtmf('1')) },
  ])('takes the branch of the key that is pressed $how, which cuts the prompt short', async ({ firstParty: number, values, press }) => {
    const party = await firstParty(number, 'uas-answer', values);
    const made = await office.schedule(MENU_NUMBER, number);
    await party.hears(prompts.menu.subarray(0, RATE / 4), 'the menu begin');
    await press(party);
    await party.well();
    const heard = party.heard;
    expect(resemblance(prompts.information, heard)).toBeGreaterThanOrEqual(0.9);
    expect(resemblance(prompts.menu.subarray(2 * RATE), heard)).toBeLessThan(0.5);
    expect(resemblance(prompts.goodbye, heard)).toBeLessThan(0.5);
    expect(await office.finished(made.id)).toMatchObject({ state: 'completed', outcome: 'answered' });
  });

  it('joins its First Party with the office, each hears the other’s tone, and the First Party hanging up ends both', async () => {
    const telephone = await officeTelephone();
    const party = await firstParty('+447700900220', 'uas-answer-bye', { TALK_MS: 8000 });
    const made = await office.schedule(MENU_NUMBER, '+447700900220');
    await party.hears(prompts.menu.subarray(0, RATE / 4), 'the menu begin');
    await party.rtp.key('2');
    await telephone.event('CALL_ESTABLISHED');
    void party.rtp.say(sine(A_SAYS, 10, SAID_DBM0));
    await telephone.event('CALL_CLOSED', 15_000);
    await party.well();
    expectTone(lateSecond(party.heard), B_SAYS);
    const { rate, samples } = telephone.heard();
    expect(rate).toBe(RATE);
    expectTone(lateSecond(Float64Array.from(samples, (sample) => sample / 32_768)), A_SAYS);

    const request = await office.finished(made.id);
    expect(request).toMatchObject({ state: 'completed', outcome: 'answered' });
    const { call, cdrs } = await office.ended(request.callIds[0] ?? '');
    expect(call.expectedCount).toBe(2);
    expectTalk(cdrs, { id: made.id, firstParty: '+447700900220' });
  });

  it('ends the First Party’s call when the office hangs up', async () => {
    const telephone = await officeTelephone();
    const party = await firstParty('+447700900221', 'uas-answer');
    const made = await office.schedule(DIRECT_NUMBER, '+447700900221');
    const { peeruri } = await telephone.event('CALL_ESTABLISHED');
    expect(peeruri).toContain('+441632960101');
    await party.hears(loudest(sine(B_SAYS, 0.5, SAID_DBM0), 0.5), 'the office');
    const from = party.rtp.packets.length;
    await until(() => party.rtp.packets.length > from + 60, { what: 'they have talked for a second' });
    const hungUpAt = Date.now();
    telephone.hangUp();
    await party.well();
    expect(party.sipp.received('BYE')?.header('Reason')).toContain('cause=16');

    const request = await office.finished(made.id);
    expect(request).toMatchObject({ state: 'completed', outcome: 'answered' });
    const { cdrs } = await office.ended(request.callIds[0] ?? '');
    expectTalk(cdrs, { id: made.id, firstParty: '+447700900221' });
    for (const { endAt } of cdrs) expect(Date.parse(endAt) - hungUpAt).toBeLessThan(2000);
  });

  it('leaves no leg, player, bridge or call behind', async () => {
    expect(await service.leftovers()).toEqual({});
  });
});
