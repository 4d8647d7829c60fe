// The far side of the virtual card, and what is wrong with it, at the border between TypeScript and the C++ add-on (addon.d.ts).

import type { ChannelState, NativeStatus, SpanStatus, ToneSegment } from './addon.js';
import type { LineImpairments } from './impairments.js';
import type { IsdnDialOptions } from './isdn.js';

/** One step of a far end's script. Steps run in order; after the last one the far end keeps listening until it is cleared. What it says before it
 * answers is in-band audio, which ISDN tells by PROGRESS. */
export type FarEndStep =
  /** Rings for so long (the caller hears ringing), then goes on. */
  | { readonly do: 'ring'; readonly milliseconds: number }
  /** Answers: polarity reversal at the FXO port; the telephone at an FXS port is lifted. */
  | { readonly do: 'answer' }
  /** Plays a WAV file (after answer: to the answered call). */
  | { readonly do: 'play'; readonly file: string }
  | { readonly do: 'tone'; readonly segments: readonly ToneSegment[]; readonly loop: boolean }
  | { readonly do: 'digits'; readonly digits: string; readonly onMs: number; readonly offMs: number }
  | { readonly do: 'wait'; readonly milliseconds: number }
  /** Waits until `digits` are keyed one after the other ("": any key), for so long at most. */
  | { readonly do: 'expect'; readonly digits: string; readonly milliseconds: number; readonly otherwise: 'goOn' | 'hangUp' }
  /** A telephone at an FXS port opens its loop for so long. */
  | { readonly do: 'flash'; readonly milliseconds: number }
  /** Clears: battery drop at an FXO port, on-hook at an FXS port. `cause`: Q.850, what ISDN is told; 0: normal clearing. */
  | { readonly do: 'hangUp'; readonly cause: number }
  /** The tone for as long as the caller stays; ISDN is told the `cause`, 0: the tone's. Only before `answer`. */
  | { readonly do: 'refuse'; readonly tone: 'busy' | 'congestion' | 'unobtainable'; readonly cause: number };

/** What a line is told of a caller; "" nothing. */
export interface FarEndCaller {
  readonly number: string;
  readonly name: string;
  readonly withheld: boolean;
}

export interface CallInOptions {
  /** Runs once the call is answered. */
  readonly script: readonly FarEndStep[];
  readonly heardFolder?: string;
  readonly caller?: FarEndCaller;
}

export interface PhoneDialsOptions {
  readonly digits: string;
  /** By pulses, else by DTMF. */
  readonly pulses: boolean;
  /** Runs once the call is answered. */
  readonly script: readonly FarEndStep[];
  readonly heardFolder?: string;
}

/** An analogue port of the virtual card, seen from its far side. */
export interface VirtualPort extends ChannelState {
  readonly channel: number;
  /** No call, no tone, on hook. */
  readonly idle: boolean;
  /** Ringing voltage is on the wire. */
  readonly ringing: boolean;
  readonly messageWaiting: boolean;
  /** FXO: flashes of ours that the exchange has heard. */
  readonly flashes: number;
}

export interface FarEnd {
  /** Digits as the exchange receives them, national form ("01632960200"), or for an FXS telephone its channel number. */
  readonly number: string;
  readonly script: readonly FarEndStep[];
  /** Folder for `<call>.wav` of what it heard from answer on; absent: nothing is kept. */
  readonly heardFolder?: string;
}

/** What is wrong with an ISDN span beside its alarms. Causes are of Q.850, 0: none (native/channel/virtual/isdn_faults.hpp). */
export interface IsdnFaults {
  readonly dChannel: {
    /** Share of the frames that never arrive, 0…1. */
    readonly loss: number;
    readonly delayMs: number;
    readonly cut: boolean;
    /** Point to multipoint: TEIs are taken away, and none is assigned. */
    readonly refuseTei: boolean;
  };
  readonly exchange: {
    /** Every call is refused so … */
    readonly refuseWith: number;
    /** … and calls to these numbers, as FarEnd has them, so. */
    readonly refusals: readonly { readonly number: string; readonly cause: number }[];
    /** Said in place of whatever a far end clears or refuses with. */
    readonly wrongCause: number;
    readonly lateConnectMs: number;
  };
}

/** What NativeEngine does for the virtual card alone. */
export interface VirtualCardCalls {
  /** Far ends by number; replaces all. Files are read here (throws where one can't be), so that the audio thread never does. */
  virtualSetFarEnds(farEnds: readonly FarEnd[]): void;
  /** The exchange rings an FXO port, as if someone called the line. */
  virtualCallIn(channel: number, options: CallInOptions): NativeStatus;
  /** The telephone at an FXS port is lifted and dials. */
  virtualPhoneDials(channel: number, options: PhoneDialsOptions): NativeStatus;
  /** Clears the call at the far end of a channel now. */
  virtualHangUp(channel: number): NativeStatus;
  /** From now on, in place of what was; throws what to change. */
  virtualImpair(channel: number, impairments: LineImpairments): NativeStatus;
  /** A span's alarms and counters from now on. */
  virtualSetSpan(span: number, status: SpanStatus): NativeStatus;
  /** The card is pulled out of its slot. */
  virtualPull(): NativeStatus;
  /** And put back: its lines are opened anew. */
  virtualRestore(): NativeStatus;
  virtualPorts(): readonly VirtualPort[];
  /** A subscriber of the virtual card's exchange calls over a span. `isdnFarEnd` tells what came of it. */
  virtualIsdnCallIn(span: number, caller: IsdnDialOptions & { readonly overlap: boolean }, options: CallInOptions): NativeStatus;
  /** From now on, in place of what was; throws what to change. */
  virtualSetIsdnFaults(span: number, faults: IsdnFaults): NativeStatus;
  /** The exchange forgets a B-channel (its timeslot; 0: all) with the calls there and sends RESTART; throws what to change. */
  virtualRestart(span: number, channel: number): NativeStatus;
}
