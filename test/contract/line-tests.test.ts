import { readdirSync } from 'node:fs';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { AnalogueLineTests } from '../../src/lines/index.js';
import type { LineTestKind, LineTestResult } from '../../src/telephony/index.js';
import { openSteppedCard, type SteppedCard } from '../support/stepped-card.js';

let world: SteppedCard;
let tests: AnalogueLineTests;

beforeEach(() => {
  world = openSteppedCard();
  tests = new AnalogueLineTests({ native: world.native, clock: world.clock, lines: () => world.line.lines(), folder: world.folder });
});
afterEach(() => world.close());

/** The result, once virtual time has brought it. */
async function resultOf(channel: number, kind: LineTestKind, seconds: number, signal = new AbortController().signal): Promise<LineTestResult> {
  const running = tests.run(channel, kind, seconds, signal);
  let ended = false;
  void running.finally(() => (ended = true));
  const hasEnded = (): boolean => ended;
  for (let waited = 0; waited < 30_000 && !hasEnded(); waited += 200) await world.pass(200);
  if (!hasEnded()) throw new Error('The test does not end');
  return running;
}

function stateOf(channel: number): string | undefined {
  return world.line.lines().find((line) => line.channel === channel)?.state;
}

describe('tests of an analogue line', () => {
  it('are those that its port can carry out', () => {
    expect([1, 5, 99].map((channel) => tests.testsOf(channel))).toEqual([['dialTone', 'tone'], ['ring'], []]);
  });

  it('hear the exchange’s dial tone: when, which frequencies, how loud', async () => {
    const { passed, figures, words } = await resultOf(1, 'dialTone', 10);
    expect(passed).toBe(true);
    expect(words).toMatch(/^dial tone after \d+ ms: 350 and 440 Hz at -\d+\.\d dBm0$/u);
    expect(figures['frequenciesHz']).toEqual([350, 440]);
    expect(figures['timeToDialToneMs']).toBeGreaterThan(100);
    expect(figures['timeToDialToneMs']).toBeLessThan(3000);
    await world.pass(1000);
    expect(stateOf(1)).toBe('idle');
    expect(readdirSync(world.folder).filter((file) => file.startsWith('line-test'))).toEqual([]);
  });

  it('say what is wrong with a line that gives no dial tone, and with one that is cut', async () => {
    world.card.impair(1, { signalling: { noDialTone: true } });
    expect(await resultOf(1, 'dialTone', 10)).toMatchObject({ passed: false, words: 'no dial tone' });
    world.card.impair(2, { signalling: { noBattery: true } });
    await world.pass(2000);
    expect(await resultOf(2, 'dialTone', 10)).toMatchObject({ passed: false, words: 'the line cannot be used now' });
    expect(stateOf(1)).toBe('idle');
  });

  it('send a tone for as long as was asked, and not while a call has the line', async () => {
    const running = tests.run(1, 'tone', 5, new AbortController().signal);
    expect(await resultOf(1, 'dialTone', 10)).toMatchObject({ passed: false, words: 'the line was taken by a call meanwhile' });
    await world.pass(8000);
    expect(await running).toMatchObject({ passed: true, figures: { frequencyHz: 1020, levelDbm0: -10, sentSeconds: 5 } });
    expect(stateOf(1)).toBe('idle');
  });

  it('end early when they are told to, and leave the line idle', async () => {
    const abort = new AbortController();
    const running = tests.run(1, 'tone', 3600, abort.signal);
    await world.pass(1000);
    expect(stateOf(1)).toBe('dialling');
    abort.abort();
    await world.pass(2000);
    expect(await running).toMatchObject({ passed: false });
    expect(stateOf(1)).toBe('idle');
  });

  it('ring the telephone, and see the ring trip when it is lifted, after two seconds', async () => {
    expect(await resultOf(5, 'ring', 1)).toMatchObject({ passed: false, words: 'rang 1 s, and nobody lifted the telephone' });
    await world.pass(1000);
    expect(stateOf(5)).toBe('idle');
    const { passed, figures } = await resultOf(5, 'ring', 10);
    expect({ passed, tripped: figures['ringTripped'] }).toEqual({ passed: true, tripped: true });
    expect(figures['timeToTripMs']).toBeGreaterThanOrEqual(2000);
    expect(figures['timeToTripMs']).toBeLessThan(2200);
  });
});
