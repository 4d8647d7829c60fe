import { existsSync } from 'node:fs';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { silentLogger } from '../../src/core/index.js';
import { NativeMedia } from '../../src/media/index.js';
import { type Address, type CliPair, type IncomingLeg, type Leg, type PlayEnd, newLineIdentity } from '../../src/telephony/index.js';
import { type SteppedCard, dtmfDigits, levelOf, openSteppedCard, readWav } from '../support/stepped-card.js';

const NOBODY = { presentation: 'unavailable', screening: 'unscreened' } as const;
const CLI: CliPair = { network: NOBODY, presentation: NOBODY };

let world: SteppedCard;
let media: NativeMedia;
let dialled: number;

beforeEach(() => {
  world = openSteppedCard();
  media = new NativeMedia(world.native, silentLogger);
  dialled = 0;
});

afterEach(() => world.close());

function dial(to: Address | string): Leg {
  const address: Address = typeof to === 'string' ? { kind: 'number', e164: `+441632960${to}` } : to;
  dialled += 1;
  return world.line.dial({ legId: `leg_${dialled}`, trunk: world.trunk, to: address, cli: CLI, identity: newLineIdentity() });
}

async function until(reached: () => boolean, limitMs = 20_000): Promise<void> {
  for (let waited = 0; waited < limitMs && !reached(); waited += 20) await world.pass(20);
  if (!reached()) throw new Error(`Not within ${limitMs} ms of virtual time`);
}

async function answered(to: Address | string): Promise<Leg> {
  const leg = dial(to);
  await until(() => leg.state === 'answered');
  return leg;
}

/** Ends the leg and answers what its far end heard. */
async function heardBy(leg: Leg): Promise<Int16Array> {
  leg.clear(16);
  await until(() => leg.end !== null && world.card.calls()[0]?.endedAt !== null);
  return readWav(world.card.heardFile(world.card.calls()[0]?.id ?? '') ?? 'nothing heard');
}

/** The value, once it is there. */
async function settled<T>(promise: Promise<T>, limitMs = 20_000): Promise<T> {
  const box: { value?: T } = {};
  void promise.then((value) => (box.value = value));
  await until(() => 'value' in box, limitMs);
  return promise;
}

describe('the far ends', () => {
  it('lists its calls, newest first, with their numbers and what they heard', async () => {
    await heardBy(await answered('200'));
    await world.pass(1000);
    await heardBy(await answered('208'));
    const calls = world.card.calls();
    expect(calls.map(({ number }) => number)).toEqual(['+441632960208', '+441632960200']);
    expect(calls[1]?.heardMs).toBeGreaterThanOrEqual(0);
    expect(existsSync(world.card.heardFile(calls[1]?.id ?? '') ?? '')).toBe(true);
    expect(world.card.heardFile('unknown')).toBeNull();
  });

  it('has no heard file while the call lasts', async () => {
    const leg = await answered('200');
    await until(() => world.card.calls().length === 1);
    expect(world.card.calls()[0]).toMatchObject({ endedAt: null, heardMs: null });
    expect(world.card.heardFile(world.card.calls()[0]?.id ?? '')).toBeNull();
    leg.clear(16);
  });

  it('speaks 1004 Hz as 208', async () => {
    const leg = await answered('208');
    await world.pass(1000);
    expect(media.levels(leg).receivedDbm0).toBeCloseTo(-10, 0);
  });

  it('speaks a greeting and a beep as 207', async () => {
    const leg = await answered('207');
    const recording = media.record(leg, `${world.folder}/heard.wav`, { direction: 'received', format: 'linear16', maxSeconds: 10 });
    await world.pass(7000);
    recording.stop();
    expect(await settled(recording.ended)).toMatchObject({ reason: 'stopped', file: `${world.folder}/heard.wav` });
    const samples = readWav(`${world.folder}/heard.wav`);
    const blocks = Array.from({ length: Math.floor(samples.length / 800) }, (_, index) => samples.subarray(index * 800, index * 800 + 800));
    const beeping = blocks.map((block, index) => (levelOf(block, 1000) > -13 ? index : -1)).filter((index) => index !== -1);
    expect(beeping.length).toBeGreaterThanOrEqual(3);
    expect(beeping[0]).toBeGreaterThan(40);
  });

  it('refuses what cannot be, and says what to change', () => {
    expect(() => world.card.callIn(1, '201')).toThrow('choose one of 200, 205, 206, 207, 208');
    expect(() => world.card.callIn(5, '200')).toThrow('Channel 5 is no FXO channel; those are: 1, 2, 3, 4.');
    expect(() => world.card.phoneDials(1, '1')).toThrow('Channel 1 is no FXS channel; those are: 5, 6, 7, 8.');
    expect(() => world.card.phoneDials(5, 'abc')).toThrow('give 1 to 32 of the keys');
    expect(() => world.card.hangUp(99)).toThrow('There is no channel 99');
  });
});

describe('lines and extensions', () => {
  it('tells each line its state, and the trunk how many are in use', async () => {
    expect(world.line.trunkState(world.trunk.id)).toMatchObject({ state: 'up', inUse: 0, capacity: 4 });
    const leg = await answered('200');
    expect(world.line.lines().filter(({ state }) => state === 'talking')).toHaveLength(1);
    expect(world.line.trunkState(world.trunk.id)).toMatchObject({ inUse: 1, capacity: 4 });
    leg.clear(16);
    await world.pass(2000);
    expect(world.line.trunkState(world.trunk.id)).toMatchObject({ inUse: 0 });
  });

  it('ends with "no circuit" when every line is taken', async () => {
    const legs = ['200', '200', '200', '200'].map(dial);
    const fifth = dial('200');
    await until(() => fifth.end !== null);
    expect(fifth.end).toMatchObject({ q850: 34, sent: false });
    await until(() => legs.every(({ state }) => state === 'answered'));
  });

  it('rings an extension, which answers', async () => {
    const leg = await answered({ kind: 'extension', extension: '202' });
    await until(() => world.card.calls().length === 1);
    expect(world.card.calls()[0]).toMatchObject({ channel: 6 });
    leg.clear(16);
  });

  it('says that an extension is in use, and that one does not exist', async () => {
    await answered({ kind: 'extension', extension: '201' });
    const second = dial({ kind: 'extension', extension: '201' });
    const unknown = dial({ kind: 'extension', extension: '299' });
    await until(() => second.end !== null && unknown.end !== null);
    expect([second.end?.q850, unknown.end?.q850]).toEqual([17, 1]);
  });

  it('brings what an extension dials', async () => {
    const calls: IncomingLeg[] = [];
    world.line.onIncoming((incoming) => calls.push(incoming));
    world.card.phoneDials(5, '01632960100');
    await until(() => calls.length === 1);
    expect(calls[0]?.leg.details).toMatchObject({
      to: { kind: 'number', e164: '+441632960100' },
      cli: { network: { number: '201', screening: 'network' } },
    });
    calls[0]?.leg.answer();
    await until(() => calls[0]?.leg.state === 'answered');
    world.card.hangUp(5);
    await until(() => calls[0]?.leg.end !== null);
    expect(calls[0]?.leg.end).toMatchObject({ by: 'peer', q850: 16 });
  });
});

describe('media on a leg', () => {
  const greeting = (): string => `${world.folder}/far-end/greeting.wav`;

  it('plays a file to its end, and the far end hears it', async () => {
    const leg = await answered('200');
    const playback = media.play(leg, [greeting()]);
    expect(await settled(playback.ended)).toMatchObject({ reason: 'finished', playedMs: 5000 });
    const heard = await heardBy(leg);
    expect(correlation(heard, readWav(greeting()))).toBeGreaterThan(0.98);
  });

  it('stops, replaces, queues and loops what plays', async () => {
    const leg = await answered('200');
    const ends: PlayEnd['reason'][] = [];
    const note = async (ended: Promise<PlayEnd>): Promise<void> => void ends.push((await ended).reason);
    const looped = media.play(leg, [greeting()], { loop: true });
    void note(looped.ended);
    await world.pass(12_000);
    expect(ends).toEqual([]);
    const second = media.play(leg, [greeting()]);
    void note(second.ended);
    await world.pass(100);
    expect(ends).toEqual(['replaced']);
    const third = media.play(leg, [greeting()], { queued: true });
    void note(third.ended);
    await world.pass(6000);
    expect(ends).toEqual(['replaced', 'finished']);
    third.stop();
    third.stop();
    await world.pass(100);
    expect(ends).toEqual(['replaced', 'finished', 'stopped']);
  });

  it('ends a prompt at a key', async () => {
    const leg = await answered('205');
    media.detectDigits(leg, true);
    const playback = media.playTone(leg, 'beep');
    await settled(playback.ended);
    const prompt = media.play(leg, [greeting()], { loop: true, stopKeys: '1' });
    expect(await settled(prompt.ended)).toMatchObject({ reason: 'key', key: '1' });
  });

  it('says what is wrong with a file', async () => {
    const leg = await answered('200');
    const playback = media.play(leg, ['/nonexistent.wav']);
    expect((await settled(playback.ended)).reason).toBe('error');
  });

  it('sounds the tones of the plan', async () => {
    const leg = await answered('200');
    media.playTone(leg, 'ringing');
    await world.pass(400);
    const heard = await heardBy(leg);
    expect(levelOf(heard.subarray(800, 2400), 400)).toBeCloseTo(-16, 0);
    expect(levelOf(heard.subarray(800, 2400), 450)).toBeCloseTo(-16, 0);
  });

  it('joins two legs, and parts them', async () => {
    const speaker = await answered('208');
    const listener = await answered('200');
    const bridge = media.bridge(speaker, listener);
    await world.pass(1000);
    expect(media.levels(listener).sentDbm0).toBeCloseTo(-10, 0);
    bridge.close();
    await settled(bridge.ended);
    // The meter falls slowly, so that people can read it.
    await world.pass(3000);
    expect(media.levels(listener).sentDbm0).toBeLessThan(-50);
    expect(levelOf((await heardBy(listener)).subarray(1600, 6400), 1004)).toBeCloseTo(-10, 0);
    expect(speaker.state).toBe('answered');
  });

  it('ends everything when the leg ends, each once', async () => {
    const leg = await answered('200');
    const other = await answered('200');
    const playback = media.play(leg, [greeting()], { loop: true });
    const recording = media.record(leg, `${world.folder}/r.wav`, { direction: 'both', format: 'alaw', maxSeconds: 60 });
    const bridge = media.bridge(leg, other);
    await world.pass(200);
    leg.clear(16);
    expect((await settled(playback.ended)).reason).toBe('legEnded');
    expect(await settled(recording.ended)).toMatchObject({ reason: 'legEnded', file: `${world.folder}/r.wav` });
    await settled(bridge.ended);
    playback.stop();
    recording.stop();
    bridge.close();
    await world.pass(200);
    expect(other.state).toBe('answered');
  });

  it('gives objects that have ended for a leg that has', async () => {
    const leg = await answered('200');
    const other = await answered('200');
    leg.clear(16);
    await until(() => leg.end !== null);
    expect((await media.play(leg, [greeting()]).ended).reason).toBe('legEnded');
    expect((await media.playTone(leg, 'busy').ended).reason).toBe('legEnded');
    expect((await media.record(leg, '/x.wav', { direction: 'sent', format: 'alaw', maxSeconds: 1 }).ended).reason).toBe('legEnded');
    await media.bridge(leg, other).ended;
    media.detectDigits(leg, true);
    expect(media.levels(leg).receivedDbm0).toBeLessThan(-90);
    const neverThere = dial({ kind: 'extension', extension: '299' });
    expect((await media.play(neverThere, [greeting()]).ended).reason).toBe('legEnded');
  });

  it('sends digits that the far end hears', async () => {
    const leg = await answered('200');
    leg.sendDigits('147*');
    await world.pass(1500);
    expect(dtmfDigits(await heardBy(leg))).toBe('147*');
  });
});

/** The best correlation of a second of `part` with any place in the first two seconds of `whole`, 0…1; every fourth sample is enough for that. */
function correlation(whole: Int16Array, part: Int16Array): number {
  const probe = part.subarray(4000, 12_000);
  let best = 0;
  for (let offset = 0; offset + probe.length <= Math.min(whole.length, 20_000); offset += 1) {
    let [product, ofProbe, ofWhole] = [0, 1, 1];
    for (let index = 0; index < probe.length; index += 4) {
      const [a, b] = [probe[index] ?? 0, whole[offset + index] ?? 0];
      product += a * b;
      ofProbe += a * a;
      ofWhole += b * b;
    }
    best = Math.max(best, product / Math.sqrt(ofProbe * ofWhole));
  }
  return best;
}
