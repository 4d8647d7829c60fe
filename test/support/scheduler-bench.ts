import { rmSync } from 'node:fs';

import { type Logger, silentLogger, SteppedClock } from '../../src/core/index.js';
import { Scheduler, type PlanReference, type SchedulerEvent } from '../../src/scheduler/index.js';
import { type AccountRecord, type EventRecord, openStore, type RequestRecord, type Store, type StoreOptions } from '../../src/store/index.js';
import { type Call, CallRegistry, type Leg, LiveLegs, TrunkDialler, TrunkDirectory } from '../../src/telephony/index.js';
import { ScriptedLine } from './scripted-line.js';
import { accountRecord, serviceNumberRecord, temporaryDirectory } from './store.js';

export const SERVICE_NUMBER = '+441632960100';
export const FIRST_PARTY = '+447700900123';

/** A real store whose commits can be held up or refused: a slow disk, a full one. Reads go on. */
export class TroubledStore {
  readonly store: Store;
  /** Set: every commit is refused with it. */
  refusal: Error | null = null;
  #gate: Promise<void> = Promise.resolve();
  #answers: Promise<void> = Promise.resolve();
  #open: () => void = () => undefined;

  constructor(store: Store) {
    this.store = {
      ...store,
      commit: async (...commands) => {
        await this.#gate;
        if (this.refusal !== null) throw this.refusal;
        await store.commit(...commands);
        await this.#answers;
      },
    };
  }

  hold(): void {
    this.#gate = new Promise((resolve) => (this.#open = resolve));
  }

  /** Commits are made, and whoever asked for them hears of it only after `release`. */
  holdAnswers(): void {
    this.#answers = new Promise((resolve) => (this.#open = resolve));
  }

  release(): void {
    this.#open();
  }
}

/** What the scheduler asks call plans, answered by the test. */
export class ScriptedPlans {
  active: PlanReference | null = { planId: 'plan_1', version: 1 };
  readonly entries = new Map<number, 'ok' | 'planInvalid' | 'notEnabled' | 'notConnected'>();

  activePlan(): PlanReference | null {
    return this.active;
  }

  entry(plan: PlanReference): 'ok' | 'planInvalid' | 'notEnabled' | 'notConnected' {
    return this.entries.get(plan.version) ?? 'ok';
  }
}

export interface ScriptedRun {
  readonly plan: PlanReference;
  readonly call: Call;
  readonly aLeg: Leg;
  readonly variables: Readonly<Record<string, string>>;
}

/** Plan runs that last until the A-leg ends, or until the test ends them. */
export class ScriptedRuns {
  readonly runs: ScriptedRun[] = [];
  reason = 'aPartyCleared';

  async run(request: ScriptedRun): Promise<{ reason: string; detail: string }> {
    this.runs.push(request);
    await request.aLeg.whenEnded();
    return { reason: this.reason, detail: '' };
  }
}

export interface BenchOptions {
  readonly startAt?: string | number;
  readonly directory?: string;
  readonly bootId?: string;
  readonly account?: Partial<AccountRecord>;
  readonly logger?: Logger;
  readonly callsPerSecond?: number;
  readonly maxCalls?: number;
  readonly store?: Partial<StoreOptions>;
}

/**
 * The scheduler on a stepped clock over a real database, the real dialler and calls, and a line whose far end is the test. `crash` and a bench opened
 * on the same directory are a kill and a restart.
 */
export class SchedulerBench {
  readonly plans = new ScriptedPlans();
  readonly runs = new ScriptedRuns();
  /** As published: committed before. */
  readonly published: EventRecord[] = [];
  readonly directory: string;
  readonly clock: SteppedClock;
  /** As the scheduler and telephony have it. */
  readonly disk: TroubledStore;
  /** Beneath the trouble. */
  readonly store: Store;
  readonly line: ScriptedLine;
  readonly trunks: TrunkDirectory;
  readonly calls: CallRegistry;
  readonly scheduler: Scheduler;
  #eventSequence = 0;

  private constructor(directory: string, clock: SteppedClock, store: Store, options: BenchOptions) {
    const logger = options.logger ?? silentLogger;
    const live = new LiveLegs();
    this.directory = directory;
    this.clock = clock;
    this.store = store;
    this.disk = new TroubledStore(store);
    const troubled = this.disk.store;
    this.line = new ScriptedLine(clock);
    this.trunks = new TrunkDirectory({ store: troubled, clock, logger, lines: [this.line], live, country: 'GB' });
    this.calls = new CallRegistry({ store: troubled, clock, logger, live });
    this.scheduler = new Scheduler({
      store: troubled,
      clock,
      logger,
      stateDirectory: directory,
      bootId: options.bootId ?? 'boot-1',
      dialler: new TrunkDialler({ trunks: this.trunks, clock, logger }),
      trunks: this.trunks,
      ports: { plans: this.plans, runs: this.runs, calls: this.calls, events: { prepare: (event) => this.#prepare(event) } },
    });
  }

  /** Opens the database, made with an account, a service number and a trunk where it is new. The scheduler is not started. */
  static async open(options: BenchOptions = {}): Promise<SchedulerBench> {
    const directory = options.directory ?? temporaryDirectory();
    const clock = new SteppedClock(options.startAt ?? '2026-01-15T09:00:00Z');
    const store = await openStore({ directory, clock, logger: silentLogger, ...options.store });
    if (store.accounts.root() === null) {
      await store.commit(store.accounts.insert(accountRecord(options.account)), store.serviceNumbers.insert(serviceNumberRecord()));
    }
    const bench = new SchedulerBench(directory, clock, store, options);
    bench.trunks.start();
    if (bench.trunks.list().length === 0) {
      const { callsPerSecond = 200, maxCalls = 200 } = options;
      await bench.trunks.create({ name: 'carrier', kind: 'sip', address: '192.0.2.7:5070', callsPerSecond, maxCalls });
    }
    return bench;
  }

  static async started(options: BenchOptions = {}): Promise<SchedulerBench> {
    const bench = await SchedulerBench.open(options);
    await bench.scheduler.start();
    return bench;
  }

  /** A request accepted as the API would. `inMs` from now; absent: now. */
  async request(values: { readonly inMs?: number; readonly [field: string]: unknown } = {}): Promise<RequestRecord> {
    const { inMs, ...draft } = values;
    const times = inMs === undefined ? {} : { scheduledAt: this.clock.now() + inMs };
    const record = await this.scheduler.createRequest('acc_root', { serviceNumber: SERVICE_NUMBER, firstParty: FIRST_PARTY, ...times, ...draft });
    await this.settle();
    return record;
  }

  state(requestId: string): string {
    return this.scheduler.get('acc_root', requestId).request.state;
  }

  /** Numbers dialled so far. */
  get dialled(): readonly string[] {
    return this.line.dialled.map(({ request }) => (request?.to.kind === 'number' ? request.to.e164 : ''));
  }

  /** Moves time on, letting the database keep pace after each step. */
  async advance(milliseconds: number, step = 100): Promise<void> {
    for (let done = 0; done < milliseconds; done += step) {
      await this.clock.advance(Math.min(step, milliseconds - done));
      await this.settle();
    }
  }

  /** Waits until what has been asked of the database is in it, and what follows from that has been done. Takes no time on the clock. */
  async settle(): Promise<void> {
    for (let round = 0; round < 3; round += 1) {
      await this.store.commit(this.store.idempotency.deleteBefore(0)).catch(() => undefined);
      await this.clock.advance(0);
    }
  }

  /** The process is killed: nobody gets to end anything. The clock stands still from now on. */
  async crash(): Promise<void> {
    await this.store.close();
  }

  async remove(): Promise<void> {
    await this.store.close();
    rmSync(this.directory, { recursive: true, force: true });
  }

  #prepare(event: SchedulerEvent): { command: ReturnType<Store['events']['append']>; publish: () => void } {
    this.#eventSequence += 1;
    const { type, at, accountId, callId, legId, requestId, data } = event;
    const id = `${this.store.boot}-${String(this.#eventSequence).padStart(10, '0')}`;
    const record: EventRecord = { id, type, at, accountId, callId, legId, requestId, data: JSON.stringify(data) };
    return { command: this.store.events.append(record), publish: () => this.published.push(record) };
  }
}
