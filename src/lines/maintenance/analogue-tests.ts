import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';

import type { Handle, NativeEvent } from '../../../native/addon/addon.js';
import { type Clock, type Native, type Unsubscribe, delay } from '../../core/index.js';
import type { LineMaintenance, LineState, LineTestKind, LineTestResult } from '../../telephony/index.js';
import { toneFigures } from './tone-figures.js';

export interface AnalogueTestsParts {
  readonly native: Native;
  readonly clock: Clock;
  /** The lines of the card. */
  readonly lines: () => readonly LineState[];
  /** Where the audio of a measurement lies while it is made. */
  readonly folder: string;
}

/** Test tone of a voice channel, ITU-T O.6: 1020 Hz at −10 dBm0. */
const TEST_HZ = 1020;
const TEST_DBM0 = -10;
const MEASURED_MS = 1000;
/** The machine gives up on dial tone by itself (native/analogue); this is only for a line that says nothing at all. */
const LONGEST_WAIT_MS = 10_000;
const NORMAL_CLEARING = 16;
const WAV_HEADER_BYTES = 44;

type LegEndedEvent = Extract<NativeEvent, { readonly type: 'legEnded' }>;

/** Tests of FXO lines and FXS ports: legs of the add-on that are no calls. */
export class AnalogueLineTests implements LineMaintenance {
  readonly #parts: AnalogueTestsParts;

  constructor(parts: AnalogueTestsParts) {
    this.#parts = parts;
  }

  testsOf(channel: number): readonly LineTestKind[] {
    switch (this.#parts.lines().find((line) => line.channel === channel)?.kind) {
      case 'fxo':
        return ['dialTone', 'tone'];
      case 'fxs':
        return ['ring'];
      case 'bearer':
      case undefined:
        return [];
    }
  }

  async run(channel: number, kind: LineTestKind, seconds: number, signal: AbortSignal): Promise<LineTestResult> {
    const created = this.#parts.native.engine.analogueDial(channel, { digits: '' });
    if (created.status !== 0) return failed(created.status === 4 ? 'the line was taken by a call meanwhile' : 'the line cannot be used now');
    const leg = new TestLeg(this.#parts.native, this.#parts.clock, created.handle, signal);
    try {
      if (kind === 'ring') return await ring(leg, seconds);
      return kind === 'tone' ? await sendTone(leg, seconds) : await this.#hearDialTone(leg);
    } finally {
      await leg.close();
    }
  }

  async #hearDialTone(leg: TestLeg): Promise<LineTestResult> {
    const heardAt = await leg.heard('dial', LONGEST_WAIT_MS);
    if (heardAt === null) return failed(leg.end?.detail ?? 'no dial tone', { timeToDialToneMs: -1 });
    const file = path.join(this.#parts.folder, `line-test-${leg.handle}.wav`);
    const samples = await leg.record(file, MEASURED_MS);
    const { levelDbm0, frequenciesHz } = toneFigures(samples);
    const timeToDialToneMs = Math.round(heardAt - leg.seizedAt);
    return {
      passed: true,
      words: `dial tone after ${timeToDialToneMs} ms: ${frequenciesHz.join(' and ')} Hz at ${levelDbm0.toFixed(1)} dBm0`,
      figures: { timeToDialToneMs, frequenciesHz, levelDbm0 },
    };
  }
}

async function sendTone(leg: TestLeg, seconds: number): Promise<LineTestResult> {
  leg.play(TEST_HZ, TEST_DBM0);
  const ended = await leg.pass(seconds * 1000);
  if (ended) return failed(leg.end?.detail ?? 'the line was lost');
  return {
    passed: true,
    words: `sent ${TEST_HZ} Hz at ${TEST_DBM0} dBm0 for ${seconds} s`,
    figures: { frequencyHz: TEST_HZ, levelDbm0: TEST_DBM0, sentSeconds: seconds },
  };
}

async function ring(leg: TestLeg, seconds: number): Promise<LineTestResult> {
  const liftedAt = await leg.answered(seconds * 1000);
  if (liftedAt === null) return failed(leg.end?.detail ?? `rang ${seconds} s, and nobody lifted the telephone`, { ringTripped: false });
  const timeToTripMs = Math.round(liftedAt - leg.seizedAt);
  return { passed: true, words: `the ring tripped after ${timeToTripMs} ms`, figures: { ringTripped: true, timeToTripMs } };
}

function failed(words: string, figures: LineTestResult['figures'] = {}): LineTestResult {
  return { passed: false, words: words === '' ? 'the line was lost' : words, figures };
}

/** A leg that is no call: followed by its add-on events, cleared at the end whatever happened. */
class TestLeg {
  readonly handle: Handle;
  readonly #native: Native;
  readonly #clock: Clock;
  readonly #over = new AbortController();
  readonly #subscriptions: Unsubscribe[];
  /** Times of the native clock, ms. */
  seizedAt = 0;
  #toneAt: number | null = null;
  #answeredAt: number | null = null;
  #recorded = false;
  end: LegEndedEvent | null = null;

  constructor(native: Native, clock: Clock, handle: Handle, signal: AbortSignal) {
    this.handle = handle;
    this.#native = native;
    this.#clock = clock;
    this.seizedAt = native.engine.nowMs();
    const { events, engine } = native;
    this.#subscriptions = [
      events.on('legSeized', ({ leg, atMs }) => leg === handle && (this.seizedAt = atMs)),
      events.on('legAnswered', ({ leg, atMs }) => leg === handle && (this.#answeredAt = atMs)),
      events.on('tone', ({ leg, tone, atMs }) => leg === handle && tone === 'dial' && (this.#toneAt ??= atMs)),
      events.on('recorderEnded', ({ leg, reason }) => leg === handle && reason !== 'error' && (this.#recorded = true)),
      events.on('legEnded', (event) => event.leg === handle && this.#onEnd(event)),
    ];
    // Gone with the leg: the service's signal outlives many tests.
    signal.addEventListener('abort', () => engine.clear(handle, NORMAL_CLEARING, 0), { once: true, signal: this.#over.signal });
    engine.setDetectors(handle, { dtmf: false, tones: true });
  }

  /** When dial tone was told; null: not within the time, or the leg ended. */
  async heard(_tone: 'dial', limitMs: number): Promise<number | null> {
    await this.#until(() => this.#toneAt !== null, limitMs);
    return this.#toneAt;
  }

  async answered(limitMs: number): Promise<number | null> {
    await this.#until(() => this.#answeredAt !== null, limitMs);
    return this.#answeredAt;
  }

  play(hz: number, levelDbm0: number): void {
    this.#native.engine.playTone(this.handle, [{ frequencies: [hz], levelDbm0, milliseconds: 1000 }], true);
  }

  /** Lets time pass; true: the leg ended meanwhile. */
  async pass(milliseconds: number): Promise<boolean> {
    await delay(this.#clock, milliseconds, this.#over.signal).catch(() => undefined);
    return this.end !== null;
  }

  /** What is received in so long, 8 kHz. */
  async record(file: string, milliseconds: number): Promise<Int16Array> {
    const { engine } = this.#native;
    const recorder = engine.record(this.handle, { file, direction: 'received', format: 'linear16', maxSeconds: 10 });
    if (recorder.status !== 0) return new Int16Array();
    await this.pass(milliseconds);
    engine.stopRecorder(recorder.handle);
    await this.#until(() => this.#recorded, LONGEST_WAIT_MS);
    return this.#recorded ? readSamples(file) : new Int16Array();
  }

  /** Hangs up, and waits until the line has let go. */
  async close(): Promise<void> {
    if (this.end === null) this.#native.engine.clear(this.handle, NORMAL_CLEARING, 0);
    await this.#until(() => false, LONGEST_WAIT_MS);
    this.#over.abort();
    for (const off of this.#subscriptions) off();
  }

  /** Looks every 20 ms, a frame, until it is so, the leg has ended or the time is over. */
  async #until(reached: () => boolean, limitMs: number): Promise<void> {
    for (let waited = 0; waited < limitMs && this.end === null && !reached(); waited += 20) await this.pass(20);
  }

  #onEnd(event: LegEndedEvent): void {
    this.end = event;
    this.#over.abort();
  }
}

/** Samples of a 16-bit linear mono WAV as the engine writes it; the file is gone then. */
function readSamples(file: string): Int16Array {
  const bytes = readFileSync(file);
  rmSync(file, { force: true });
  const count = Math.max(0, Math.floor((bytes.length - WAV_HEADER_BYTES) / 2));
  return Int16Array.from({ length: count }, (_, index) => bytes.readInt16LE(WAV_HEADER_BYTES + index * 2));
}
