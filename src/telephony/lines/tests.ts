import { BranchlineError, type Clock, type Logger, newId } from '../../core/index.js';
import { telephonyErrors } from '../errors.js';
import type { LineMaintenance, LineTestKind, LineTestResult } from '../ports/line-maintenance.js';
import type { LineWatch } from './health.js';
import type { LineHistory } from './history.js';

/** A test that runs or ran. */
export interface LineTest {
  readonly id: string;
  readonly channel: number;
  readonly kind: LineTestKind;
  readonly seconds: number;
  /** Id of the token that asked. */
  readonly by: string;
  readonly startedAt: number;
  /** Null while it runs. */
  readonly endedAt: number | null;
  readonly result: LineTestResult | null;
}

export interface LineTestsParts {
  readonly watch: LineWatch;
  readonly history: LineHistory;
  readonly maintenance: readonly LineMaintenance[];
  /** The call that is on a channel now; null: none. */
  readonly callOn: (channel: number) => string | null;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How many tests are remembered; the history of the line has them all. */
const KEPT = 200;

/** Tests that a technician asks for, one at a time a line, and never on a line that carries a call. */
export class LineTests {
  readonly #parts: LineTestsParts;
  readonly #tests = new Map<string, LineTest>();
  readonly #stop = new AbortController();

  constructor(parts: LineTestsParts) {
    this.#parts = parts;
  }

  /** Ends what runs. */
  stop(): void {
    this.#stop.abort();
  }

  /** Newest first. */
  ofLine(channel: number): readonly LineTest[] {
    return [...this.#tests.values()].filter((test) => test.channel === channel).toReversed();
  }

  get(channel: number, id: string): LineTest | null {
    const test = this.#tests.get(id);
    return test?.channel === channel ? test : null;
  }

  /** Begins a test. Throws `lineUnknown`, `lineTestUnsuited` or `lineTestInUse`. */
  start(channel: number, kind: LineTestKind, seconds: number, by: string): LineTest {
    const maintenance = this.#suited(channel, kind);
    this.#checkFree(channel);
    const { clock } = this.#parts;
    const test = { id: newId('tst', clock), channel, kind, seconds, by, startedAt: clock.now(), endedAt: null, result: null };
    this.#keep(test);
    void this.#run(maintenance, test);
    return test;
  }

  async #run(maintenance: LineMaintenance, test: LineTest): Promise<void> {
    const { channel, kind, seconds, by } = test;
    const result = await maintenance.run(channel, kind, seconds, this.#stop.signal).catch((error: unknown) => this.#failure(test, error));
    this.#tests.set(test.id, { ...test, endedAt: this.#parts.clock.now(), result });
    this.#parts.history.note(`line/${channel}`, 'test', { test: kind, by, ...result });
  }

  #failure(test: LineTest, error: unknown): LineTestResult {
    this.#parts.logger.error({ err: error, channel: test.channel, test: test.kind }, 'A test of a line failed by a fault of ours');
    return { passed: false, words: 'the test could not be carried out; the log says why', figures: {} };
  }

  #suited(channel: number, kind: LineTestKind): LineMaintenance {
    if (this.#parts.watch.get(channel) === null) {
      throw new BranchlineError(telephonyErrors.lineUnknown, `There is no line ${channel} on the card: choose one that /lines shows.`, {
        context: { channel },
      });
    }
    const kinds = this.#parts.maintenance.flatMap((one) => one.testsOf(channel));
    const suited = this.#parts.maintenance.find((one) => one.testsOf(channel).includes(kind));
    if (suited !== undefined) return suited;
    const choice = kinds.length === 0 ? 'none can be run on it' : `choose one of ${kinds.join(', ')}`;
    const message = `The test ${kind} cannot be run on line ${channel}: ${choice}.`;
    throw new BranchlineError(telephonyErrors.lineTestUnsuited, message, { problems: [{ path: '/test', message }] });
  }

  #checkFree(channel: number): void {
    const call = this.#parts.callOn(channel);
    if (call !== null) throw inUse(`Line ${channel} carries the call ${call}: wait until it has ended, or end it, and try again.`);
    const running = this.ofLine(channel).find(({ endedAt }) => endedAt === null);
    if (running !== undefined) throw inUse(`Line ${channel} is being tested already (${running.id}): wait until that test has ended.`);
    const state = this.#parts.watch.get(channel)?.state ?? 'idle';
    if (state !== 'idle' && state !== 'alarm') throw inUse(`Line ${channel} is in use (${state}): wait until it is idle, and try again.`);
  }

  #keep(test: LineTest): void {
    this.#tests.set(test.id, test);
    for (const [id, { endedAt }] of this.#tests) {
      if (this.#tests.size <= KEPT) break;
      if (endedAt !== null) this.#tests.delete(id);
    }
  }
}

function inUse(message: string): BranchlineError {
  return new BranchlineError(telephonyErrors.lineTestInUse, message);
}
