import type { Leg } from '../leg.js';

/** What plays to a leg ends for one of these reasons. */
export interface PlayEnd {
  readonly reason: 'finished' | 'stopped' | 'key' | 'replaced' | 'legEnded' | 'error';
  /** The key that ended it, for reason "key". */
  readonly key: string;
  readonly playedMs: number;
  readonly detail: string;
}

export interface Playback {
  /** Ends it; `ended` then resolves with "stopped". */
  stop(): void;
  readonly ended: Promise<PlayEnd>;
}

export interface PlayOptions {
  readonly loop?: boolean;
  /** Keys of the leg that end it. */
  readonly stopKeys?: string;
  /** After what plays already, instead of in its place. */
  readonly queued?: boolean;
}

/** Names of tones of the country's plan. */
export type ToneName = 'dial' | 'ringing' | 'busy' | 'congestion' | 'unobtainable' | 'beep';

export interface RecordOptions {
  /** both: two channels, received left, sent right. mixed: one channel, their sum. */
  readonly direction: 'received' | 'sent' | 'both' | 'mixed';
  readonly format: 'linear16' | 'alaw';
  readonly maxSeconds: number;
}

export interface RecordEnd {
  readonly reason: 'stopped' | 'maxLength' | 'legEnded' | 'error';
  readonly file: string;
  readonly recordedMs: number;
  readonly detail: string;
}

/** A recording that ended because its file could not be written. */
export interface RecordingFailure {
  readonly leg: Leg;
  readonly end: RecordEnd;
}

export interface Recording {
  stop(): void;
  /** While paused nothing is written, and the time does not count. */
  pause(): void;
  resume(): void;
  /** While muted silence is written in place of the audio: a card number is spoken. */
  mute(): void;
  unmute(): void;
  /** Resolves once, also where it could not begin. After "error" what there is of it is in `file`, and the call goes on. */
  readonly ended: Promise<RecordEnd>;
}

/** What joins two legs' audio. */
export interface Bridge {
  /** Parts the legs; both live on. */
  close(): void;
  /** Resolves when it was closed or a leg of it ended. */
  readonly ended: Promise<void>;
}

/** What telephony and call plans want of the audio engine. A leg that has ended gives an object that has ended too, never an exception. */
export interface MediaPort {
  /** Plays files (absolute paths, WAV 8 kHz mono) in order. */
  play(leg: Leg, files: readonly string[], options?: PlayOptions): Playback;
  playTone(leg: Leg, tone: ToneName): Playback;
  record(leg: Leg, file: string, options: RecordOptions): Recording;
  bridge(legA: Leg, legB: Leg): Bridge;
  /** In-band DTMF detection for the leg; events by RFC 4733 and INFO come always. */
  detectDigits(leg: Leg, on: boolean): void;
  /** Levels in dBm0 of the last moments. */
  levels(leg: Leg): { readonly receivedDbm0: number; readonly sentDbm0: number };
}
