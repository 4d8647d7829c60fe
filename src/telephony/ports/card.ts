/** An alarm of a span: no signal, the far end has lost ours, all ones, looped for a test, the card is gone. */
export type SpanAlarm = 'red' | 'yellow' | 'blue' | 'loopback' | 'removed';

/** One physical interface of the card and its present. Counters rise from the start of the driver. */
export interface SpanState {
  readonly span: number;
  readonly kind: 'analogue' | 'basic' | 'e1' | 't1';
  readonly name: string;
  readonly alarms: readonly SpanAlarm[];
  readonly slips: number;
  readonly bipolarViolations: number;
  readonly crcErrors: number;
  readonly framingErrors: number;
  readonly missedInterrupts: number;
}

/** An analogue channel's present. */
export interface ChannelPresent {
  /** FXO: ours. FXS: the telephone's. */
  readonly offHook: boolean;
  /** FXO: the line is fed. */
  readonly battery: boolean;
  /** Polarity of the feed. */
  readonly reversed: boolean;
}

/** Who takes the echo of what is sent to a line out of what comes back. */
export type EchoCanceller = 'none' | 'card' | 'engine';

/** What the telephony card shows of its own state. */
export interface CardPort {
  spans(): readonly SpanState[];
  /** Null for a channel that is not analogue, or not there. */
  channel(channel: number): ChannelPresent | null;
  /** Of the call that is on a channel; "none" where there is no call. */
  echoCanceller(channel: number): EchoCanceller;
}
