import type { AttemptRecord, RequestRecord } from '../../store/index.js';
import type { Call } from '../../telephony/index.js';
import type { Armed, Entry } from '../due/entry.js';

/** Why we end an attempt ourselves. */
export type CancelCause = 'hungUp' | 'serviceStopped';

/** One attempt from its due moment to its end, as it stands now. */
export class LiveAttempt {
  readonly entry: Entry;
  readonly startedAt: number;
  readonly #abort = new AbortController();
  #armed: Armed;
  #cancelCause: CancelCause | null = null;
  /** Set as soon as telephony has made it. */
  call: Call | null = null;

  constructor(entry: Entry, armed: Armed, startedAt: number) {
    this.entry = entry;
    this.startedAt = startedAt;
    this.#armed = armed;
  }

  get armed(): Armed {
    return this.#armed;
  }

  get request(): RequestRecord {
    return this.#armed.request;
  }

  get attempt(): AttemptRecord {
    return this.#armed.attempt;
  }

  /** Aborted when we give up dialling. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get cancelCause(): CancelCause | null {
    return this.#cancelCause;
  }

  /** A line was seized, or was about to be: somebody may have been rung. */
  get mayHaveRung(): boolean {
    return this.attempt.seizedAt !== null;
  }

  update(request: Partial<RequestRecord>, attempt: Partial<AttemptRecord>): Armed {
    this.#armed = { request: { ...this.request, ...request }, attempt: { ...this.attempt, ...attempt } };
    return this.#armed;
  }

  cancel(cause: CancelCause): void {
    this.#cancelCause ??= cause;
    this.#abort.abort();
  }
}
