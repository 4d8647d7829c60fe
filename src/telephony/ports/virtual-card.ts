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

/** The virtual card's far side, for the demo, tests and technicians. Present only where the card is virtual. */
export interface VirtualCardPort {
  /** Newest first, at most the last 1,000. */
  calls(): readonly FarEndCall[];
  /** Absolute path of what the far end heard (WAV, 8 kHz mono); null while the call lasts or when there is none. */
  heardFile(callId: string): string | null;
  /** Someone calls the line of an FXO channel; the far end says `behaviour`, one of the numbers' last three digits ("205"). */
  callIn(channel: number, behaviour: string): void;
  /** The telephone at an FXS channel is lifted and keys `digits`. */
  phoneDials(channel: number, digits: string): void;
  /** The far end of the channel hangs up. */
  hangUp(channel: number): void;
}
