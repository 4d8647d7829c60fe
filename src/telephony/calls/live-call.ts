import type { Clock, Emitter, Logger } from '../../core/index.js';
import type { CallRecord, CdrRecord, Store, WriteCommand } from '../../store/index.js';
import type { AccountableEvent, Call, CallEvents, CallIdentity } from '../call.js';
import type { Leg, LegEnd } from '../leg.js';
import { type LegCallType, cdrFrame, legCdr, partiesOf } from './cdr.js';

export interface LiveCallParts {
  readonly store: Pick<Store, 'calls' | 'traces' | 'commit'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly events: Emitter<CallEvents>;
  /** Each leg that joins, for whoever counts them. */
  readonly onLeg: (leg: Leg) => void;
  /** The call's end is committed. */
  readonly onEnded: (call: LiveCall) => void;
}

/**
 * A call while it lives. Writes go out in order and nobody waits for them but `end`: a slow disk delays records, never a call. A record that cannot be written
 * goes to the log in full.
 */
export class LiveCall implements Call {
  readonly identity: CallIdentity;
  readonly startAt: number;
  readonly #parts: LiveCallParts;
  readonly #legs = new Map<string, Leg>();
  readonly #abort = new AbortController();
  #row: CallRecord;
  #aLeg: Leg | null = null;
  #cdrs = 0;
  #traceSequence = 0;
  #writes: Promise<void> = Promise.resolve();
  #ending: Promise<void> | null = null;

  constructor(identity: CallIdentity, startAt: number, parts: LiveCallParts) {
    this.identity = identity;
    this.startAt = startAt;
    this.#parts = parts;
    this.#row = firstRow(identity, startAt);
    this.#write(parts.store.calls.insert(this.#row), this.#row);
  }

  get aLeg(): Leg | null {
    return this.#aLeg;
  }

  get legs(): readonly Leg[] {
    return [...this.#legs.values()];
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  addLeg(leg: Leg, callType: LegCallType, parentId?: string): void {
    const startAt = this.#parts.clock.now();
    this.#legs.set(leg.id, leg);
    this.#parts.onLeg(leg);
    if (callType !== 2) this.#takeAsALeg(leg);
    const onEnd = (end: LegEnd): void => this.#legEnded(leg, callType, startAt, parentId ?? null, end);
    this.#parts.events.emit('legAdded', { call: this, leg, callType });
    if (leg.end !== null) onEnd(leg.end);
    else leg.events.once('ended', onEnd);
    if (this.#ending !== null) leg.clear(16);
  }

  addUnconnected(callType: 2 | 167, end: Parameters<Call['addUnconnected']>[1]): void {
    const { q850, data, ...facts } = end;
    const none = { legId: null, parentId: null, answeredAt: null, ttaMs: 0 };
    this.#writeCdr({ ...cdrFrame(this.identity, this.#parts.clock), callType, ...none, ...facts, clearDown: q850, data: JSON.stringify(data) });
  }

  addEvent({ callType, data, ...facts }: AccountableEvent): void {
    const none = { legId: null, parentId: this.#aLeg?.id ?? null, answeredAt: null, ttaMs: 0, clearDown: 16 };
    this.#writeCdr({ ...cdrFrame(this.identity, this.#parts.clock), callType, ...none, ...facts, data: JSON.stringify(data) });
  }

  usePlan(planId: string, version: number): void {
    this.#update({ planId, planVersion: version });
  }

  trace(type: string, data: Readonly<Record<string, unknown>>): void {
    const { store, clock, logger } = this.#parts;
    this.#traceSequence += 1;
    const line = { callId: this.identity.id, sequence: this.#traceSequence, at: clock.now(), type, data: JSON.stringify(data) };
    store
      .commit(store.traces.append(line))
      .catch((error: unknown) => logger.warn({ err: error, trace: line }, 'A line of a call trace was not written'));
  }

  end(q850: number): Promise<void> {
    this.#ending ??= this.#end(q850);
    return this.#ending;
  }

  async #end(q850: number): Promise<void> {
    // What listens to the signal may look at `end` again: it is set by then.
    await Promise.resolve();
    this.#abort.abort();
    const living = (): Leg[] => this.legs.filter((leg) => leg.end === null);
    for (const leg of living()) leg.clear(q850);
    while (living().length > 0) await Promise.all(living().map((leg) => leg.whenEnded()));
    this.#update({ endAt: this.#parts.clock.now(), expectedCount: this.#cdrs });
    await this.#writes;
    this.#parts.onEnded(this);
  }

  /** An unanswered First Party's leg that ends does not end the call: the next trunk may be tried. */
  #takeAsALeg(leg: Leg): void {
    this.#aLeg = leg;
    this.#update(partiesOf(leg, this.identity.serviceNumber));
    if (leg.answeredAt !== null) this.#update({ answeredAt: leg.answeredAt });
    else leg.events.once('answered', ({ at }) => this.#update({ answeredAt: at }));
  }

  #legEnded(leg: Leg, callType: LegCallType, startAt: number, parentId: string | null, end: LegEnd): void {
    this.#writeCdr(legCdr(leg, callType, startAt, parentId, end, this.identity, this.#parts.clock));
    this.#parts.events.emit('legEnded', { call: this, leg, end });
    const aPartyGone = leg === this.#aLeg && (callType === 1 || leg.answeredAt !== null);
    if (aPartyGone) this.#abort.abort();
  }

  #update(change: Partial<CallRecord>): void {
    this.#row = { ...this.#row, ...change };
    this.#write(this.#parts.store.calls.update(this.#row), this.#row);
  }

  #writeCdr(record: CdrRecord): void {
    this.#cdrs += 1;
    this.#write(this.#parts.store.calls.insertCdr(record), record);
  }

  #write(command: WriteCommand, record: CallRecord | CdrRecord): void {
    const { store, logger } = this.#parts;
    const write = store
      .commit(command)
      .catch((error: unknown) => logger.error({ err: error, record }, `A record was not written: ${command.operation}`));
    this.#writes = Promise.all([this.#writes, write]).then(() => undefined);
  }
}

function firstRow(identity: CallIdentity, startAt: number): CallRecord {
  return {
    id: identity.id,
    accountId: identity.accountId,
    origin: identity.origin,
    serviceNumberId: identity.serviceNumberId,
    requestId: identity.requestId,
    attemptId: identity.attemptId,
    planId: null,
    planVersion: null,
    from: identity.presentationNumber ?? '',
    to: identity.origin === 'inbound' ? identity.serviceNumber : '',
    startAt,
    answeredAt: null,
    endAt: null,
    expectedCount: null,
  };
}
