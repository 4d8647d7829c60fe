import { afterAll, beforeAll, expect, test } from 'vitest';

import { NativeSip } from '../support/native-sip.js';
import { Sipp } from '../support/sipp.js';

const FULL = process.env['BRANCHLINE_TEST_DEPTH'] === 'full';
const CALLS = FULL ? 500 : 90;
const RATE = 30;
const TALK_MS = 3000;
const TONE = [{ frequencies: [1004], levelDbm0: -10, milliseconds: 1000 }];

let sip: NativeSip;

beforeAll(() => {
  sip = new NativeSip({ maxCalls: 300 });
});
afterAll(async () => {
  await sip.close();
});

test(`${CALLS} calls out at ${RATE} a second with audio all end once, and leave nothing behind`, { timeout: 120_000 }, async () => {
  const far = await Sipp.start({ scenario: 'uas-answer', values: { RTP_PORT: '[media_port]' }, calls: CALLS, echo: true, timeoutSeconds: 90 });
  const trunk = sip.trunk(far.port);
  const seizedLate: number[] = [];
  const dialledAt = new Map<number, number>();
  sip.onEvent = (event) => {
    if (event.type === 'legSeized') seizedLate.push(event.atMs - (dialledAt.get(event.leg) ?? Number.NaN));
    if (event.type === 'legAnswered') {
      const { leg } = event;
      sip.engine.playTone(leg, TONE, true);
      setTimeout(() => sip.engine.clear(leg, 16, 0), TALK_MS);
    }
  };
  for (let n = 0; n < CALLS; n += 1) {
    const before = sip.engine.nowMs();
    dialledAt.set(sip.dial(trunk), before);
    await new Promise((resolve) => setTimeout(resolve, 1000 / RATE));
  }
  await sip.until(
    () => sip.all('legEnded').length === CALLS,
    () => `${sip.all('legEnded').length} ended`,
    30_000,
  );
  const result = await far.done;
  await far.stop();
  sip.onEvent = undefined;

  seizedLate.sort((a, b) => a - b);
  const counters = sip.engine.counters();
  console.log(
    `dial to INVITE p50 ${seizedLate[Math.floor(CALLS / 2)]?.toFixed(2)} ms, p99 ${seizedLate[Math.floor(CALLS * 0.99)]?.toFixed(2)} ms; ` +
      `worst frame ${counters.worstFrameMicroseconds} us, late ${counters.lateFrames}, skipped ${counters.skippedFrames} of ${counters.frames}`,
  );
  expect(result.errors).toBe('');
  expect(result.exitCode).toBe(0);
  expect(sip.all('legAnswered')).toHaveLength(CALLS);
  expect(new Set(sip.all('legEnded').map((event) => event.leg)).size).toBe(CALLS);
  expect(sip.all('legEnded').every((event) => event.by === 'us' && event.q850 === 16)).toBe(true);
  expect(counters.legs).toBe(0);
  expect(counters.players).toBe(0);
});

test(`${CALLS} calls in at ${RATE} a second with audio are all answered, and leave nothing behind`, { timeout: 120_000 }, async () => {
  sip.events.length = 0;
  sip.onEvent = (event) => {
    if (event.type === 'legIncoming') sip.engine.answer(event.leg);
    if (event.type === 'legAnswered') sip.engine.playTone(event.leg, TONE, true);
  };
  const far = await Sipp.start({
    scenario: 'uac-answered',
    values: { RTP_PORT: '[media_port]', TALK_MS },
    calls: CALLS,
    rate: RATE,
    limit: CALLS,
    echo: true,
    remote: { port: sip.engine.sipPorts().udp },
    timeoutSeconds: 90,
  });
  const result = await far.done;
  await far.stop();
  await sip.until(
    () => sip.all('legEnded').length === CALLS,
    () => `${sip.all('legEnded').length} ended`,
  );
  sip.onEvent = undefined;
  expect(result.errors).toBe('');
  expect(result.exitCode).toBe(0);
  expect(sip.all('legEnded').every((event) => event.by === 'peer' && event.q850 === 16)).toBe(true);
  expect(sip.engine.counters()).toMatchObject({ legs: 0, players: 0 });
});
