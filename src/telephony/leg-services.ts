import type { Cli } from './cli.js';

/** What a leg may be asked beside ringing, answering and clearing. A line that cannot do it refuses it with a cause. */
export type LegService = 'hold' | 'retrieve' | 'transfer' | 'dialMore';

/** A service that was asked for is not given. The leg lives on as it was. */
export interface ServiceRefusal {
  readonly service: LegService;
  /** Q.850: 29 refused by the far side, 69 nothing that this line can do, 101 not now. */
  readonly q850: number;
  readonly detail: string;
}

/** What a line adapter does of them; calls return at once, `held` or `serviceRefused` tells what came of it. A transfer ends both legs. */
export interface LegServiceDriver {
  hold(): void;
  retrieve(): void;
  /** `otherHandle`: the media handle of the leg that this one's party is joined with. */
  transfer(otherHandle: number): void;
  /** More digits of a called number that was not complete. */
  dialMore(digits: string): void;
}

/** Whom a call is with, as the line tells it. */
export type Party = Pick<Cli, 'number' | 'name' | 'presentation'>;

/** Why a call was diverted (Q.952 §2, RFC 5806 §4). */
export type DiversionReason = 'unknown' | 'busy' | 'noReply' | 'deflection' | 'unconditional';

/** A diversion of a call: by whom or to whom. `number` as that of a Cli. */
export interface Diversion {
  readonly number?: string;
  readonly reason: DiversionReason;
}

/** Extensions of the parties' addresses (Q.931 §4.5.9, §4.5.11), as text. */
export interface Subaddresses {
  readonly called?: string;
  readonly calling?: string;
}

/** What the far side lets us know of its state. `indicator`: as the line had it (Q.931 §4.5.22 and its supplements). */
export interface Notice {
  readonly at: number;
  readonly notice: 'userSuspended' | 'userResumed' | 'remoteHold' | 'remoteRetrieval' | 'diverting' | 'transferAlerting' | 'transferActive' | 'other';
  readonly indicator: number;
}

/** An amount of money: a decimal number as text, "0.125", so that nothing of it is lost; `currency` as the network names it. */
export interface Money {
  readonly amount: string;
  readonly currency: string;
}

/** What a call costs, as the network told it last. */
export interface Charge {
  /** The call is over and this is what it cost. */
  readonly final: boolean;
  readonly kind: 'notAvailable' | 'free' | 'money' | 'units';
  /** Kind "units". */
  readonly units?: number;
  /** Kind "money". */
  readonly money?: Money;
}

/** One rate of a call, told as it begins. */
export interface Tariff {
  readonly item:
    | 'notAvailable'
    | 'specialArrangement'
    | 'basicCommunication'
    | 'callAttempt'
    | 'callSetup'
    | 'userToUserInfo'
    | 'supplementaryService';
  readonly rate: 'notAvailable' | 'free' | 'freeFromBeginning' | 'duration' | 'flat' | 'volume' | 'specialCode';
  /** Rates "duration", "flat" and "volume". */
  readonly money?: Money;
  /** Rate "duration": that much time costs `money`; `stepwise`: charged when it begins. */
  readonly per?: {
    readonly count: number;
    readonly unit: 'hundredth' | 'tenth' | 'second' | 'tenSeconds' | 'minute' | 'hour' | 'day';
    readonly stepwise: boolean;
  };
}

/** What a leg's line has told of its call beside its state; all of it goes into the leg's record. */
export interface LegTold {
  /** Who answered, or whom the call is with by now. */
  readonly party: Party | null;
  /** Where an outgoing call went instead. */
  readonly divertedTo: Diversion | null;
  readonly tariffs: readonly Tariff[];
  readonly charge: Charge | null;
}

export const NOTHING_TOLD: LegTold = { party: null, divertedTo: null, tariffs: [], charge: null };

/** Q.850. */
export const SERVICE_CAUSES = { rejected: 29, notImplemented: 69, wrongState: 101 } as const;
