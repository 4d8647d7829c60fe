// SPDX-License-Identifier: GPL-3.0-or-later
import type { Handle } from './addon.js';

/** What the detectors `answer` and `special` of a leg tell (native/audio/detect). */
export type AnswerEvent =
  /** Once after `answer` was put on, within 4 s. A guess from the length of the first words: never take it alone for a person's consent. */
  | {
      readonly type: 'answeredBy';
      readonly atMs: number;
      readonly leg: Handle;
      readonly by: 'human' | 'machine' | 'unsure';
      readonly reason: 'shortGreeting' | 'longGreeting' | 'longUtterance' | 'beep' | 'silence' | 'timeOver';
      /** Since `answer` was put on. */
      readonly decidedMs: number;
    }
  /** A beep has ended, each time while `answer` is on: a message may be left. A busy tone's burst is one too. */
  | { readonly type: 'beep'; readonly atMs: number; readonly leg: Handle }
  /** information: SIT. faxCalling: CNG. answer: a fax's or modem's 2100 Hz. `phaseReversals`: it asks that echo cancellers be off (G.165, V.25). */
  | {
      readonly type: 'specialTone';
      readonly atMs: number;
      readonly leg: Handle;
      readonly tone: 'information' | 'faxCalling' | 'answer' | 'modemAnswer';
      readonly phaseReversals: boolean;
    };
