import type { Clock, Emitter, Logger } from '../../core/index.js';
import type { CallRecord, Store } from '../../store/index.js';
import type { AccountableEvent, Call, CallEvents, CallIdentity } from '../call.js';
import type { Leg, LegEnd } from '../leg.js';
import { type LegCallType, cdrFrame, legCdr, partiesOf } from './cdr.js';
import { RecordWriter } from './record-writer.js';
import type { RetryQueue } from './retry-queue.js';

export interface LiveCallParts {
  readonly store: Pick<Store, 'calls' | 'traces' | 'commit'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly events: Emitter<CallEvents>;
  /** Each leg that joins, for whoever counts them. */
  readonly onLeg: (leg: Leg) => void;
  readonly retries: RetryQueue;
  /** The call has ended; its last records are with the store. */
  readonly onEnded: (call: LiveCall) => void;
}

/** A call while it lives: its legs, and its records, written behind their backs. */
export class LiveCall implements Call {
  readonly identity: CallIdentity;
  readonly startAt: number;
  readonly #parts: LiveCallParts;
  readonly #legs = new Map<string, Leg>();
  readonly #abort = new AbortController();
  readonly #records: RecordWriter;
  #aLeg: Leg | null = null;
  #traceSequence = 0;
  #ending: Promise<void> | null = null;

  constructor(identity: CallIdentity, startAt: number, parts: LiveCallParts) {
    this.identity = identity;
    this.startAt = startAt;
    this.#parts = parts;
    this.#records = new RecordWriter(firstRow(identity, startAt), parts);
  }

  get aLeg(): Leg | null {
    return this.#aLeg;
  }

  get legs(): readonly Leg[] {
    return [...this.#legs.values()];
  }

  /** The call's row as it will be, sooner than the store has it. */
  get record(): CallRecord {
    return this.#records.row;
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
    this.#records.add({ ...cdrFrame(this.identity, this.#parts.clock), callType, ...none, ...facts, clearDown: q850, data: JSON.stringify(data) });
  }

  addEvent({ callType, data, ...facts }: AccountableEvent): void {
    const none = { legId: null, parentId: this.#aLeg?.id ?? null, answeredAt: null, ttaMs: 0, clearDown: 16 };
    this.#records.add({ ...cdrFrame(this.identity, this.#parts.clock), callType, ...none, ...facts, data: JSON.stringify(data) });
  }

  usePlan(planId: string, version: number): void {
    this.#records.change({ planId, planVersion: version });
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
    this.#records.end(this.#parts.clock.now());
    this.#parts.onEnded(this);
  }

  /** An unanswered First Party's leg that ends does not end the call: the next trunk may be tried. */
  #takeAsALeg(leg: Leg): void {
    this.#aLeg = leg;
    this.#records.change(partiesOf(leg, this.identity.serviceNumber));
    if (leg.answeredAt !== null) this.#records.change({ answeredAt: leg.answeredAt });
    else leg.events.once('answered', ({ at }) => this.#records.change({ answeredAt: at }));
  }

  #legEnded(leg: Leg, callType: LegCallType, startAt: number, parentId: string | null, end: LegEnd): void {
    this.#records.add(legCdr(leg, callType, startAt, parentId, end, this.identity, this.#parts.clock));
    this.#parts.events.emit('legEnded', { call: this, leg, end });
    const aPartyGone = leg === this.#aLeg && (callType === 1 || leg.answeredAt !== null);
    if (aPartyGone) this.#abort.abort();
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
