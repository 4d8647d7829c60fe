import { Emitter } from '../core/index.js';
import type { Address } from './address.js';
import type { CliPair } from './cli.js';
import {
  type Charge,
  type Diversion,
  type LegService,
  type LegServiceDriver,
  type LegTold,
  NOTHING_TOLD,
  type Notice,
  type Party,
  SERVICE_CAUSES,
  type ServiceRefusal,
  type Subaddresses,
  type Tariff,
} from './leg-services.js';

export type LineKind = 'sip' | 'isdn' | 'analogue';
export type LegState = 'new' | 'seized' | 'ringing' | 'answered' | 'ended';

/** Why and how a leg ended. */
export interface LegEnd {
  /** ITU-T Q.850 cause value, 1…127. */
  readonly q850: number;
  /** True where the line did not tell the cause: it was read from tones, a timer or a bare SIP status. */
  readonly inferred: boolean;
  /** Final SIP status before answer; 0 where there was none. */
  readonly sipStatus: number;
  readonly by: 'us' | 'peer' | 'line';
  /** Outgoing: the request left us without a local error. False means that nobody can have rung. */
  readonly sent: boolean;
  /** Outgoing: the far side said anything at all. */
  readonly responded: boolean;
  readonly detail: string;
  /** ISDN: who generated the cause (Q.850 §2.2.3). */
  readonly location?: number | undefined;
  /** Wall time, ms. */
  readonly at: number;
}

/** A key the party pressed. */
export interface Digit {
  readonly digit: string;
  readonly durationMs: number;
  readonly method: 'rfc4733' | 'info' | 'inBand';
  readonly at: number;
}

/** A leg's events; `at` is wall time in ms. Exactly one `ended` comes, and nothing after it. */
export interface LegEvents {
  seized: { readonly at: number };
  progress: { readonly at: number; readonly sipStatus: number; readonly earlyMedia: boolean };
  answered: { readonly at: number };
  /** Put on hold or retrieved; `by`: the side that asked for it. */
  held: { readonly at: number; readonly held: boolean; readonly by: 'us' | 'peer' };
  /** Something that the leg was asked for is not given. */
  serviceRefused: ServiceRefusal;
  /** Whom the call is with: told at answer, or changed since by a transfer. */
  party: { readonly at: number; readonly party: Party };
  /** Outgoing: the call goes on to another number. */
  diverted: { readonly at: number; readonly to: Diversion };
  notified: Notice;
  tariff: { readonly at: number; readonly tariff: Tariff };
  charged: { readonly at: number; readonly charge: Charge };
  referred: { readonly at: number; readonly referTo: string };
  digit: Digit;
  ended: LegEnd;
}

/** How digits are to leave. */
export type DigitMethod = 'automatic' | 'rfc4733' | 'info' | 'inBand';

/** What a line adapter does for a leg; calls return at once, the line's answer comes as an event. Never throws once the leg has ended. */
export interface LegDriver {
  ring(earlyMedia: boolean): void;
  answer(): void;
  clear(q850: number, sipStatus: number): void;
  sendDigits(digits: string, method: DigitMethod): void;
  /** Absent where the kind of line has no such services. */
  readonly services?: LegServiceDriver;
}

/** A network that told more rates than the charged items there are would fill the records. */
const MOST_TARIFFS = 16;

export interface LegDetails {
  readonly id: string;
  readonly direction: 'in' | 'out';
  readonly lineKind: LineKind;
  /** Trunk the leg uses; null where an incoming leg came from nobody we know. */
  readonly trunkId: string | null;
  /** Outgoing: whom it calls. Incoming: the number as delivered and completed (`ddi`), null where the line tells none. */
  readonly to: Address | null;
  readonly cli: CliPair;
  /** What the media adapter knows the leg by (the add-on's handle). */
  readonly mediaHandle: number;
  /** The card's channel it is on; absent for SIP, and where no line was found. */
  readonly channel?: number;
  /** The call's identity on the line: SIP Call-ID; "" elsewhere. */
  readonly lineCallId: string;
  /** Incoming: who diverted the call to us last; absent: nobody, as far as the line tells. */
  readonly diversion?: Diversion;
  readonly subaddresses?: Subaddresses;
}

/**
 * One party's connection, whatever the line. Line adapters make it and tell it what happened (`mark…`); everyone above listens and commands.
 * Each leg ends in exactly one terminal event; commands to an ended leg do nothing.
 */
export class Leg {
  readonly details: LegDetails;
  readonly events: Emitter<LegEvents>;
  readonly #driver: LegDriver;
  readonly #ended = new AbortController();
  #state: LegState = 'new';
  #answeredAt: number | null = null;
  #progressAt: number | null = null;
  #end: LegEnd | null = null;
  #told: LegTold = NOTHING_TOLD;
  readonly #heldBy = new Set<'us' | 'peer'>();

  constructor(details: LegDetails, driver: LegDriver, onListenerError?: (error: unknown) => void) {
    this.details = details;
    this.#driver = driver;
    this.events = new Emitter<LegEvents>(onListenerError);
  }

  get id(): string {
    return this.details.id;
  }

  get state(): LegState {
    return this.#state;
  }

  /** Wall time of the first ringing or progress; null before. */
  get progressAt(): number | null {
    return this.#progressAt;
  }

  get answeredAt(): number | null {
    return this.#answeredAt;
  }

  /** What the line has told of the call so far. */
  get told(): LegTold {
    return this.#told;
  }

  /** Put on hold, by either side or both. */
  get isHeld(): boolean {
    return this.#heldBy.size > 0;
  }

  /** Null while the leg lives. */
  get end(): LegEnd | null {
    return this.#end;
  }

  /** Aborted, with the LegEnd as reason, at the moment the leg ends. */
  get endSignal(): AbortSignal {
    return this.#ended.signal;
  }

  /** Resolves with how it ended; at once where it has. */
  whenEnded(): Promise<LegEnd> {
    if (this.#end !== null) return Promise.resolve(this.#end);
    return new Promise((resolve) => this.events.once('ended', resolve));
  }

  /** Incoming, not answered yet: tells the caller that it rings. */
  ring(earlyMedia = false): void {
    if (this.#state === 'new' || this.#state === 'ringing') this.#driver.ring(earlyMedia);
  }

  /** Incoming: answers. `answered` follows when the line has done it. */
  answer(): void {
    if (this.details.direction === 'in' && this.#state !== 'answered' && this.#state !== 'ended') this.#driver.answer();
  }

  /** Clears the leg: `q850` says why; `sipStatus` is what a caller who was not answered gets (0: by the cause). */
  clear(q850: number, sipStatus = 0): void {
    if (this.#state !== 'ended') this.#driver.clear(q850, sipStatus);
  }

  /** Keys `digits` (0-9 * # A-D) to the party. */
  sendDigits(digits: string, method: DigitMethod = 'automatic'): void {
    if (this.#state === 'answered') this.#driver.sendDigits(digits, method);
  }

  /** Puts the party on hold: it hears nothing of ours, nor we of it, until `retrieve`. `held` or `serviceRefused` follows. */
  hold(): void {
    this.#ask('hold', (services) => services.hold());
  }

  retrieve(): void {
    this.#ask('retrieve', (services) => services.retrieve());
  }

  /** Has the line's exchange join this leg's party with `other`'s: both legs end when it does, else `serviceRefused` follows here. */
  transfer(other: Leg): void {
    const fits = other !== this && other.details.lineKind === this.details.lineKind && other.state === 'answered';
    if (fits) this.#ask('transfer', (services) => services.transfer(other.details.mediaHandle));
    else this.#refuse('transfer', SERVICE_CAUSES.rejected, 'Only two answered legs of the same kind of line can be joined by its exchange');
  }

  /** Outgoing, while the called number is not complete (overlap sending): further digits (0-9 * #) of it. */
  dialMore(digits: string): void {
    this.#ask('dialMore', (services) => services.dialMore(digits));
  }

  markSeized(at: number): void {
    if (this.#state !== 'new') return;
    this.#state = 'seized';
    this.events.emit('seized', { at });
  }

  markProgress(at: number, sipStatus: number, earlyMedia: boolean): void {
    if (this.#state === 'answered' || this.#state === 'ended') return;
    this.#state = 'ringing';
    this.#progressAt ??= at;
    this.events.emit('progress', { at, sipStatus, earlyMedia });
  }

  markAnswered(at: number): void {
    if (this.#state === 'answered' || this.#state === 'ended') return;
    this.#state = 'answered';
    this.#answeredAt = at;
    this.events.emit('answered', { at });
  }

  markHeld(at: number, held: boolean, by: 'us' | 'peer' = 'peer'): void {
    if (this.#state !== 'answered') return;
    if (held) this.#heldBy.add(by);
    else this.#heldBy.delete(by);
    this.events.emit('held', { at, held, by });
  }

  markServiceRefused(refusal: ServiceRefusal): void {
    if (this.#state !== 'ended') this.events.emit('serviceRefused', refusal);
  }

  markParty(at: number, party: Party): void {
    const before = this.#told.party;
    const same = before?.number === party.number && before?.name === party.name && before?.presentation === party.presentation;
    if (this.#state === 'ended' || same) return;
    this.#told = { ...this.#told, party };
    this.events.emit('party', { at, party });
  }

  markDiverted(at: number, to: Diversion): void {
    if (this.#state === 'ended') return;
    this.#told = { ...this.#told, divertedTo: to };
    this.events.emit('diverted', { at, to });
  }

  markNotified(notice: Notice): void {
    if (this.#state !== 'ended') this.events.emit('notified', notice);
  }

  markTariff(at: number, tariff: Tariff): void {
    if (this.#state === 'ended') return;
    this.#told = { ...this.#told, tariffs: [...this.#told.tariffs, tariff].slice(-MOST_TARIFFS) };
    this.events.emit('tariff', { at, tariff });
  }

  markCharged(at: number, charge: Charge): void {
    if (this.#state === 'ended') return;
    this.#told = { ...this.#told, charge };
    this.events.emit('charged', { at, charge });
  }

  markReferred(at: number, referTo: string): void {
    if (this.#state === 'answered') this.events.emit('referred', { at, referTo });
  }

  markDigit(digit: Digit): void {
    if (this.#state !== 'ended') this.events.emit('digit', digit);
  }

  markEnded(end: LegEnd): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#end = end;
    this.#ended.abort(end);
    this.events.emit('ended', end);
    this.events.removeAll();
  }

  #ask(service: LegService, run: (services: LegServiceDriver) => void): void {
    if (this.#state === 'ended') return;
    const { services } = this.#driver;
    if (services === undefined) this.#refuse(service, SERVICE_CAUSES.notImplemented, `Lines of kind ${this.details.lineKind} have no ${service}`);
    else if ((this.#state === 'answered') === (service === 'dialMore'))
      this.#refuse(service, SERVICE_CAUSES.wrongState, `Not while the leg is ${this.#state}`);
    else run(services);
  }

  /** Told as a line would: after the call that asked for it has returned. */
  #refuse(service: LegService, q850: number, detail: string): void {
    queueMicrotask(() => this.markServiceRefused({ service, q850, detail }));
  }
}
