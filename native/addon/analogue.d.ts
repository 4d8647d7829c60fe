// The border's words for analogue lines (addon.d.ts).

import type { FarEndCaller } from './addon.js';

export interface AnalogueDialOptions {
  /** FXO: digits to key after dial tone; "": none, for a test of the line. FXS: "" (the telephone is rung). */
  readonly digits: string;
  /** FXS: who calls, for the telephone's display; absent: nothing is shown. */
  readonly caller?: FarEndCaller;
  /** For this call alone, in place of the line's. */
  readonly dialling?: 'dtmf' | 'pulse';
  readonly answer?: AnswerRule;
  readonly absoluteLimitMs?: number;
}

/** What is taken for an answer besides a reversal of polarity: nothing, the first voice, ringing tone that ceased, a time after the last digit. */
export type AnswerRule = 'polarity' | 'voice' | 'ringbackEnd' | 'timer';

/** What one analogue line goes by. What is absent has its default; a change holds from the line's next call on. */
export interface AnalogueLineSettings {
  // FXO
  /** The country's. */
  readonly dialling?: 'dtmf' | 'pulse';
  /** How long dial tone may take, 500…60000 (3000), and what then. */
  readonly dialToneMs?: number;
  readonly withoutDialTone?: 'fail' | 'dial';
  readonly answer?: AnswerRule;
  /** 0…300000 (20000). */
  readonly answerTimerMs?: number;
  /** Each the country's. */
  readonly clearByBatteryDrop?: boolean;
  readonly clearByReversal?: boolean;
  readonly clearByTones?: boolean;
  readonly clearByDialTone?: boolean;
  /** 0 (none). An answered call that heard nothing for so long, or lasts longer, is cleared. */
  readonly silenceLimitMs?: number;
  readonly absoluteLimitMs?: number;
  /** A shorter burst is no ringing, 0…1000 (150). */
  readonly shortestRingMs?: number;
  /** On hook between two calls, 100…10000 (700). */
  readonly guardMs?: number;
  // FXS
  /** 1000…120000 (15000). */
  readonly firstDigitMs?: number;
  /** 500…60000 (4000). */
  readonly nextDigitMs?: number;
  /** Complete as soon as they are keyed, besides the country's: 0-9, *, X any digit, N 2…9, Z 1…9. */
  readonly completeNumbers?: readonly string[];
  /** The lamp, and dial tone that tells of a message. */
  readonly messageWaiting?: boolean;
}
