import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { find, follow, noise, RATE, type Step } from '../support/audio.js';
import { Heartbeat } from '../support/heartbeat.js';
import { blockJavaScript } from '../support/inspector.js';
import { Office, planOf } from '../support/office.js';
import { continuity } from '../support/rtp-stream.js';
import type { RtpPacket } from '../support/rtp-peer.js';
import { raisePriority } from '../support/priority.js';
import { ServiceProcess } from '../support/service-process.js';
import { SipParty } from '../support/sip-party.js';
import { until } from '../support/until.js';

const PROMPT_NUMBER = '+441632960100';
const BRIDGE_NUMBER = '+441632960101';
const PARTY = '+447700900300';
const OTHER = '+441632960300';
const BLOCKED_MS = 2000;
/** Between two packets: two frames may come together after one that came late. */
const LONGEST_GAP_MS = 60;

const longPrompt = noise(31, 8);
/** What either party of a bridge says. */
const said = { a: noise(32, 8), b: noise(33, 8) };

let service: ServiceProcess;
let office: Office;
let heartbeat: Heartbeat;
const parties: SipParty[] = [];

beforeAll(async () => {
  service = await ServiceProcess.start({ inspect: true });
  office = new Office(service.api);
  await office.audio('long', longPrompt);
  await office.number(PROMPT_NUMBER, planOf('Prompt', [{ id: 2, type: 'Audio', settings: { audioFile: 'long' } }]));
  await office.number(BRIDGE_NUMBER, planOf('Bridge', [{ id: 2, type: 'Deliver Call', settings: { destination: OTHER } }]));
  raisePriority();
  heartbeat = new Heartbeat();
}, 60_000);

afterEach(async () => {
  for (const party of parties.splice(0)) await party.stop();
  await office.removeTrunks();
});

afterAll(async () => {
  heartbeat?.stop();
  await service?.stop();
});

async function partyAt(number: string, scenario: string, values: Record<string, string | number> = {}): Promise<SipParty> {
  const party = await SipParty.start(scenario, values);
  parties.push(party);
  await office.trunk(`to ${number}`, party.port, number);
  return party;
}

/** Waits until a second has been heard. What it was is judged afterwards: this process must not compute while it takes times. */
function hearing(party: SipParty): Promise<void> {
  const from = party.rtp.packets.length;
  return until(() => party.rtp.packets.length >= from + 50, { what: 'a second has been heard' });
}

/** Blocks the service's JavaScript and answers the packets that the party received meanwhile; proves that it was blocked. */
async function whileBlocked(party: SipParty): Promise<readonly RtpPacket[]> {
  const from = performance.now();
  const skipped = await service.metric('branchline_audio_skipped_frames');
  const blocked = blockJavaScript(service.inspectorUrl, BLOCKED_MS);
  await until(() => performance.now() - from > 300, { what: 'the loop has begun' });
  const answeredAt = await fetch(`${service.url}/healthz`).then(() => performance.now());
  await blocked;
  expect(answeredAt - from).toBeGreaterThan(BLOCKED_MS * 0.8);
  expect(await service.metric('branchline_audio_skipped_frames')).toBe(skipped);
  return party.rtp.packets.filter(({ atMs }) => atMs >= from && atMs <= answeredAt);
}

/** Longest time between two packets, less what this process itself was late to read the second. */
function longestGapMs(packets: readonly RtpPacket[]): number {
  const gaps = packets.slice(1).map(({ atMs }, n) => {
    const before = packets[n]?.atMs ?? atMs;
    return atMs - before - heartbeat.longestStall(before, atMs);
  });
  return Math.max(...gaps);
}

function expectNoGap(packets: readonly RtpPacket[]): void {
  expect(packets.length).toBeGreaterThanOrEqual(BLOCKED_MS / 20 - 5);
  expect(continuity(packets).lost).toBe(0);
  expect(longestGapMs(packets)).toBeLessThanOrEqual(LONGEST_GAP_MS);
}

/** The prompt, step by step, each at the place where it belongs. */
function expectWhole(prompt: Float64Array, heard: Float64Array): void {
  const steps = follow(prompt, heard);
  expect(steps.length).toBeGreaterThanOrEqual(prompt.length / RATE / 0.2 - 1);
  expect(steps.filter(({ peak }) => peak < 0.9)).toEqual([]);
}

/**
 * What a party of ours said. Where it was late itself the jitter buffer had to bridge that, and moved what follows: a step may fall across such a move.
 * What is lost while JavaScript is blocked would be ten steps in a row.
 */
function expectHeard(what: Float64Array, lateAtMs: readonly number[], heard: Float64Array): void {
  const wasLate = ({ atMs }: Step): boolean => lateAtMs.some((lateAt) => lateAt > atMs - 400 && lateAt < atMs + 400);
  const steps = follow(what, heard, 300).filter((step) => !wasLate(step));
  expect(steps.length).toBeGreaterThanOrEqual(15);
  // The first frames may fall into the answer.
  expect(steps.slice(2).filter(({ peak }) => peak < 0.9).length).toBeLessThanOrEqual(2);
}

describe('while JavaScript is blocked for two seconds', () => {
  it('a party hears the whole of a long prompt without a gap', async () => {
    const party = await partyAt(PARTY, 'uas-answer');
    const { id } = await office.schedule(PROMPT_NUMBER, PARTY);
    await hearing(party);
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
    const talks = Promise.all([a.rtp.say(said.a), b.rtp.say(said.b)]);
    await hearing(a);
    await hearing(b);
    expectNoGap(await whileBlocked(a));
    const [aLate, bLate] = await talks;
    await a.well();
    await b.well();
    for (const party of [a, b]) expect(continuity(party.rtp.packets).lost).toBe(0);
    expectHeard(said.a, aLate, b.heard);
    expectHeard(said.b, bLate, a.heard);
    expect(find(said.a.subarray(RATE, 2 * RATE), a.heard).peak).toBeLessThan(0.5);
    expect(await office.finished(id)).toMatchObject({ state: 'completed' });
  });
});
