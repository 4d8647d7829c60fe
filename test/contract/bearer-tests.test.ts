import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { BearerLineTests } from '../../src/lines/index.js';
import { newLineIdentity, type LineTestKind, type LineTestResult } from '../../src/telephony/index.js';
import { isdnTrunk } from '../support/stepped-card.js';
import { caller, openIsdn } from '../support/stepped-isdn.js';

const E1 = 2;
/** B1 of the E1: after eight analogue channels. */
const B1 = 9;

let world: Awaited<ReturnType<typeof openIsdn>>;
let tests: BearerLineTests;

beforeAll(async () => {
  world = await openIsdn();
  tests = new BearerLineTests(world.native, world.isdn);
}, 60_000);
afterAll(() => world.close());

/** The result, once virtual time has brought it. */
async function resultOf(kind: LineTestKind, seconds: number): Promise<LineTestResult> {
  const running = tests.run(B1, kind, seconds, new AbortController().signal);
  const state = { ended: false };
  void running.finally(() => (state.ended = true));
  for (let waited = 0; waited < 60_000 && !state.ended; waited += 200) await world.pass(200);
  if (!state.ended) throw new Error('The test does not end');
  return running;
}

/** A call out over these B-channels of the E1, or any, and the one that it has. */
async function call(bChannels: readonly number[] = []) {
  const cli = { number: '+441632960100', presentation: 'allowed', screening: 'network' } as const;
  const trunk = isdnTrunk([E1], { selection: 'ascending', bChannels });
  world.isdn.useTrunk(trunk);
  const leg = world.isdn.dial({
    legId: 'leg_test',
    trunk,
    to: { kind: 'number', e164: '+441632960200' },
    identity: newLineIdentity(),
    cli: { network: cli, presentation: cli },
  });
  await world.pass(500);
  return { leg, channel: world.isdn.lines().find(({ state }) => state !== 'idle' && state !== 'alarm')?.channel };
}

describe('tests of a B-channel', () => {
  it('are those of B-channels, and of no analogue line', () => {
    expect([1, B1, 999].map((channel) => tests.testsOf(channel))).toEqual([[], ['loopback', 'bitError'], []]);
  });

  it('say what is wrong where the far end does not loop it', async () => {
    expect(await resultOf('loopback', 1)).toMatchObject({ passed: false, words: 'nothing of what was sent came back within a second: no loop' });
    expect(await resultOf('bitError', 1)).toMatchObject({ passed: false, figures: { synchronised: false, bits: 0 } });
  });

  it('tell how late and how loud a loop returns what is sent, and that none of its bits is wrong', async () => {
    world.card.setLoop(B1, true);
    expect(await resultOf('loopback', 1)).toMatchObject({ passed: true, words: 'what was sent came back after 20.0 ms at -10.0 dBm0' });
    const { passed, figures } = await resultOf('bitError', 5);
    expect({ passed, ...figures }).toMatchObject({ passed: true, seconds: 5, errors: 0, errorRatio: 0, erroredSeconds: 0, syncLosses: 0 });
    expect(figures['bits']).toBeGreaterThanOrEqual(5 * 64_000);
  });

  it('count what clicks and slips of the channel do, and fail', async () => {
    world.card.impair(B1, { received: { clicksPerMinute: 60 } });
    const clicks = await resultOf('bitError', 10);
    expect(clicks.passed).toBe(false);
    expect(clicks.words).toMatch(/^\d+ of \d+ bits wrong \(\d\.\de-\d\), \d+ of 10 seconds errored, synchronisation lost 0 times$/u);
    world.card.impair(B1, { received: { slipsPerMinute: 60 } });
    const slips = await resultOf('bitError', 10);
    expect(slips.passed).toBe(false);
    expect(slips.figures['syncLosses']).toBeGreaterThan(0);
    world.card.impair(B1, {});
  });

  it('keep calls off the channel while they run: out they take the next, in they are refused with 44', async () => {
    const abort = new AbortController();
    const running = tests.run(B1, 'bitError', 3600, abort.signal);
    await world.pass(1000);
    expect(await tests.run(B1, 'loopback', 1, abort.signal)).toMatchObject({ passed: false, words: 'the line was taken by a call meanwhile' });
    const beside = await call();
    expect(beside.channel).toBe(B1 + 1);
    beside.leg.clear(16);
    await world.pass(1000);
    const causes: unknown[] = [];
    world.native.events.on('isdnFarEnd', (event) => event.what === 'released' && causes.push(event['cause']));
    expect(world.native.engine.virtualIsdnCallIn(E1, caller('100', { channel: 1, exclusive: true }), { script: [] })).toBe(0);
    await world.pass(1000);
    expect(causes).toEqual([44]);
    abort.abort();
    expect(await running).toMatchObject({ passed: false, words: expect.stringMatching(/^stopped after \d+ s$/u) as string, figures: { errors: 0 } });
  });

  it('are not begun on a channel that carries a call, and leave it to calls when they end', async () => {
    const { leg, channel } = await call([1]);
    expect(channel).toBe(B1);
    expect(await resultOf('bitError', 1)).toMatchObject({ passed: false, words: 'the line was taken by a call meanwhile' });
    leg.clear(16);
    await world.pass(1000);
    expect((await resultOf('bitError', 1)).passed).toBe(true);
  });
});
