import type { FarEndCaller, FarEndScript } from './far-end-script.js';
import type { IsdnCallIn } from './isdn-call-in.js';
import type { LineImpairments } from './line-impairments.js';
import type { SpanFaults } from './span-faults.js';

/** A call that a far end of the virtual card took part in. */
export interface FarEndCall {
  readonly id: string;
  readonly channel: number;
  /** Number that was dialled, E.164. */
  readonly number: string;
  readonly answeredAt: number;
  readonly endedAt: number | null;
  /** Milliseconds of audio it heard; null until it ended. */
  readonly heardMs: number | null;
}

/** A party beyond the virtual card. */
export interface FarEnd {
  readonly id: string;
  /** E.164; null: a telephone. */
  readonly number: string | null;
  /** FXS channel that the telephone is at; null: a subscriber of the exchange. */
  readonly telephone: number | null;
  readonly description: string;
  /** What it does when it is called. What comes after `answer` is also what it does when it calls. */
  readonly script: FarEndScript;
}

/** What makes a far end: a number, or the channel of a telephone. */
export type NewFarEnd = Partial<Pick<FarEnd, 'number' | 'telephone' | 'description'>> & Pick<FarEnd, 'script'>;

/** A channel of the virtual card, seen from its far side. */
export interface VirtualChannel {
  readonly channel: number;
  readonly kind: 'fxo' | 'fxs' | 'bearer';
  readonly name: string;
  readonly span: number;
  readonly timeslot: number;
  /** No call, no tone, on hook; null: not an analogue one, as all that follows. */
  readonly idle: boolean | null;
  /** FXO: ours. FXS: the telephone's. */
  readonly offHook: boolean | null;
  readonly ringing: boolean | null;
  readonly battery: boolean | null;
  readonly reversed: boolean | null;
  readonly messageWaiting: boolean | null;
  /** FXO: flashes of ours that the exchange has heard since the start. */
  readonly flashes: number | null;
  /** Something is wrong with it on purpose. */
  readonly impaired: boolean;
  /** Bearers: the far end sends back what it hears. */
  readonly looped: boolean;
}

/** A span of the virtual card. */
export interface VirtualSpan {
  readonly span: number;
  readonly kind: 'analogue' | 'basic' | 'e1' | 't1';
  readonly name: string;
  readonly alarms: readonly string[];
  readonly slips: number;
  readonly bipolarViolations: number;
  readonly crcErrors: number;
  readonly framingErrors: number;
  readonly missedInterrupts: number;
}

/** The virtual card as it is now. */
export interface VirtualCardState {
  /** Not pulled out of its slot. */
  readonly present: boolean;
  readonly channels: readonly VirtualChannel[];
  readonly spans: readonly VirtualSpan[];
}

/** The virtual card's far side, for the demo, tests and technicians. Present only where the card is virtual. What is set here lasts until the next start. */
export interface VirtualCardPort {
  state(): VirtualCardState;
  /** Newest first, at most the last 1,000. */
  calls(): readonly FarEndCall[];
  /** Absolute path of what the far end heard (WAV, 8 kHz mono); null while the call lasts or when there is none. */
  heardFile(callId: string): string | null;

  /** In the order of their numbers, telephones last. */
  farEnds(): readonly FarEnd[];
  /** @throws BranchlineError that says what to change, as the two below. Calls in progress keep the script they began with. */
  createFarEnd(farEnd: NewFarEnd): FarEnd;
  replaceFarEnd(id: string, farEnd: NewFarEnd): FarEnd;
  deleteFarEnd(id: string): void;

  /** Someone calls the line of an FXO channel. `behaviour`: the id of a far end, or what it does once it is answered. */
  callIn(channel: number, behaviour: string | FarEndScript, caller?: FarEndCaller): void;
  /** A subscriber calls over an ISDN span. `behaviour` as of callIn. */
  callInOverIsdn(span: number, call: IsdnCallIn, behaviour: string | FarEndScript): void;
  /** The telephone at an FXS channel is lifted and dials `digits`; the script runs once it is answered. */
  phoneDials(channel: number, digits: string, options?: { readonly pulses?: boolean; readonly script?: FarEndScript }): void;
  /** The far end of the channel hangs up. */
  hangUp(channel: number): void;

  /** What is wrong with a channel's line. */
  impairments(channel: number): LineImpairments;
  /** In place of what was; {}: nothing is wrong any more. */
  impair(channel: number, impairments: LineImpairments): void;
  /** The far end of a B-channel sends back what it hears, or no longer. */
  setLoop(channel: number, looped: boolean): void;
  spanFaults(span: number): SpanFaults;
  setSpanFaults(span: number, faults: SpanFaults): void;
  /** The exchange loses its memory of a B-channel of an ISDN span (its timeslot), null: of all, with the calls there, and sends RESTART. */
  restartSpan(span: number, timeslot: number | null): void;

  /** The card is pulled out of its slot: all its calls end. */
  pull(): void;
  /** And put back. */
  restore(): void;
}
