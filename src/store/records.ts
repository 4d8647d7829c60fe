import type { Outcome } from '../core/index.js';

/** Rows as rooms see them. Times are integer milliseconds UTC; durations integer seconds; absent values are null. */

export interface AccountRecord {
  readonly id: string;
  readonly parentId: string | null;
  readonly name: string;
  readonly status: 'active' | 'disabled';
  /** ISO 3166 two letters: how national numbers are read. */
  readonly country: string;
  readonly features: AccountFeatures;
  readonly limits: AccountLimits;
  readonly createdAt: number;
}

export interface AccountFeatures {
  readonly scheduledCall: boolean;
  /** May present a number that is not a service number of the box (platform.md §1.2). */
  readonly customCli: boolean;
}

export interface AccountLimits {
  /** Scheduled Calls in progress at once. */
  readonly simultaneousScheduledCalls: number;
  /** Requests that are not final. */
  readonly openRequests: number;
  /** latestStartAt defaults to due + this. */
  readonly latestStartSeconds: number;
}

export interface ServiceNumberRecord {
  readonly id: string;
  readonly accountId: string;
  /** E.164. */
  readonly number: string;
  readonly status: 'active' | 'parked' | 'suspended';
  readonly description: string;
  readonly createdAt: number;
}

/** A plan assigned to a service number; at most one of a number's is active. */
export interface AssignmentRecord {
  readonly id: string;
  readonly serviceNumberId: string;
  readonly planId: string;
  readonly active: boolean;
  readonly createdAt: number;
}

export interface PlanRecord {
  readonly id: string;
  readonly accountId: string;
  readonly name: string;
  readonly description: string;
  /** The version callers get; null until one was published. */
  readonly activeVersion: number | null;
  /** Counts saves; a change names the revision it was made from. */
  readonly revision: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface PlanVersionRecord {
  readonly planId: string;
  /** 1, 2, 3 … within the plan. */
  readonly version: number;
  /** The plan document (CONTRACT.md's form), JSON text. */
  readonly document: string;
  readonly createdAt: number;
}

export interface AudioFileRecord {
  readonly id: string;
  readonly accountId: string;
  /** What plans refer to; unique in the account, never changes. */
  readonly slug: string;
  readonly description: string;
  /** Under the state directory. */
  readonly path: string;
  readonly durationMs: number;
  readonly sizeBytes: number;
  readonly createdAt: number;
}

export interface TrunkRecord {
  readonly id: string;
  readonly name: string;
  readonly kind: 'sip' | 'isdn' | 'analogue';
  readonly enabled: boolean;
  /** E.164 prefixes it carries; empty: any number. */
  readonly prefixes: readonly string[];
  /** Lower goes first where prefixes are equally long. */
  readonly priority: number;
  readonly maxCalls: number;
  readonly callsPerSecond: number;
  readonly sip: SipTrunkSettings | null;
  readonly analogue: AnalogueTrunkSettings | null;
  readonly isdn: IsdnTrunkSettings | null;
  readonly createdAt: number;
}

export interface SipTrunkSettings {
  /** host:port as configured. */
  readonly address: string;
  readonly transport: 'udp' | 'tcp' | 'tls';
  readonly register: boolean;
  readonly username: string | null;
  readonly password: string | null;
  readonly optionsSeconds: number;
  readonly srtp: 'off' | 'optional' | 'mandatory';
  readonly dtmf: 'automatic' | 'rfc4733' | 'info' | 'inBand';
  readonly refer: 'refuse' | 'follow';
  /** Put before what the trunk delivers as called number; "" none. */
  readonly ddiPrefix: string;
  /** Whether an INVITE that nobody answered at all may be followed by the next trunk (DESIGN.md §6.5). */
  readonly retryAfterTimeout: boolean;
}

export interface AnalogueTrunkSettings {
  /** Channel numbers of FXO ports. */
  readonly channels: readonly number[];
  /** Service number an incoming call on these channels is for, E.164. */
  readonly serviceNumber: string | null;
  /** How these lines are used; absent: by the defaults. */
  readonly line?: AnalogueLineRules;
}

/** How exchange lines are used. What is absent has its default. */
export interface AnalogueLineRules {
  readonly dialling?: 'dtmf' | 'pulse';
  readonly dialToneSeconds?: number;
  readonly withoutDialTone?: 'fail' | 'dial';
  readonly answer?: 'polarity' | 'voice' | 'ringbackEnd' | 'timer';
  readonly answerTimerSeconds?: number;
  readonly clearing?: { readonly batteryDrop?: boolean; readonly reversal?: boolean; readonly tones?: boolean; readonly dialTone?: boolean };
  readonly silenceLimitSeconds?: number;
  readonly absoluteLimitSeconds?: number;
}

/** How a telephone at an FXS port is treated. */
export interface ExtensionSettings {
  /** How long dial tone waits for the first digit, and a number that may be incomplete for its next. */
  readonly firstDigitSeconds: number;
  readonly nextDigitSeconds: number;
  /** Numbers that are complete as soon as they are keyed, besides the country's: 0-9, *, X any digit, N 2…9, Z 1…9. */
  readonly completeNumbers: readonly string[];
  /** The telephone's lamp, and a dial tone that tells of a message. */
  readonly messageWaiting: boolean;
}

export interface ExtensionSettingsRecord {
  /** FXS channel of the card. */
  readonly channel: number;
  readonly settings: ExtensionSettings;
}

export interface IsdnTrunkSettings {
  /** Numbers of ISDN spans. */
  readonly spans: readonly number[];
  /** B-channels of each span that it uses; empty: any. */
  readonly bChannels: readonly number[];
  /** The order in which named B-channels, else spans, are taken. */
  readonly selection: ChannelSelection;
  /** Whether the exchange may put a call on another B-channel than the one that we name. */
  readonly exclusive: boolean;
  /** Put before what the trunk delivers as called number, where its type does not say that it is whole; "" none. */
  readonly ddiPrefix: string;
  /** Called numbers leave with their type and no prefix, or with the prefix that a telephone would dial. */
  readonly numbering: 'typed' | 'dialled';
  /**
   * How a called number is sent where the span has overlap: whole and complete; whole, but more digits may follow; digit by digit. Absent: complete, as on a span
   * without overlap.
   */
  readonly sending?: 'enBloc' | 'open' | 'digitByDigit';
}

export type ChannelSelection = 'ascending' | 'descending' | 'roundRobin';

/** How an ISDN span is run. */
export interface SpanSettings {
  readonly switchType: 'euroIsdn' | 'qsig' | 'ni2';
  /** Ours: a user of the network's, or the network itself. */
  readonly side: 'user' | 'network';
  readonly access: 'primary' | 'pointToPoint' | 'pointToMultipoint';
  /** Of B-channels, where the trunk names none. */
  readonly selection: ChannelSelection;
  /** Called numbers come, and may be sent, digit by digit. */
  readonly overlap: boolean;
  /** With overlap: how many digits a called number has; 0: not known. */
  readonly ddiDigits: number;
  /** How long an answered call outlives its D channel; 0: it ends with it. */
  readonly t309Seconds: number;
}

export interface SpanSettingsRecord {
  /** The card's number. */
  readonly span: number;
  readonly settings: SpanSettings;
}

/** An ordered set of trunks that are used by one rule (CONTRACT.md, "Lines out"). */
export interface TrunkGroupRecord {
  readonly id: string;
  readonly name: string;
  /** Ids of trunks, in order; each once. */
  readonly members: readonly string[];
  readonly rule: 'inOrder' | 'roundRobin' | 'leastUsed' | 'longestIdle' | 'random';
  /** E.164 prefixes that it is for; empty: what its members carry. */
  readonly prefixes: readonly string[];
  /** Lower goes first where prefixes are equally long. */
  readonly priority: number;
  /** So many of its members' free lines stay free for inbound calls. */
  readonly reserveInbound: number;
  /** What the next trunk is tried after; null: what the cause table calls a refusal of the line. */
  readonly failover: FailoverCauses | null;
  readonly createdAt: number;
}

/** Ends of a try that never rang after which the next trunk is tried, in place of the cause table's. */
export interface FailoverCauses {
  /** Q.850 causes that the line told. */
  readonly causes: readonly number[];
  /** Final SIP statuses that came without a cause. */
  readonly sipStatuses: readonly number[];
}

export interface TokenRecord {
  readonly id: string;
  readonly accountId: string;
  readonly name: string;
  /** SHA-256 of the token, hex: a token is 256 random bits, so that no slow hash is needed. */
  readonly hash: string;
  readonly createdAt: number;
  readonly lastUsedAt: number | null;
  readonly expiresAt: number | null;
}

export type RequestState =
  | 'queued'
  | 'held'
  | 'dialling'
  | 'inProgress'
  | 'waitingRetry'
  | 'completed'
  | 'failed'
  | 'expired'
  | 'deleted'
  | 'interrupted';

export interface RequestRecord {
  readonly id: string;
  readonly accountId: string;
  readonly serviceNumberId: string;
  readonly serviceNumber: string;
  /** Wire form of an Address. */
  readonly firstParty: string;
  readonly presentationNumber: string;
  /** As asked for; null: now. */
  readonly scheduledAt: number | null;
  readonly dueAt: number;
  readonly latestStartAt: number;
  readonly firstPartyRingSeconds: number;
  readonly reference: string | null;
  /** Lower goes first among those due at the same moment. */
  readonly priority: number;
  readonly guarantee: 'atMostOnce' | 'atLeastOnce';
  /** After which outcomes it is dialled again, JSON text. */
  readonly retry: string;
  /** Initial values of the plan's variables, JSON text. */
  readonly variables: string;
  readonly state: RequestState;
  /** Outcome of the last attempt; null before. */
  readonly outcome: Outcome | null;
  /** Code name and words of why it ended so, or was refused; null where there is nothing to say. */
  readonly reasonCode: string | null;
  readonly reason: string | null;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** When it became final; null while open. */
  readonly finalAt: number | null;
}

export type AttemptState = 'armed' | 'dialling' | 'inProgress' | 'ended';

export interface AttemptRecord {
  readonly id: string;
  readonly requestId: string;
  /** 1, 2, 3 … of the request. */
  readonly number: number;
  readonly state: AttemptState;
  readonly dueAt: number;
  readonly armedAt: number;
  /** Identity on the line, chosen when armed. */
  readonly lineCallId: string;
  readonly lineFromTag: string;
  /** The line was seized (measure of lateness). */
  readonly seizedAt: number | null;
  readonly answeredAt: number | null;
  readonly endedAt: number | null;
  readonly outcome: Outcome | null;
  readonly q850: number | null;
  readonly sipStatus: number | null;
  readonly callId: string | null;
  /** Why it was refused before dialling, or what a recovery found; null otherwise. */
  readonly reasonCode: string | null;
  readonly reason: string | null;
  readonly tries: readonly TryRecord[];
}

/** One line used in an attempt. */
export interface TryRecord {
  readonly id: string;
  readonly trunkId: string;
  readonly trunkName: string;
  /** Name of the group through which the trunk was chosen; absent where it was chosen by itself. */
  readonly trunkGroup?: string;
  readonly legId: string;
  readonly startedAt: number;
  readonly q850: number | null;
  readonly inferred: boolean;
  readonly sipStatus: number | null;
  /** Left us without a local error. */
  readonly sent: boolean;
  readonly detail: string;
  /** What the line could not carry: networkCli, presentationCli, callerName, withholding, diversion. */
  readonly notCarried: readonly string[];
}

export interface CallRecord {
  readonly id: string;
  readonly accountId: string;
  readonly origin: 'inbound' | 'scheduled';
  readonly serviceNumberId: string | null;
  readonly requestId: string | null;
  readonly attemptId: string | null;
  readonly planId: string | null;
  readonly planVersion: number | null;
  readonly from: string;
  readonly to: string;
  readonly startAt: number;
  readonly answeredAt: number | null;
  readonly endAt: number | null;
  /** How many CDRs belong to it; null until it ended. */
  readonly expectedCount: number | null;
}

/** Types of the platform: 1 inbound, 2 outdial, 167 first party; 7, 26, 27 and custom ones are accountable events (DESIGN.md §6.6). */
export interface CdrRecord {
  readonly id: string;
  readonly accountId: string;
  readonly callId: string;
  readonly callType: number;
  readonly legId: string | null;
  readonly parentId: string | null;
  readonly requestId: string | null;
  readonly attemptId: string | null;
  readonly from: string;
  readonly to: string;
  readonly startAt: number;
  readonly answeredAt: number | null;
  readonly endAt: number;
  /** Q.850 cause. */
  readonly clearDown: number;
  /** Time to answer in ms; 0 where it was not answered. */
  readonly ttaMs: number;
  /** Further facts (SIP status, trunk, outcome), JSON text. */
  readonly data: string;
}

/** An event of the stream (DESIGN.md §6.17). */
export interface EventRecord {
  /** "<boot>-<seq>". */
  readonly id: string;
  readonly type: string;
  readonly at: number;
  readonly accountId: string;
  readonly callId: string | null;
  readonly legId: string | null;
  readonly requestId: string | null;
  /** JSON text. */
  readonly data: string;
}

/** One line of a call's trace: which node ran, what it did, what was heard. */
export interface TraceRecord {
  readonly callId: string;
  readonly sequence: number;
  readonly at: number;
  readonly type: string;
  /** JSON text. */
  readonly data: string;
}

/** Something that happened to a line or a span of the card. */
export interface LineEventRecord {
  /** Rises; 0 before it was stored. */
  readonly id: number;
  /** "line/3", "span/1". */
  readonly subject: string;
  readonly at: number;
  readonly type: string;
  /** JSON text. */
  readonly data: string;
}

/** How many calls a line has had. */
export interface LineTotalRecord {
  readonly subject: string;
  readonly calls: number;
  readonly since: number;
}

/** A line that a person took out of service. */
export interface OutOfServiceRecord {
  readonly channel: number;
  readonly reason: string;
  /** Id of the token that asked. */
  readonly by: string;
  readonly at: number;
}

/** The answer that an Idempotency-Key got the first time. */
export interface IdempotencyRecord {
  readonly accountId: string;
  readonly key: string;
  /** Method, path and body, hashed: the same key with another request is an error. */
  readonly fingerprint: string;
  readonly status: number;
  readonly body: string;
  readonly createdAt: number;
}
