import { type Clock, Emitter, type Logger } from '../../core/index.js';
import type { CallRecord, CdrRecord, Store, WriteCommand } from '../../store/index.js';
import { newId } from '../../core/index.js';
import type { Call, CallEvents, CallIdentity } from '../call.js';
import { LiveCall } from './live-call.js';
import type { LiveLegs } from './live-legs.js';
import { RetryQueue } from './retry-queue.js';

export interface CallRegistryParts {
  readonly store: Pick<Store, 'calls' | 'traces' | 'commit'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly live: LiveLegs;
}

/** Temporary failure: what the CDR of a call says that the end of the process cut. */
const CUT_OFF = 41;

/** The calls that live, and what all listeners of calls are told. */
export class CallRegistry {
  readonly events: Emitter<CallEvents>;
  readonly #parts: CallRegistryParts;
  readonly #calls = new Map<string, LiveCall>();
  readonly #retries: RetryQueue;

  constructor(parts: CallRegistryParts) {
    this.#parts = parts;
    this.#retries = new RetryQueue(parts.clock);
    this.events = new Emitter((error) => parts.logger.error({ err: error }, 'A listener of calls failed'));
  }

  /** A new call; its row is on its way to the store. `startAt`: wall time, ms; absent: now. */
  open(identity: CallIdentity, startAt: number = this.#parts.clock.now()): Call {
    const call = new LiveCall(identity, startAt, {
      ...this.#parts,
      events: this.events,
      retries: this.#retries,
      onLeg: (leg) => this.#parts.live.add(leg),
      onEnded: (ended) => {
        this.#calls.delete(ended.identity.id);
        this.events.emit('callEnded', { call: ended });
      },
    });
    this.#calls.set(identity.id, call);
    this.events.emit('callStarted', { call });
    return call;
  }

  /** As `open`, for rooms whose port promises a call later. Does not wait for the store. */
  create(identity: CallIdentity, startAt: number): Promise<Call> {
    return Promise.resolve(this.open(identity, startAt));
  }

  get(id: string): Call | null {
    return this.#calls.get(id) ?? null;
  }

  /** A live call's row, which the store may not have yet; null where no such call lives. */
  recordOf(id: string): CallRecord | null {
    return this.#calls.get(id)?.record ?? null;
  }

  live(): readonly Call[] {
    return [...this.#calls.values()];
  }

  /** The service stops: ends every live call. Resolves when they are over and their records are with the store; what it refuses goes to the log. */
  async endAll(q850: number): Promise<void> {
    this.#retries.stop();
    await Promise.all(this.live().map((call) => call.end(q850)));
  }

  /**
   * Ends, in the records, the calls that an earlier process left open, and gives each one its leading CDR (type 1 or 167) where it lacks it, so that none is
   * lost. At start-up, before any call. Resolves with their ids.
   */
  async closeOrphans(): Promise<readonly string[]> {
    const orphans = this.#parts.store.calls.open().filter((row) => !this.#calls.has(row.id));
    const commands = orphans.flatMap((row) => this.#closing(row));
    if (commands.length > 0) await this.#parts.store.commit(...commands);
    return orphans.map((row) => row.id);
  }

  #closing(row: CallRecord): WriteCommand[] {
    const { store, clock } = this.#parts;
    const endAt = Math.max(row.startAt, clock.now());
    const cdrs = store.calls.cdrsOfCall(row.id);
    // Of a party that had answered, a try that failed before is not the CDR.
    const isLeading = ({ callType, answeredAt }: CdrRecord): boolean =>
      (callType === 1 || callType === 167) && (row.answeredAt === null || answeredAt !== null);
    const missing = cdrs.some(isLeading) ? [] : [cutOffCdr(row, endAt, newId('cdr', clock))];
    return [...missing.map((cdr) => store.calls.insertCdr(cdr)), store.calls.update({ ...row, endAt, expectedCount: cdrs.length + missing.length })];
  }
}

function cutOffCdr(row: CallRecord, endAt: number, id: string): CdrRecord {
  return {
    id,
    accountId: row.accountId,
    callId: row.id,
    callType: row.origin === 'inbound' ? 1 : 167,
    legId: null,
    parentId: null,
    requestId: row.requestId,
    attemptId: row.attemptId,
    from: row.from,
    to: row.to,
    startAt: row.startAt,
    answeredAt: row.answeredAt,
    endAt,
    clearDown: CUT_OFF,
    ttaMs: row.answeredAt === null ? 0 : Math.max(1, row.answeredAt - row.startAt),
    data: JSON.stringify({
      outcome: 'interrupted',
      detail: 'The service stopped while the call was in progress; its end is the moment of the restart',
    }),
  };
}
