import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { find, follow, noise, RATE } from '../support/audio.js';
import { blockJavaScript } from '../support/inspector.js';
import { Office, planOf } from '../support/office.js';
import { continuity } from '../support/rtp-stream.js';
import type { RtpPacket } from '../support/rtp-peer.js';
import { ServiceProcess } from '../support/service-process.js';
import { SipParty } from '../support/sip-party.js';
import { until } from '../support/until.js';

const PROMPT_NUMBER = '+441632960100';
const BRIDGE_NUMBER = '+441632960101';
const PARTY = '+447700900300';
const OTHER = '+441632960300';
const BLOCKED_MS = 2000;
/** Between two packets: one may be a frame late, and this process may be late to read it. */
const LONGEST_GAP_MS = 60;

const longPrompt = noise(31, 8);
/** What either party of a bridge says. */
const said = { a: noise(32, 8), b: noise(33, 8) };

let service: ServiceProcess;
let office: Office;
const parties: SipParty[] = [];

beforeAll(async () => {
  service = await ServiceProcess.start({ inspect: true });
  office = new Office(service.api);
  await office.audio('long', longPrompt);
  await office.number(PROMPT_NUMBER, planOf('Prompt', [{ id: 2, type: 'Audio', settings: { audioFile: 'long' } }]));
  await office.number(BRIDGE_NUMBER, planOf('Bridge', [{ id: 2, type: 'Deliver Call', settings: { destination: OTHER } }]));
}, 60_000);

afterEach(async () => {
  for (const party of parties.splice(0)) await party.stop();
  await office.removeTrunks();
});

afterAll(async () => service?.stop());

async function partyAt(number: string, scenario: string, values: Record<string, string | number> = {}): Promise<SipParty> {
  const party = await SipParty.start(scenario, values);
  parties.push(party);
  await office.trunk(`to ${number}`, party.port, number);
  return party;
}

/** Blocks the service's JavaScript and answers the packets that the party received meanwhile; proves that it was blocked. */
async function whileBlocked(party: SipParty): Promise<readonly RtpPacket[]> {
  const from = performance.now();
  const probe = fetch(`${service.url}/healthz`).then(() => performance.now());
  await probe;
  const blocked = blockJavaScript(service.inspectorUrl, BLOCKED_MS);
  await until(() => performance.now() - from > 300, { what: 'the loop has begun' });
  const answeredAt = await fetch(`${service.url}/healthz`).then(() => performance.now());
  await blocked;
  expect(answeredAt - from).toBeGreaterThan(BLOCKED_MS * 0.8);
  return party.rtp.packets.filter(({ atMs }) => atMs >= from && atMs <= answeredAt);
}

function expectNoGap(packets: readonly RtpPacket[]): void {
  const { lost, longestGapMs, packets: count } = continuity(packets);
  expect(count).toBeGreaterThanOrEqual(BLOCKED_MS / 20 - 3);
  expect(lost).toBe(0);
  expect(longestGapMs).toBeLessThanOrEqual(LONGEST_GAP_MS);
}

/** All of it but for the edges, step by step, at the place where it belongs. */
function expectWhole(what: Float64Array, heard: Float64Array): void {
  const steps = follow(what, heard);
  expect(steps.length).toBeGreaterThanOrEqual(20);
  expect(Math.min(...steps)).toBeGreaterThanOrEqual(0.9);
}

describe('while JavaScript is blocked for two seconds', () => {
  it('a party hears the whole of a long prompt without a gap', async () => {
    const party = await partyAt(PARTY, 'uas-answer');
    const { id } = await office.schedule(PROMPT_NUMBER, PARTY);
    await party.hears(longPrompt.subarray(0, RATE), 'the prompt begin');
    expectNoGap(await whileBlocked(party));
    await party.well();
    expectWhole(longPrompt, party.heard);
    expect(continuity(party.rtp.packets).lost).toBe(0);
    expect(await office.finished(id)).toMatchObject({ state: 'completed' });
  });

  it('two parties of a bridge hear the whole of what the other says', async () => {
    const b = await partyAt(OTHER, 'uas-answer');
    const a = await partyAt(PARTY, 'uas-answer-bye', { TALK_MS: 11_000 });
    const { id } = await office.schedule(BRIDGE_NUMBER, PARTY);
    await until(() => a.rtp.packets.length > 0 && b.rtp.packets.length > 0, { what: 'both are answered' });
    const [aTalks, bTalks] = [a.rtp.say(said.a), b.rtp.say(said.b)];
    await b.hears(said.a.subarray(RATE / 2, RATE), 'A');
    await a.hears(said.b.subarray(RATE / 2, RATE), 'B');
    expectNoGap(await whileBlocked(a));
    await Promise.all([aTalks, bTalks]);
    await a.well();
    await b.well();
    for (const party of [a, b]) expect(continuity(party.rtp.packets).lost).toBe(0);
    // From the second second on: the first frames may fall into the answer.
    expectWhole(said.a.subarray(RATE), b.heard);
    expectWhole(said.b.subarray(RATE), a.heard);
    expect(find(said.a.subarray(RATE, 2 * RATE), a.heard).peak).toBeLessThan(0.5);
    expect(await office.finished(id)).toMatchObject({ state: 'completed' });
  });
});
