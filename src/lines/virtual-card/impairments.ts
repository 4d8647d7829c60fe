import type { AudioImpairments, LineImpairments as NativeImpairments } from '../../../native/addon/addon.js';
import type { LineImpairments } from '../../telephony/index.js';

const NONE_DBM0 = -99;
const NO_ECHO_DB = 99;

const CLEAN: AudioImpairments = {
  gainDb: 0,
  slipsPerMinute: 0,
  slipSamples: 1,
  clicksPerMinute: 0,
  noiseDbm0: NONE_DBM0,
  humDbm0: NONE_DBM0,
};

const WELL: NativeImpairments['signalling'] = {
  lostRings: 0,
  longestRingMs: 0,
  noDialTone: false,
  noBattery: false,
  glare: false,
  noReversal: false,
  lateAnswerMs: 0,
  disconnect: 'batteryDrop',
  disconnectTone: 'unobtainable',
  wrongNumber: '',
};

/** Impairments with what they leave out: all of that is well. */
export function nativeImpairments({ received, sent, echo, signalling }: LineImpairments): NativeImpairments {
  return {
    received: { ...CLEAN, ...received },
    sent: { ...CLEAN, ...sent },
    echo: { delayMs: 0, returnLossDb: NO_ECHO_DB, ...echo },
    signalling: { ...WELL, ...signalling },
  };
}
