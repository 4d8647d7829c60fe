import type { Unsubscribe } from '../../core/index.js';
import type { TrunkRecord } from '../../store/index.js';
import type { Address } from '../address.js';
import type { CliPair } from '../cli.js';
import type { DiversionReason, Subaddresses } from '../leg-services.js';
import type { Leg, LineKind } from '../leg.js';

/** The identity a call will have on the line, chosen before it is dialled (DESIGN.md §6.1). */
export interface LineIdentity {
  /** SIP Call-ID. */
  readonly callId: string;
  /** SIP From tag. */
  readonly fromTag: string;
}

/** One leg to make. */
export interface DialRequest {
  readonly legId: string;
  readonly trunk: TrunkRecord;
  readonly to: Address;
  readonly cli: CliPair;
  /** The number a call was diverted from (RFC 5806), E.164; absent: none. */
  readonly diversion?: string;
  /** Why; absent: unconditionally, as by a call plan. */
  readonly diversionReason?: DiversionReason;
  readonly subaddresses?: Subaddresses;
  readonly identity: LineIdentity;
}

/** A trunk's or channel's present state, with the words a person is shown. */
export interface TrunkState {
  readonly trunkId: string;
  /** "unknown" until the first answer to OPTIONS or REGISTER. */
  readonly state: 'up' | 'down' | 'unknown';
  readonly since: number;
  readonly detail: string;
  /** Lines of the trunk in use, and how many it has (null: no limit of its own). */
  readonly inUse: number;
  readonly capacity: number | null;
}

/** One physical line of a card. */
export interface LineState {
  readonly line: string;
  /** bearer: a B-channel of an ISDN span. */
  readonly kind: 'fxo' | 'fxs' | 'bearer';
  readonly channel: number;
  readonly state: 'idle' | 'ringing' | 'dialling' | 'talking' | 'alarm' | 'removed';
  readonly since: number;
  readonly detail: string;
}

/** An incoming leg and what the line told with it. */
export interface IncomingLeg {
  readonly leg: Leg;
  /** SIP: address and port the request came from. */
  readonly source: string;
}

/**
 * What telephony wants of a kind of line. Adapters live in `lines/`. `dial` answers a Leg at once, in whatever state of the world: a line that
 * cannot be used ends the leg with its cause, it never throws for that.
 */
export interface LinePort {
  readonly kind: LineKind;
  /** Takes up a trunk, or its changed record; the SIP adapter registers and watches it. */
  useTrunk(trunk: TrunkRecord): void;
  dropTrunk(trunkId: string): void;
  trunkState(trunkId: string): TrunkState | null;
  /** Physical lines; empty for SIP. */
  lines(): readonly LineState[];
  /** Channels that a person took out of service, all of the card's: calls on them go on, new ones avoid them, and who calls in on one is refused. */
  setOutOfService(channels: ReadonlySet<number>): void;
  /** ISDN: the B-channels of each span. */
  bearers?(): ReadonlyMap<number, readonly number[]>;
  dial(request: DialRequest): Leg;
  onIncoming(listener: (incoming: IncomingLeg) => void): Unsubscribe;
  onTrunkState(listener: (state: TrunkState) => void): Unsubscribe;
  onLineState(listener: (state: LineState) => void): Unsubscribe;
}
