import type { Handle, NativeStatus } from '../../native/addon/addon.js';
import type { Clock, Logger, Native } from '../core/index.js';
import { Leg, type LegDetails, type LegDriver, type LegEnd, type LegServiceDriver } from '../telephony/index.js';

const OK: NativeStatus = 0;
const STALE: NativeStatus = 1;
const FULL: NativeStatus = 3;

/** Again so long after the add-on's command ring was full: a frame is 20 ms, and empties it. */
const RETRY_MS = 20;

/** Length of a digit and of the pause after it: ITU-T Q.24 wants 40 ms at least, exchanges commonly 70 to 100. */
const DIGIT_ON_MS = 100;
const DIGIT_OFF_MS = 100;

/** The add-on's commands for the services of a leg, where the kind of line has some. */
export interface NativeLegServices {
  hold(leg: Handle): NativeStatus;
  retrieve(leg: Handle): NativeStatus;
  transfer(leg: Handle, other: Handle): NativeStatus;
  dialMore(leg: Handle, digits: string): NativeStatus;
}

/**
 * The legs of one kind of line over the add-on: makes them, carries their commands down and tells them what happened. Each adapter has one of these; it
 * takes the events of its own handles and leaves the others.
 */
export class NativeLegs {
  readonly #native: Native;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #services: NativeLegServices | null;
  readonly #legs = new Map<Handle, Leg>();

  constructor(native: Native, clock: Clock, logger: Logger, services: NativeLegServices | null = null) {
    this.#native = native;
    this.#clock = clock;
    this.#logger = logger;
    this.#services = services;
    this.#subscribe();
  }

  find(handle: Handle): Leg | undefined {
    return this.#legs.get(handle);
  }

  /** A leg of the add-on. Its handle is `details.mediaHandle`. */
  make(details: LegDetails): Leg {
    const leg = new Leg(details, this.#driver(details.mediaHandle), this.#onListenerError(details.id));
    this.#legs.set(details.mediaHandle, leg);
    return leg;
  }

  /** A leg that no line could be found for: it ends, with `end`, as soon as whoever asked for it can listen. */
  makeFailed(details: Omit<LegDetails, 'mediaHandle'>, q850: number, detail: string): Leg {
    const nothing = (): void => undefined;
    const driver: LegDriver = { ring: nothing, answer: nothing, clear: nothing, sendDigits: nothing };
    const leg = new Leg({ ...details, mediaHandle: 0 }, driver, this.#onListenerError(details.id));
    const end: LegEnd = { q850, inferred: true, sipStatus: 0, by: 'line', sent: false, responded: false, detail, at: this.#clock.now() };
    queueMicrotask(() => leg.markEnded(end));
    return leg;
  }

  /** Refuses an incoming leg that no Leg is made for. */
  refuse(handle: Handle, q850: number, sipStatus: number): void {
    this.#command(handle, 'clear', () => this.#native.engine.clear(handle, q850, sipStatus));
  }

  #driver(handle: Handle): LegDriver {
    const { engine } = this.#native;
    return {
      ring: (earlyMedia) => this.#command(handle, 'ring', () => engine.ring(handle, earlyMedia)),
      answer: () => this.#command(handle, 'answer', () => engine.answer(handle)),
      clear: (q850, sipStatus) => this.#command(handle, 'clear', () => engine.clear(handle, q850, sipStatus)),
      sendDigits: (digits, method) => this.#command(handle, 'sendDigits', () => engine.sendDigits(handle, digits, DIGIT_ON_MS, DIGIT_OFF_MS, method)),
      ...(this.#services === null ? {} : { services: this.#serviceDriver(handle, this.#services) }),
    };
  }

  #serviceDriver(handle: Handle, services: NativeLegServices): LegServiceDriver {
    return {
      hold: () => this.#command(handle, 'hold', () => services.hold(handle)),
      retrieve: () => this.#command(handle, 'retrieve', () => services.retrieve(handle)),
      transfer: (other) => this.#command(handle, 'transfer', () => services.transfer(handle, other)),
      dialMore: (digits) => this.#command(handle, 'dialMore', () => services.dialMore(handle, digits)),
    };
  }

  /** A stale handle is a race that the terminal event settles; a full ring is tried again, since a leg that is not cleared would live for ever. */
  #command(handle: Handle, name: string, run: () => NativeStatus): void {
    const status = run();
    if (status === OK || status === STALE) return;
    this.#logger.warn({ handle, command: name, status }, 'The add-on did not take a command for a leg');
    if (status === FULL) this.#clock.after(RETRY_MS, () => this.#command(handle, name, run));
  }

  #subscribe(): void {
    const { events, wallTime } = this.#native;
    const of = (handle: Handle): Leg | undefined => this.#legs.get(handle);
    events.on('legSeized', ({ leg, atMs }) => of(leg)?.markSeized(wallTime(atMs)));
    events.on('legProgress', ({ leg, atMs, sipStatus, earlyMedia }) => of(leg)?.markProgress(wallTime(atMs), sipStatus, earlyMedia));
    events.on('legAnswered', ({ leg, atMs }) => of(leg)?.markAnswered(wallTime(atMs)));
    events.on('legHeld', ({ leg, atMs, held, by }) => of(leg)?.markHeld(wallTime(atMs), held, by ?? 'peer'));
    events.on('legRetrieved', ({ leg, atMs, by }) => of(leg)?.markHeld(wallTime(atMs), false, by));
    events.on('legReferred', ({ leg, atMs, referTo }) => of(leg)?.markReferred(wallTime(atMs), referTo));
    events.on('digit', ({ leg, atMs, digit, durationMs, method }) => of(leg)?.markDigit({ digit, durationMs, method, at: wallTime(atMs) }));
    events.on('legEnded', ({ leg: handle, atMs, type: _, ...end }) => {
      const leg = of(handle);
      this.#legs.delete(handle);
      leg?.markEnded({ ...end, at: wallTime(atMs) });
    });
  }

  #onListenerError(legId: string): (error: unknown) => void {
    return (error) => this.#logger.error({ err: error, legId }, 'A listener of a leg failed');
  }
}
