import type { ToneSegment } from '../../native/addon/addon.js';
import type { ToneName } from '../telephony/index.js';

/** A tone of a country's plan. */
export interface Tone {
  readonly segments: readonly ToneSegment[];
  /** Sounds until it is stopped. */
  readonly loop: boolean;
}

/** Level of each frequency, dBm0: BT SIN 350 gives tones between −37 and −7 dBm at the subscriber; this is what exchanges feed in. */
const LEVEL_DBM0 = -13;
/** Two frequencies together carry the power of one. */
const LEVEL_OF_TWO_DBM0 = -16;

function sound(milliseconds: number, ...frequencies: readonly number[]): ToneSegment {
  return { frequencies, levelDbm0: frequencies.length > 1 ? LEVEL_OF_TWO_DBM0 : LEVEL_DBM0, milliseconds };
}

/** United Kingdom: BT SIN 350 issue 1.3 §5; ITU-T E.180 Supplement 2. A looped segment of one second holds whole periods of each frequency, so that it does not click. */
const UK: Readonly<Record<ToneName, Tone>> = {
  dial: { segments: [sound(1000, 350, 440)], loop: true },
  ringing: { segments: [sound(400, 400, 450), sound(200), sound(400, 400, 450), sound(2000)], loop: true },
  busy: { segments: [sound(375, 400), sound(375)], loop: true },
  congestion: { segments: [sound(400, 400), sound(350), sound(225, 400), sound(525)], loop: true },
  unobtainable: { segments: [sound(1000, 400)], loop: true },
  beep: { segments: [sound(250, 1400)], loop: false },
};

/** A tone of the plan; the only country so far is the United Kingdom. */
export function toneOf(name: ToneName): Tone {
  return UK[name];
}
