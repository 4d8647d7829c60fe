import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { find, follow, noise, resemblance, RATE } from '../support/audio.js';
import { Office, planOf } from '../support/office.js';
import { continuity, signalOf, streamsOf } from '../support/rtp-stream.js';
import { raisePriority } from '../support/priority.js';
import { ServiceProcess } from '../support/service-process.js';
import { SipParty } from '../support/sip-party.js';
import { until } from '../support/until.js';

const SERVICE_NUMBER = '+441632960100';
const CALLER = '+447700900123';
const TALK_MS = 5000;

const prompts = { welcome: noise(11, 8), asked: noise(12, 2) };

let service: ServiceProcess;
let office: Office;

beforeAll(async () => {
  service = await ServiceProcess.start();
  office = new Office(service.api);
  for (const [slug, samples] of Object.entries(prompts)) await office.audio(slug, samples);
  const document = planOf(
    'Both branches',
    [
      { id: 2, type: 'Audio', settings: { audioFile: 'welcome' } },
      { id: 3, type: 'Audio', settings: { audioFile: 'asked' } },
    ],
    { Continue: 2, 'Scheduled Call': 3 },
  );
  await office.number(SERVICE_NUMBER, document);
  raisePriority();
}, 60_000);

afterAll(async () => service?.stop());

function calling(values: Readonly<Record<string, string | number>>, calls = 1): Promise<SipParty> {
  return SipParty.start(
    'uac-answered',
    { USER: SERVICE_NUMBER, FROM: CALLER, TALK_MS, ...values },
    { calls, limit: calls, rate: 200, remote: { port: service.sipPort }, timeoutSeconds: 60 },
  );
}

describe('an inbound SIP call to a service number', () => {
  it('goes through Continue of the plan that also serves Scheduled Calls', async () => {
    const party = await calling({ TALK_MS: 3000 });
    await party.well();
    expect(resemblance(prompts.welcome.subarray(0, 2 * RATE), party.heard)).toBeGreaterThanOrEqual(0.9);
    expect(resemblance(prompts.asked, party.heard)).toBeLessThan(0.5);
    await party.stop();
    const [call] = await office.calls();
    const { call: row, cdrs } = await office.ended(call?.id ?? '');
    expect(row).toMatchObject({ origin: 'inbound', from: CALLER, to: SERVICE_NUMBER, expectedCount: 1 });
    expect(cdrs).toHaveLength(1);
    expect(cdrs[0]).toMatchObject({ callType: 1, from: CALLER, to: SERVICE_NUMBER, parentId: null, requestId: null, clearDown: 16 });
    expect(cdrs[0]?.ttaMs).toBeGreaterThan(0);
  });

  it('is refused with 404 where the number is nobody’s', async () => {
    const party = await calling({ USER: '+441632960999' });
    const { exitCode } = await party.sipp.done;
    expect(exitCode).not.toBe(0);
    expect(party.sipp.messages().some(({ direction, text }) => direction === 'received' && text.startsWith('SIP/2.0 404'))).toBe(true);
    await party.stop();
  });
});

describe('a hundred inbound SIP calls at once', () => {
  // Five far ends of twenty calls: one socket's buffer would be too small for all the audio while this process is busy.
  const FAR_ENDS = 5;
  const CALLS = 20;

  it('are all answered, each hears the whole prompt, and each has its CDR', async () => {
    const known = new Set((await office.calls()).map(({ id }) => id));
    const parties = await Promise.all(Array.from({ length: FAR_ENDS }, () => calling({}, CALLS)));
    await until(async () => (await service.metric('branchline_live_calls')) === FAR_ENDS * CALLS, {
      what: 'a hundred calls are up at once',
      timeoutMs: 4000,
    });
    for (const party of parties) await party.well();

    for (const party of parties) {
      const streams = [...streamsOf(party.rtp).values()];
      expect(streams).toHaveLength(CALLS);
      for (const packets of streams) {
        const { lost, packets: count } = continuity(packets);
        // From the answer to the BYE; a quarter of a second for signalling on both ends.
        expect(count).toBeGreaterThanOrEqual((TALK_MS - 250) / 20);
        expect(lost).toBe(0);
        const heard = signalOf(packets);
        expect(find(prompts.welcome.subarray(0, RATE / 5), heard).at).toBeLessThan(RATE / 2);
        expect(Math.min(...follow(prompts.welcome, heard).map(({ peak }) => peak))).toBeGreaterThanOrEqual(0.9);
      }
    }
    for (const party of parties) await party.stop();

    await until(async () => (await service.metric('branchline_live_calls')) === 0, { what: 'all calls have ended' });
    const calls = (await office.calls()).filter(({ id }) => !known.has(id));
    expect(calls).toHaveLength(FAR_ENDS * CALLS);
    for (const { id } of calls) {
      const { cdrs } = await office.ended(id);
      expect(cdrs).toHaveLength(1);
      expect(cdrs[0]).toMatchObject({ callType: 1, clearDown: 16 });
    }
    expect(await service.leftovers()).toEqual({});
    expect(await service.metric('branchline_audio_events_lost')).toBe(0);
    expect(await service.metric('branchline_audio_prefetch_underruns')).toBe(0);
  }, 120_000);
});
