import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { type Native, SteppedClock, findIsdnd, loadNativeAddon, silentLogger, startNative, stepTogether } from '../../src/core/index.js';
import { AnalogueLine, IsdnLine, VirtualCard } from '../../src/lines/index.js';
import type { TrunkRecord } from '../../src/store/index.js';
import { defaultSpanSettings, dialPlanOf } from '../../src/telephony/index.js';

/** The add-on works in frames of so long; a stepped engine moves by whole ones. */
const FRAME_MS = 20;

/** The virtual card, its lines and its far side over the real add-on, in virtual time. */
export interface SteppedCard {
  readonly clock: SteppedClock;
  readonly native: Native;
  readonly line: AnalogueLine;
  /** Over spans 2 (E1), 3 and 4 (BRI); null where the card was opened without. */
  readonly isdn: IsdnLine | null;
  readonly card: VirtualCard;
  readonly folder: string;
  /** A trunk over all FXO channels, taken up by the line. */
  readonly trunk: TrunkRecord;
  /** Moves time on a frame at a time, so that what the program does about an event comes no later than a frame after it. */
  readonly pass: (milliseconds: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Opens four FXO and four FXS channels; with `isdn` one E1 and two BRI besides. */
export function openSteppedCard(serviceNumber = '+441632960100', options: { readonly isdn?: boolean } = {}): SteppedCard {
  const folder = mkdtempSync(path.join(tmpdir(), 'branchline-card-'));
  const clock = new SteppedClock();
  const native = startNative(loadNativeAddon(), { stepped: true, realtimePriority: false, maxHandles: 512 }, clock);
  stepTogether(clock, native.engine);
  const parts = { native, clock, logger: silentLogger, country: 'GB' };
  const line = new AnalogueLine(parts);
  const isdnd = options.isdn === true ? findIsdnd() : null;
  const channels = line.startVirtual({ fxo: 4, fxs: 4, ...(isdnd === null ? {} : { isdn: { e1: 1, bri: 2, isdnd, ...dialPlanOf('GB') } }) });
  const isdn = isdnd === null ? null : startIsdn(parts, channels, isdnd);
  const card = new VirtualCard({ native, logger: silentLogger, country: 'GB', folder: path.join(folder, 'far-end'), channels });
  const trunk = analogueTrunk(serviceNumber);
  line.useTrunk(trunk);
  return {
    clock,
    native,
    line,
    isdn,
    card,
    folder,
    trunk,
    pass: async (milliseconds) => {
      for (let passed = 0; passed < milliseconds; passed += FRAME_MS) await clock.advance(FRAME_MS);
    },
    close: async () => {
      await native.engine.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function startIsdn(parts: ConstructorParameters<typeof IsdnLine>[0], channels: ReturnType<AnalogueLine['startVirtual']>, isdnd: string): IsdnLine {
  const isdn = new IsdnLine(parts);
  const spans = parts.native.engine.cardSpans();
  const basic = spans.filter(({ kind }) => kind === 'basic');
  const kindOf = (kind: (typeof spans)[number]['kind']) => (kind === 'analogue' ? 'e1' : kind);
  isdn.start({ channels, spans, isdnd, settings: (span) => defaultSpanSettings(kindOf(span.kind), basic.indexOf(span) + 1) });
  return isdn;
}

/** A trunk over the given ISDN spans. */
export function isdnTrunk(spans: readonly number[], change: Partial<NonNullable<TrunkRecord['isdn']>> = {}): TrunkRecord {
  return {
    id: `trk_isdn_${spans.join('_')}`,
    name: `spans ${spans.join(' and ')}`,
    kind: 'isdn',
    enabled: true,
    prefixes: [],
    priority: 1,
    maxCalls: 30,
    callsPerSecond: 50,
    sip: null,
    analogue: null,
    isdn: { spans, bChannels: [], selection: 'descending', exclusive: false, ddiPrefix: '+441632960', numbering: 'typed', ...change },
    createdAt: 0,
  };
}

function analogueTrunk(serviceNumber: string): TrunkRecord {
  return {
    id: 'trk_analogue',
    name: 'lines',
    kind: 'analogue',
    enabled: true,
    prefixes: [],
    priority: 1,
    maxCalls: 4,
    callsPerSecond: 50,
    sip: null,
    analogue: { channels: [1, 2, 3, 4], serviceNumber },
    isdn: null,
    createdAt: 0,
  };
}

/** Samples of a 16-bit linear mono WAV with a 44-byte header, as the virtual card writes. */
export function readWav(file: string): Int16Array {
  const bytes = readFileSync(file);
  const start = bytes.indexOf('data', 12, 'ascii') + 8;
  return Int16Array.from({ length: Math.floor((bytes.length - start) / 2) }, (_, index) => bytes.readInt16LE(start + index * 2));
}

/** Level of one frequency in samples of 8 kHz, dBm0 (Goertzel). A sine at 0 dBm0 has a peak of 3.14 dB below full scale. */
export function levelOf(samples: Int16Array, hz: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * hz) / 8000);
  let [last, before] = [0, 0];
  for (const sample of samples) [last, before] = [sample + coefficient * last - before, last];
  const power = last * last + before * before - coefficient * last * before;
  const peak = (2 * Math.sqrt(Math.max(0, power))) / samples.length;
  return 20 * Math.log10(Math.max(peak, 1e-3) / 22_800);
}

const LOW = [697, 770, 852, 941];
const HIGH = [1209, 1336, 1477, 1633];
const KEYS = ['123A', '456B', '789C', '*0#D'];

/** The DTMF digits in samples of 8 kHz: enough of a receiver for clean audio. */
export function dtmfDigits(samples: Int16Array): string {
  let digits = '';
  let before = '';
  for (let start = 0; start + 320 <= samples.length; start += 160) {
    const key = keyIn(samples.subarray(start, start + 320));
    if (key !== '' && key !== before) digits += key;
    before = key;
  }
  return digits;
}

function keyIn(block: Int16Array): string {
  const strongest = (frequencies: readonly number[]): { index: number; level: number } =>
    frequencies.map((hz, index) => ({ index, level: levelOf(block, hz) })).reduce((best, one) => (one.level > best.level ? one : best));
  const low = strongest(LOW);
  const high = strongest(HIGH);
  return low.level > -25 && high.level > -25 ? (KEYS[low.index]?.[high.index] ?? '') : '';
}
