import { randomBytes } from 'node:crypto';

import { type Clock, type Logger, newId } from '../../core/index.js';
import type { AttemptRecord, RequestRecord, Store } from '../../store/index.js';
import type { Entry } from '../due/entry.js';

/** Attempts in one commit: few enough that making them does not keep the main thread. */
const BATCH = 100;
const SHORTEST_LEAD_MS = 2_000;
/** The lead covers this many of the slowest commits. */
const COMMITS_IN_LEAD = 4;

export interface ArmingOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Attempts of an account that may be armed and not yet dialled: what waits longer is armed when its turn comes, so that a power cut interrupts few. */
  readonly limitOf: (accountId: string) => number;
}

/** Commits attempts ahead of their due moment, with the identity they will have on the line (DESIGN.md §6.1). */
export class Arming {
  readonly #options: ArmingOptions;
  readonly #ahead = new Map<string, Set<string>>();

  constructor(options: ArmingOptions) {
    this.#options = options;
  }

  /** How long before its due moment an attempt is armed, ms. */
  leadMs(): number {
    return Math.max(SHORTEST_LEAD_MS, COMMITS_IN_LEAD * this.#options.store.statistics().commitP99Ms);
  }

  /** Whether one more attempt of the account may be armed ahead. */
  hasRoom(accountId: string): boolean {
    return (this.#ahead.get(accountId)?.size ?? 0) < this.#options.limitOf(accountId);
  }

  /** Arms those the accounts have room for, in order. Each entry's `armed` is set once committed; one that could not be is as before. */
  armAhead(entries: readonly Entry[]): void {
    const chosen: Entry[] = [];
    for (const entry of entries) {
      if (entry.armed !== null || entry.arming !== null || !this.hasRoom(entry.accountId)) continue;
      this.#hold(entry);
      chosen.push(entry);
    }
    for (let start = 0; start < chosen.length; start += BATCH) this.#commit(chosen.slice(start, start + BATCH));
  }

  /** Arms one whose turn has come. Resolves, never rejects, when its `armed` is set or could not be. */
  arm(entry: Entry): Promise<void> {
    if (entry.armed !== null) return Promise.resolve();
    if (entry.arming === null) {
      this.#hold(entry);
      this.#commit([entry]);
    }
    return entry.arming ?? Promise.resolve();
  }

  /** Counts an entry whose attempt was committed together with its request. */
  hold(entry: Entry): void {
    this.#hold(entry);
  }

  /** The entry is dialled, or was taken away. */
  release(entry: Entry): void {
    this.#ahead.get(entry.accountId)?.delete(entry.id);
  }

  /** A new attempt of `request`, armed. */
  attemptOf(request: RequestRecord, number: number): AttemptRecord {
    return {
      id: newId('att', this.#options.clock),
      requestId: request.id,
      number,
      state: 'armed',
      dueAt: request.dueAt,
      armedAt: this.#options.clock.now(),
      // RFC 3261 §8.1.1.4 and §19.3: unguessable, and unique over space and time.
      lineCallId: randomBytes(16).toString('hex'),
      lineFromTag: randomBytes(8).toString('hex'),
      seizedAt: null,
      answeredAt: null,
      endedAt: null,
      outcome: null,
      q850: null,
      sipStatus: null,
      callId: null,
      reasonCode: null,
      reason: null,
      tries: [],
    };
  }

  #hold(entry: Entry): void {
    const ahead = this.#ahead.get(entry.accountId) ?? new Set();
    this.#ahead.set(entry.accountId, ahead.add(entry.id));
  }

  #commit(entries: readonly Entry[]): void {
    const arming = this.#commitBatch(entries).finally(() => {
      for (const entry of entries) {
        entry.arming = null;
        if (entry.armed === null) this.release(entry);
      }
    });
    for (const entry of entries) entry.arming = arming;
  }

  async #commitBatch(entries: readonly Entry[]): Promise<void> {
    const { store, logger } = this.#options;
    try {
      const made = entries.flatMap((entry) => this.#make(entry));
      await store.commit(...made.map(({ attempt }) => store.scheduledCalls.insertAttempt(attempt)));
      for (const { entry, request, attempt } of made) entry.armed = { request, attempt };
    } catch (error) {
      logger.warn({ error, requestIds: entries.slice(0, 10).map(({ id }) => id) }, 'Scheduled Calls could not be armed: trying again');
    }
  }

  #make(entry: Entry): { entry: Entry; request: RequestRecord; attempt: AttemptRecord }[] {
    const { scheduledCalls } = this.#options.store;
    const request = scheduledCalls.get(entry.id);
    if (request === null) return [];
    return [{ entry, request, attempt: this.attemptOf(request, scheduledCalls.attempts(entry.id).length + 1) }];
  }
}
