import type { Clock, Timer } from '../../core/index.js';
import { comparePositions, type Entry } from './entry.js';
import { EntryHeap } from './entry-heap.js';
import type { LineWait } from './line-wait.js';

/** Calls are started in turns of at most this, so that the loop goes round in between. */
const TURN_MS = 5;
/** Entries looked past in one turn because their own line is not free. */
const LOOK_PAST = 64;
/** After the database refused to arm. */
const STORE_PAUSE_MS = 1_000;
const EXPIRY_CHECK_MS = 1_000;
const LOOK_AGAIN_MS = 200;

export interface DispatcherOptions {
  readonly clock: Clock;
  /** Scheduled Calls an account may have in progress. */
  readonly limitOf: (accountId: string) => number;
  /** False for a dated request while the clock is not trusted. */
  readonly mayStart: (entry: Entry) => boolean;
  readonly mayExpire: () => boolean;
  readonly lineWait: (entry: Entry) => LineWait | null;
  readonly arm: (entry: Entry) => Promise<void>;
  /** Dials an armed entry, at once. `finished` is to be called when its call is over. */
  readonly launch: (entry: Entry) => void;
  readonly expire: (entry: Entry) => void;
}

interface AccountLine {
  readonly waiting: EntryHeap<Entry>;
  /** Calls in progress, and entries on their way to be. */
  busy: number;
}

/** Starts what is due as far as limits and lines allow; the rest waits in the order of due moment, priority, id, whoever's it is. */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #accounts = new Map<string, AccountLine>();
  /** Waiting, looked past in this turn; why, for those who ask. */
  readonly #blocked = new Map<string, { entry: Entry; why: LineWait | null }>();
  /** Reserved a place and is being armed. */
  readonly #launching = new Map<string, Entry>();
  #storeFailingUntil = 0;
  #pumping = false;
  #stopped = false;
  #turnTimer: Timer | null = null;
  #lineTimer: Timer | null = null;
  /** Wall time of the line timer. */
  #lineTimerAt = 0;
  #timers: Timer[] = [];

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  start(): void {
    this.#stopped = false;
    this.#timers = [
      this.#options.clock.every(EXPIRY_CHECK_MS, () => this.#expireLate()),
      this.#options.clock.every(LOOK_AGAIN_MS, () => this.pump()),
    ];
    this.pump();
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of [...this.#timers, this.#turnTimer, this.#lineTimer]) timer?.cancel();
    this.#turnTimer = null;
    this.#lineTimer = null;
  }

  /** Entries whose moment has come. */
  ready(entries: readonly Entry[]): void {
    for (const entry of entries) this.#line(entry.accountId).waiting.push(entry);
    this.pump();
  }

  /** A call of the account is over. */
  finished(accountId: string): void {
    this.#line(accountId).busy -= 1;
    this.pump();
  }

  has(id: string): boolean {
    return this.#find(id) !== null;
  }

  /** Takes an entry away; null where it is not here, or not any more. */
  take(id: string): Entry | null {
    const entry = this.#find(id);
    if (entry === null) return null;
    this.#launching.delete(id);
    this.#blocked.delete(id);
    this.#line(entry.accountId).waiting.remove(id);
    return entry;
  }

  /** What a due request waits for, in words; null where nothing is in its way. */
  whyWaiting(id: string): { readonly code: 'accountLimit' | 'noLine' | 'storeFailing'; readonly message: string } | null {
    const entry = this.#find(id);
    if (entry === null || !this.#options.mayStart(entry)) return null;
    if (this.#options.clock.monotonic() < this.#storeFailingUntil)
      return { code: 'storeFailing', message: 'The database cannot be written: nothing is dialled until it can' };
    const limit = this.#options.limitOf(entry.accountId);
    if (this.#line(entry.accountId).busy >= limit)
      return { code: 'accountLimit', message: `All ${limit} simultaneous Scheduled Calls of the account are in progress` };
    const wait = this.#options.lineWait(entry);
    return wait === null ? null : { code: 'noLine', message: wait.why };
  }

  /** Starts what can be. */
  pump(): void {
    if (this.#stopped || this.#pumping || this.#options.clock.monotonic() < this.#storeFailingUntil) return;
    this.#pumping = true;
    try {
      this.#turn();
    } finally {
      this.#pumping = false;
    }
  }

  #turn(): void {
    this.#unblock();
    const turnEnd = this.#options.clock.monotonic() + TURN_MS;
    for (let entry = this.#next(); entry !== null; entry = this.#next()) {
      this.#begin(entry);
      if (this.#options.clock.monotonic() >= turnEnd) {
        this.#turnTimer?.cancel();
        this.#turnTimer = this.#options.clock.after(0, () => this.pump());
        break;
      }
    }
  }

  /** The first in order, of all accounts with a place free, that nothing holds up. It has left the waiting. */
  #next(): Entry | null {
    for (;;) {
      const entry = this.#firstWaiting();
      if (entry === null) return null;
      this.#line(entry.accountId).waiting.pop();
      if (this.#isLate(entry)) {
        this.#options.expire(entry);
        continue;
      }
      const why = this.#options.mayStart(entry) ? this.#options.lineWait(entry) : null;
      if (why === null && this.#options.mayStart(entry)) return entry;
      this.#block(entry, why);
      if (this.#blocked.size >= LOOK_PAST) return null;
    }
  }

  #firstWaiting(): Entry | null {
    let first: Entry | null = null;
    for (const [accountId, line] of this.#accounts) {
      const head = line.waiting.peek();
      if (head === null || line.busy >= this.#options.limitOf(accountId)) continue;
      if (first === null || comparePositions(head, first) < 0) first = head;
    }
    return first;
  }

  #begin(entry: Entry): void {
    const line = this.#line(entry.accountId);
    line.busy += 1;
    if (entry.armed !== null) {
      this.#options.launch(entry);
      return;
    }
    this.#launching.set(entry.id, entry);
    void this.#options.arm(entry).then(() => this.#armed(entry, line));
  }

  #armed(entry: Entry, line: AccountLine): void {
    const wanted = this.#launching.delete(entry.id);
    if (wanted && entry.armed !== null && !this.#stopped) {
      this.#options.launch(entry);
      return;
    }
    line.busy -= 1;
    if (!wanted) return;
    line.waiting.push(entry);
    if (entry.armed === null) this.#storeFailingUntil = this.#options.clock.monotonic() + STORE_PAUSE_MS;
  }

  #block(entry: Entry, why: LineWait | null): void {
    this.#blocked.set(entry.id, { entry, why });
    if (typeof why?.freeAt !== 'number' || (this.#lineTimer !== null && this.#lineTimerAt <= why.freeAt)) return;
    this.#lineTimer?.cancel();
    this.#lineTimerAt = why.freeAt;
    this.#lineTimer = this.#options.clock.after(Math.max(1, why.freeAt - this.#options.clock.now()), () => {
      this.#lineTimer = null;
      this.pump();
    });
  }

  #unblock(): void {
    for (const { entry } of this.#blocked.values()) this.#line(entry.accountId).waiting.push(entry);
    this.#blocked.clear();
  }

  #isLate(entry: Entry): boolean {
    return this.#options.mayExpire() && entry.latestStartAt < this.#options.clock.now();
  }

  #expireLate(): void {
    if (!this.#options.mayExpire()) return;
    this.#unblock();
    const now = this.#options.clock.now();
    for (const line of this.#accounts.values()) {
      for (const entry of [...line.waiting.values()].filter(({ latestStartAt }) => latestStartAt < now)) {
        line.waiting.remove(entry.id);
        this.#options.expire(entry);
      }
    }
  }

  #find(id: string): Entry | null {
    const found = this.#launching.get(id) ?? this.#blocked.get(id)?.entry;
    if (found !== undefined) return found;
    for (const line of this.#accounts.values()) {
      const entry = line.waiting.get(id);
      if (entry !== null) return entry;
    }
    return null;
  }

  #line(accountId: string): AccountLine {
    const line = this.#accounts.get(accountId) ?? { waiting: new EntryHeap<Entry>(), busy: 0 };
    this.#accounts.set(accountId, line);
    return line;
  }
}
