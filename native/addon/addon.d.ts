// The border between TypeScript and the C++ add-on: the one list of its calls, its options and its events. `native/addon/*.cpp` fulfils it; a
// test holds the two against each other. Arguments are checked by the adapters before they get here; the add-on checks again only what would
// harm it. Times are integer milliseconds unless the name says otherwise; levels are dBm0.

import type { AnalogueDialOptions, AnalogueLineSettings } from './analogue.js';
import type { ConferenceCalls, ConferenceEvent } from './conference.js';
import type { AnswerEvent } from './answer.js';
import type { IsdnEngine, IsdnFarEnd, IsdnIncoming, IsdnLegEvent } from './isdn.js';
import type { BearerTestCalls, BearerTestEvent } from './line_tests.js';
import type { VirtualCardCalls } from './virtual_card.js';

export type * from './analogue.js';
export type * from './conference.js';
export type { IsdnCounters, IsdnDialOptions, IsdnNumber, IsdnService, IsdnSpanOptions } from './isdn.js';
export type { AudioImpairments, LineImpairments } from './impairments.js';
export type * from './virtual_card.js';

/** Slot and generation of a native object; 0 names nothing. */
export type Handle = number;

/** Status values of native/common/handle.hpp. */
export type NativeStatus = 0 | 1 | 2 | 3 | 4 | 5 | 6;

/** What a call that creates answers: a handle, or why not. */
export interface Created {
  readonly status: NativeStatus;
  readonly handle: Handle;
}

export interface EngineOptions {
  /** Time stands still until `step`. For tests. */
  readonly stepped: boolean;
  /** Ask for SCHED_FIFO; goes on without it when refused. */
  readonly realtimePriority: boolean;
  /** 16…4096. */
  readonly maxHandles: number;
  /** Whose tones, ringing and line settings hold, one of `countries`; absent: GB. */
  readonly country?: string;
}

export interface PlayOptions {
  readonly files: readonly string[];
  readonly loop: boolean;
  /** Digits of the leg that end it. */
  readonly stopKeys: string;
  /** After what plays to this leg already, else it replaces that. */
  readonly queued: boolean;
}

export interface ToneSegment {
  /** Hz, up to four sounding together; none is a pause. */
  readonly frequencies: readonly number[];
  readonly levelDbm0: number;
  readonly milliseconds: number;
}

export interface RecordOptions {
  /** Written as `<file>.part`, renamed when complete. */
  readonly file: string;
  /** both: two channels, received left, sent right. mixed: one channel, their sum. */
  readonly direction: 'received' | 'sent' | 'both' | 'mixed';
  readonly format: 'linear16' | 'alaw';
  readonly maxSeconds: number;
}

export interface DurationHistogram {
  /** Inclusive upper bounds, rising. */
  readonly boundsSeconds: readonly number[];
  /** By bucket, not cumulative; the last one, over the last bound, is one more than there are bounds. */
  readonly counts: readonly number[];
  readonly sumSeconds: number;
}

export interface EngineCounters {
  readonly frames: number;
  readonly lateFrames: number;
  readonly skippedFrames: number;
  readonly worstLatenessMicroseconds: number;
  readonly worstFrameMicroseconds: number;
  readonly prefetchUnderruns: number;
  readonly recordOverruns: number;
  readonly eventsLost: number;
  readonly legs: number;
  readonly players: number;
  readonly recorders: number;
  readonly bridges: number;
  readonly conferenceMembers: number;
  /** How late frames of the audio thread began, and how long their work took. Empty with a stepped clock. */
  readonly frameLateness: DurationHistogram;
  readonly frameTime: DurationHistogram;
  /** Where the audio thread had to wait for a mutex of PJMEDIA: how long. Of the whole process. */
  readonly lockWait: DurationHistogram;
  /** True where the audio thread runs under SCHED_FIFO. */
  readonly realtime: boolean;
}

// --- SIP ---------------------------------------------------------------------------------------------------------------------------------

export interface SipOptions {
  /** Literal IP address to bind; also what Contact and SDP carry. */
  readonly host: string;
  /** UDP and TCP port; 0 lets the system choose (read it back from `sipPorts`). */
  readonly port: number;
  /** TLS listener; absent: no TLS listener (TLS trunks still go out). */
  readonly tls?: { readonly port: number; readonly certificateFile: string; readonly keyFile: string; readonly caFile?: string };
  readonly userAgent: string;
  /** 1…1024. */
  readonly maxCalls: number;
  /** First and last RTP port, even…odd. */
  readonly rtpPorts: readonly [number, number];
  /** Codecs in order of preference, PJSIP names: "PCMA/8000", "PCMU/8000", "G722/16000", "opus/48000". */
  readonly codecs: readonly string[];
  /** 0 quiet … 4 trace of messages, to the file. */
  readonly logLevel: number;
  readonly logFile?: string;
}

export interface SipTrunkOptions {
  /** Peer's IP literal and port: names were resolved by the adapter. */
  readonly address: string;
  readonly port: number;
  /** The name the trunk was configured with, for the request URI and TLS; an IP literal again where there is none. */
  readonly domain: string;
  readonly transport: 'udp' | 'tcp' | 'tls';
  readonly register?: { readonly username: string; readonly password: string; readonly realm?: string; readonly expiresSeconds: number };
  /** Seconds between OPTIONS; 0: none, the trunk counts as up. */
  readonly optionsSeconds: number;
  readonly srtp: 'off' | 'optional' | 'mandatory';
  /** How to send digits where the peer offers several ways; automatic: RFC 4733, else INFO, else in-band. */
  readonly dtmf: 'automatic' | 'rfc4733' | 'info' | 'inBand';
  /** REFER from the peer: refused with 603, or told by `legReferred`. */
  readonly refer: 'refuse' | 'follow';
}

export interface SipDialOptions {
  /** Full request URI without the trunk's route: "sip:+447700900123@domain". */
  readonly uri: string;
  /** From: URI and display name ("" none). Anonymous where the presentation is restricted. */
  readonly fromUri: string;
  readonly fromName: string;
  /** P-Asserted-Identity URI; absent: header not sent. */
  readonly assertedUri?: string;
  /** Value of Privacy ("id"); absent: header not sent. */
  readonly privacy?: string;
  /** Diversion header value; absent: not sent. */
  readonly diversion?: string;
  /** Identity chosen ahead (DESIGN.md §6.1). */
  readonly callId: string;
  readonly fromTag: string;
}

// --- Card --------------------------------------------------------------------------------------------------------------------------------

export interface ChannelInfo {
  readonly channel: number;
  /** bearer: a B-channel of an ISDN span. */
  readonly kind: 'fxo' | 'fxs' | 'bearer';
  readonly name: string;
  readonly span: number;
  /** Within its span, from 1: of a bearer its number in Q.931. */
  readonly timeslot: number;
}

/** One physical interface of the card. */
export interface SpanInfo {
  readonly span: number;
  readonly kind: 'analogue' | 'basic' | 'e1' | 't1';
  readonly name: string;
  /** Its channels, by the card's numbers. */
  readonly channels: readonly number[];
}

/** A span's present. Counters rise from the start of the driver. */
export interface SpanStatus {
  /** Names with a space between: red, yellow, blue, loopback, removed; "" none. */
  readonly alarms: string;
  readonly slips: number;
  readonly bipolarViolations: number;
  readonly crcErrors: number;
  readonly framingErrors: number;
  readonly missedInterrupts: number;
}

/** An analogue channel's present. */
export interface ChannelState {
  /** FXO: ours. FXS: the telephone's. */
  readonly offHook: boolean;
  /** FXO: the line is fed. */
  readonly battery: boolean;
  readonly reversed: boolean;
}

/** Who cancels echo: the card or its driver where it can, else (auto, and on analogue lines only) the engine; only the one; nobody. */
export interface EchoSettings {
  readonly policy: 'auto' | 'card' | 'engine' | 'off';
  /** How long an echo may take, 32 or 64. */
  readonly tailMs: number;
}

// --- The engine --------------------------------------------------------------------------------------------------------------------------

export interface NativeEngine extends ConferenceCalls, IsdnEngine, BearerTestCalls, VirtualCardCalls {
  /** Monotonic milliseconds of the native clock, with fractions. */
  nowMs(): number;
  /** Moves a stepped clock on, a multiple of 20 ms; events it caused have been delivered when it returns. */
  step(milliseconds: number): void;

  bridge(legA: Handle, legB: Handle): Created;
  unbridge(bridge: Handle): NativeStatus;
  play(leg: Handle, options: PlayOptions): Created;
  playTone(leg: Handle, segments: readonly ToneSegment[], loop: boolean): Created;
  stopPlayer(player: Handle): NativeStatus;
  record(leg: Handle, options: RecordOptions): Created;
  stopRecorder(recorder: Handle): NativeStatus;
  /** Paused: nothing is written, and the time does not count. */
  pauseRecorder(recorder: Handle, paused: boolean): NativeStatus;
  /** Muted: silence is written in place of the audio. */
  muteRecorder(recorder: Handle, muted: boolean): NativeStatus;
  /** `answer` is put on at the moment of answer: its times count from there. `special`: SIT, fax and modem tones. Both are off where absent. */
  setDetectors(
    leg: Handle,
    detectors: { readonly dtmf: boolean; readonly tones: boolean; readonly special?: boolean; readonly answer?: boolean },
  ): NativeStatus;
  levels(leg: Handle): { readonly status: NativeStatus; readonly receivedDbm0: number; readonly sentDbm0: number };
  counters(): EngineCounters;
  resetWorst(): void;

  /** Leg commands, routed to the line stack that owns the leg. */
  ring(leg: Handle, earlyMedia: boolean): NativeStatus;
  answer(leg: Handle): NativeStatus;
  clear(leg: Handle, q850: number, sipStatus: number): NativeStatus;
  sendDigits(leg: Handle, digits: string, onMs: number, offMs: number, method: 'automatic' | 'rfc4733' | 'info' | 'inBand'): NativeStatus;

  /** Starts the SIP stack; throws an Error that says why it can't (port taken, bad certificate). At most once an engine. */
  sipStart(options: SipOptions): void;
  /** The bound ports; 0 where there is no listener. */
  sipPorts(): { readonly udp: number; readonly tcp: number; readonly tls: number };
  sipAddTrunk(options: SipTrunkOptions): Created;
  /** Calls in progress stay; no new ones. */
  sipRemoveTrunk(trunk: Handle): NativeStatus;
  sipDial(trunk: Handle, options: SipDialOptions): Created;

  /** Opens the virtual card: `fxo` and `fxs` channels, FXO numbered first, then the bearers of its ISDN spans. `isdnd`: the program, for the far end. */
  cardStartVirtual(options: {
    readonly fxo: number;
    readonly fxs: number;
    readonly isdn?: {
      readonly e1: number;
      readonly bri: number;
      readonly isdnd: string;
      readonly countryCode: string;
      readonly internationalPrefix: string;
    };
  }): readonly ChannelInfo[];
  /**
   * Takes the driver's configured channels of `spans` into service, all where that is empty. Answers none, and has started nothing, while there is no driver,
   * no card or no configuration: to be called again then. Throws with a stepped clock.
   */
  cardStartDahdi(options: { readonly spans: readonly number[] }): readonly ChannelInfo[];
  /** None before a card was started. */
  cardSpans(): readonly SpanInfo[];
  /** Undefined for what the card does not have. */
  cardSpanStatus(span: number): SpanStatus | undefined;
  cardChannelState(channel: number): ChannelState | undefined;
  /** From each channel's next call on. */
  cardSetEcho(settings: EchoSettings): NativeStatus;
  /** Who cancels the echo of a channel's call now. */
  cardEchoBy(channel: number): 'none' | 'card' | 'engine';
  analogueDial(channel: number, options: AnalogueDialOptions): Created;
  /** Throws an Error that says what to change. */
  analogueConfigure(channel: number, settings: AnalogueLineSettings): NativeStatus;
  /** Recall to the exchange during an answered call on an FXO line; elsewhere it does nothing. */
  analogueFlash(leg: Handle): NativeStatus;

  /** Stops threads, ends every leg (their legEnded events are delivered first), closes files. Idempotent. */
  close(): Promise<void>;
}

export interface NativeAddon {
  /** Version of the border; src/ refuses another. */
  readonly borderVersion: number;
  /** Library versions, for `doctor`: {"pjsip": "2.17", "openssl": "3.0.x"}. */
  readonly versions: Readonly<Record<string, string>>;
  /** Countries whose lines it knows, ISO 3166 two letters. */
  readonly countries: readonly string[];
  createEngine(options: EngineOptions, onEvents: (events: readonly NativeEvent[]) => void): NativeEngine;
}

// --- Events ------------------------------------------------------------------------------------------------------------------------------

/** Every event carries `atMs`, the native clock's time of what it tells. */
export type NativeEvent =
  // Legs. Each leg ends in exactly one legEnded, whatever happened; nothing of the leg comes after it.
  | ({
      readonly type: 'legIncoming';
      readonly atMs: number;
      readonly leg: Handle;
      readonly kind: 'sip' | 'analogue' | 'isdn';
      /** SIP: user part of the request URI. Analogue FXO: "". FXS: what the telephone keyed. ISDN: digits of the called number. */
      readonly to: string;
      /** Of the card; ISDN: of the span. */
      readonly channel: number;
      /** SIP only, but fromName; "" where a header was absent. */
      readonly fromUri: string;
      readonly fromName: string;
      readonly assertedUri: string;
      readonly privacy: string;
      readonly diversion: string;
      readonly sourceAddress: string;
      readonly sourcePort: number;
      readonly callId: string;
    } & IsdnIncoming)
  /** The INVITE left (SIP: handed to the transport), or the line was seized: `atMs` is the lateness measure. */
  | { readonly type: 'legSeized'; readonly atMs: number; readonly leg: Handle }
  /** 18x, or ringing heard on an analogue line. `earlyMedia`: there is audio to listen to. */
  | { readonly type: 'legProgress'; readonly atMs: number; readonly leg: Handle; readonly sipStatus: number; readonly earlyMedia: boolean }
  | {
      readonly type: 'legAnswered';
      readonly atMs: number;
      readonly leg: Handle;
      /** Outgoing ISDN: the number that was reached; "" not told. */
      readonly connected?: string;
      readonly connectedType?: number;
      readonly connectedPresentation?: number;
      readonly connectedName?: string;
    }
  | {
      readonly type: 'legEnded';
      readonly atMs: number;
      readonly leg: Handle;
      /** Q.850 cause; inferred from tones on analogue lines, from the SIP status without a Reason header. */
      readonly q850: number;
      readonly inferred: boolean;
      /** Final SIP status that was received or sent before answer; 0 otherwise and on other lines. */
      readonly sipStatus: number;
      readonly by: 'us' | 'peer' | 'line';
      /** Outgoing SIP: true once the INVITE was handed to the transport with no local error. Analogue: true once dialled. */
      readonly sent: boolean;
      /** Outgoing SIP: a response (even 100) came. */
      readonly responded: boolean;
      readonly detail: string;
      /** ISDN: who generated the cause, Q.850 §2.2.3. */
      readonly location?: number;
    }
  | { readonly type: 'legFlash'; readonly atMs: number; readonly leg: Handle }
  /** `by`: who asked for it; absent: the far end. */
  | { readonly type: 'legHeld'; readonly atMs: number; readonly leg: Handle; readonly held: boolean; readonly by?: 'us' | 'peer' }
  | { readonly type: 'legReferred'; readonly atMs: number; readonly leg: Handle; readonly referTo: string }
  | {
      readonly type: 'digit';
      readonly atMs: number;
      readonly leg: Handle;
      readonly digit: string;
      readonly durationMs: number;
      readonly method: 'rfc4733' | 'info' | 'inBand';
    }
  | { readonly type: 'digitsSent'; readonly atMs: number; readonly leg: Handle; readonly method: 'rfc4733' | 'info' | 'inBand' }
  | { readonly type: 'tone'; readonly atMs: number; readonly leg: Handle; readonly tone: 'busy' | 'congestion' | 'unobtainable' | 'ringing' | 'dial' }
  | AnswerEvent
  | IsdnLegEvent
  | ConferenceEvent
  | BearerTestEvent
  // Players and recorders: exactly one end event each.
  | {
      readonly type: 'playerEnded';
      readonly atMs: number;
      readonly player: Handle;
      readonly leg: Handle;
      readonly reason: 'finished' | 'stopped' | 'key' | 'replaced' | 'legEnded' | 'error';
      readonly key: string;
      readonly playedMs: number;
      readonly detail: string;
    }
  | {
      readonly type: 'recorderEnded';
      readonly atMs: number;
      readonly recorder: Handle;
      readonly leg: Handle;
      readonly reason: 'stopped' | 'maxLength' | 'legEnded' | 'error';
      readonly file: string;
      readonly recordedMs: number;
      readonly detail: string;
    }
  | { readonly type: 'bridgeEnded'; readonly atMs: number; readonly bridge: Handle; readonly reason: 'unbridged' | 'legEnded' }
  // Lines.
  | {
      readonly type: 'trunkState';
      readonly atMs: number;
      readonly trunk: Handle;
      readonly up: boolean;
      readonly sipStatus: number;
      readonly detail: string;
    }
  | {
      readonly type: 'channelState';
      readonly atMs: number;
      readonly channel: number;
      readonly state: 'idle' | 'ringing' | 'dialling' | 'talking' | 'alarm' | 'removed';
      readonly detail: string;
    }
  /** Alarms of a span as in SpanStatus. Only that there are some, or none any more, is told for sure. */
  | { readonly type: 'spanAlarm'; readonly atMs: number; readonly span: number; readonly alarms: string }
  /** Layer 2 of an ISDN span. */
  | { readonly type: 'spanState'; readonly atMs: number; readonly span: number; readonly up: boolean; readonly detail: string }
  /** What isdnd has to say; span 0: of no span. */
  | { readonly type: 'isdnLog'; readonly atMs: number; readonly span: number; readonly error: boolean; readonly text: string }
  /** What the far end of a virtual ISDN span saw of a call. `called`: of one of ours, with all that it carried. `call`: its own number of it. */
  | ({ readonly type: 'isdnFarEnd'; readonly atMs: number } & IsdnFarEnd)
  /** A telephone of the virtual card shows who calls. `callingPresentation` as in legIncoming. */
  | {
      readonly type: 'farEndShown';
      readonly atMs: number;
      readonly channel: number;
      readonly calling: string;
      readonly callingName: string;
      readonly callingPresentation: number;
    }
  /** A far end of the virtual card answered, and later was cleared: the heard file is complete. */
  | { readonly type: 'farEndAnswered'; readonly atMs: number; readonly channel: number; readonly number: string; readonly call: string }
  | {
      readonly type: 'farEndEnded';
      readonly atMs: number;
      readonly channel: number;
      readonly number: string;
      readonly call: string;
      readonly heardFile: string;
      readonly heardMs: number;
    };
