// Tests of B-channels at the border between TypeScript and the C++ add-on (addon.d.ts).

import type { NativeStatus } from './addon.js';

/** Each test has its channel of the card to itself, and ends in one event. `wrongState`: the channel has a call or a test. */
export interface BearerTestCalls {
  /** Sends the pattern of ITU-T O.150 (2^15 − 1) and compares what comes back, for so long (1 … 86,400 s) once it does. */
  isdnStartBitErrorTest(channel: number, seconds: number): NativeStatus;
  /** Looks for a second whether what is sent comes back. */
  isdnStartLoopbackTest(channel: number): NativeStatus;
  /** Ends the test of a channel now. */
  isdnStopTest(channel: number): NativeStatus;
  /** The virtual card: the far end of a B-channel sends back what it hears, or no longer. */
  virtualSetLoop(channel: number, looped: boolean): NativeStatus;
}

/** `removed`: the card is gone. */
export type BearerTestEnd = 'done' | 'stopped' | 'removed';

export type BearerTestEvent =
  | {
      readonly type: 'bitErrorTestEnded';
      readonly atMs: number;
      readonly channel: number;
      readonly end: BearerTestEnd;
      /** The pattern came back. Counts are nought without. */
      readonly synchronised: boolean;
      /** Whole ones that were measured. */
      readonly seconds: number;
      /** Compared with the pattern: those of losses of synchronisation are not. */
      readonly bits: number;
      readonly errors: number;
      readonly erroredSeconds: number;
      readonly syncLosses: number;
    }
  | {
      readonly type: 'loopbackTestEnded';
      readonly atMs: number;
      readonly channel: number;
      readonly end: BearerTestEnd;
      readonly returned: boolean;
      /** Of the best match; says something only where it returned, as the level. It was sent at −10 dBm0. */
      readonly delayMs: number;
      readonly levelDbm0: number;
      /** 0 … 1, of what came to what was sent. */
      readonly likeness: number;
    };
