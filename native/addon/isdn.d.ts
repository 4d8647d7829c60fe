// What ISDN lines take and tell at the border between TypeScript and the C++ add-on (addon.d.ts).

import type { Created, Handle, NativeStatus } from './addon.js';

/** A party's number, as Q.931 has it. */
export interface IsdnNumber {
  /** "" not given. */
  readonly digits: string;
  /** Type of number: 0 unknown, 1 international, 2 national, 4 subscriber. */
  readonly type: number;
  /** Numbering plan: 0 unknown, 1 E.164, 9 private. */
  readonly plan: number;
  /** 0 allowed, 1 restricted, 2 not available. */
  readonly presentation: number;
  /** 0 user, not screened; 1 user, passed; 2 user, failed; 3 network. */
  readonly screening: number;
}

/** How a span is run. The far end of the virtual card follows it. */
export interface IsdnSpanOptions {
  readonly span: number;
  readonly switchType: 'euroIsdn' | 'qsig' | 'ni2';
  readonly node: 'user' | 'network';
  readonly access: 'primary' | 'pointToPoint' | 'pointToMultipoint';
  readonly selection: 'ascending' | 'descending' | 'roundRobin';
  /** Called numbers digit by digit, both ways. */
  readonly overlap: boolean;
  /** With overlap: how many digits a called number has; 0: not known. */
  readonly ddiDigits: number;
  /** How long an answered call outlives its D channel; 0: it ends with it. */
  readonly t309Seconds: number;
}

export interface IsdnDialOptions {
  /** B-channel; 0: by the span's selection. */
  readonly channel: number;
  readonly exclusive: boolean;
  readonly bearer: 'speech' | 'audio3k1' | 'digital64k';
  readonly called: IsdnNumber;
  /**
   * There: overlap sending. The SETUP does not say that its number is whole, and these digits ("" none yet) follow one by one, as those of isdnDialMore, once
   * the exchange wants them.
   */
  readonly furtherDigits?: string;
  /** Q.931 §4.5.9, IA5: at most 20 characters. */
  readonly calledSubaddress?: string;
  readonly calling?: IsdnNumber;
  readonly callingName?: string;
  readonly callingSubaddress?: string;
  readonly redirecting?: IsdnNumber;
  /** 1 busy, 2 no reply, 3 deflection, 15 unconditional; 0 unknown, or no diversion. */
  readonly redirectReason: number;
}

export interface IsdnCounters {
  /** −1 while there is none. */
  readonly isdndPid: number;
  readonly isdndStarts: number;
}

/** What the far end of a virtual span saw of a call. */
export interface IsdnFarEnd {
  readonly span: number;
  readonly channel: number;
  readonly call: number;
  readonly what: 'called' | 'alerting' | 'connected' | 'held' | 'retrieved' | 'transferred' | 'released';
  readonly called?: string;
  readonly calledType?: number;
  readonly calledSubaddress?: string;
  readonly calling?: string;
  readonly callingType?: number;
  readonly callingPresentation?: number;
  readonly callingScreening?: number;
  readonly callingName?: string;
  readonly callingSubaddress?: string;
  readonly redirecting?: string;
  readonly redirectReason?: number;
  readonly connected?: string;
  /** released: Q.850. */
  readonly cause?: number;
  readonly location?: number;
}

/** Something that the exchange of the virtual card says of a call. */
export type IsdnService =
  | { readonly service: 'hold' | 'retrieve' }
  | { readonly service: 'notify'; readonly indicator: number }
  | { readonly service: 'party'; readonly number: IsdnNumber; readonly name: string }
  | { readonly service: 'diverted'; readonly number: IsdnNumber; readonly reason: number }
  | ({ readonly service: 'flatRate'; readonly item: number } & Money)
  | { readonly service: 'units'; readonly final: boolean; readonly units: number }
  | ({ readonly service: 'currency'; readonly final: boolean } & Money);

/** The engine's calls for ISDN lines. */
export interface IsdnEngine {
  /** Takes ISDN spans of the card into service, over an isdnd of their own. Throws an Error that says why it can't. At most once an engine. */
  isdnStart(options: { readonly isdnd: string; readonly spans: readonly IsdnSpanOptions[] }): void;
  /** The span is run so from now on; its calls end with cause 41. */
  isdnConfigureSpan(options: IsdnSpanOptions): NativeStatus;
  isdnDial(span: number, options: IsdnDialOptions): Created;
  isdnCounters(): IsdnCounters;
  /** The B-channel goes free and the leg is silent until isdnRetrieve: `legHeld`, `legRetrieved` or `legServiceRefused` tells what came of it. */
  isdnHold(leg: Handle): NativeStatus;
  isdnRetrieve(leg: Handle): NativeStatus;
  /** Explicit call transfer: the exchange joins two legs of one span, and both end; or `legServiceRefused` of the first. */
  isdnTransfer(leg: Handle, other: Handle): NativeStatus;
  /** More digits of a leg that was dialled with `furtherDigits`; `legServiceRefused` where the exchange wants none. */
  isdnDialMore(leg: Handle, digits: string): NativeStatus;
  /** The virtual card's exchange says this of the call on a channel of the card; without a call it says nothing. */
  virtualIsdnSay(channel: number, service: IsdnService): NativeStatus;
}

/** What an incoming call brings over ISDN alone: see IsdnNumber. */
export interface IsdnIncoming {
  readonly span?: number;
  readonly calledType?: number;
  readonly calledPlan?: number;
  readonly calledSubaddress?: string;
  readonly calling?: string;
  readonly callingType?: number;
  readonly callingPlan?: number;
  readonly callingPresentation?: number;
  readonly callingScreening?: number;
  readonly callingSubaddress?: string;
  readonly redirecting?: string;
  readonly redirectingType?: number;
  readonly redirectReason?: number;
  readonly bearer?: string;
}

/** A number that a leg's line tells after its call began: see IsdnNumber. */
interface ToldNumber {
  readonly atMs: number;
  readonly leg: number;
  readonly number: string;
  readonly numberType: number;
}

/** `cost` · 10^(`multiplier` − 3) `currency`. */
export interface Money {
  readonly cost: number;
  /** 0 … 6. */
  readonly multiplier: number;
  readonly currency: string;
}

interface Charged extends Money {
  readonly atMs: number;
  readonly leg: number;
}

/** What a leg may be asked, by the names of `legServiceRefused`. */
export type IsdnLegService = 'hold' | 'retrieve' | 'transfer' | 'dialMore';

/** What only a leg over ISDN tells (native/isdnd/protocol_services.hpp). */
export type IsdnLegEvent =
  | { readonly type: 'legRetrieved'; readonly atMs: number; readonly leg: number; readonly by: 'us' | 'peer'; readonly channel: number }
  | { readonly type: 'legServiceRefused'; readonly atMs: number; readonly leg: number; readonly service: IsdnLegService; readonly q850: number }
  | ({ readonly type: 'legPartyChanged'; readonly presentation: number; readonly name: string } & ToldNumber)
  | ({ readonly type: 'legDiverted'; readonly reason: number } & ToldNumber)
  | { readonly type: 'legNotified'; readonly atMs: number; readonly leg: number; readonly indicator: number }
  | ({
      readonly type: 'legTariff';
      readonly item: number;
      readonly rate: number;
      readonly timeUnit: number;
      readonly timeScale: number;
      readonly stepwise: boolean;
    } & Charged)
  | ({
      readonly type: 'legCharge';
      readonly final: boolean;
      readonly total: boolean;
      readonly kind: number;
      readonly units: number;
      readonly billing: number;
    } & Charged);
