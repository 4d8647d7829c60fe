import type { Worker } from 'node:worker_threads';

import { BranchlineError, type Clock, coreErrors, type ErrorCode, type Logger } from '../../core/index.js';
import { storeErrors } from '../errors.js';
import type { StoreStatistics, WriteCommand } from '../store.js';
import { startThread } from '../thread.js';
import type { CommitFailure, CommitMessage, CommitResult, WriterData, WriterReply, WriterRequest } from './protocol.js';
import { CommitTimes } from './commit-times.js';

interface Pending {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
  readonly commands: number;
  readonly startedAt: number;
}

export interface WriterOptions extends WriterData {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Every group waits so long before it is sent, ms; 0: it leaves with the current task. */
  readonly commitDelayMs: number;
}

/** The main thread's end of the writer thread: queues commits, sends them together, settles their promises. */
export class Writer {
  readonly #options: WriterOptions;
  readonly #thread: Worker;
  readonly #pending = new Map<number, Pending>();
  readonly #times = new CommitTimes();
  readonly #opened: Promise<void>;
  readonly #ended: Promise<void>;
  #outbox: CommitMessage[] = [];
  #flushPlanned = false;
  #nextId = 1;
  #committed = 0;
  #commands = 0;
  #failed = 0;
  #state: 'open' | 'closing' | 'dead' = 'open';

  private constructor(options: WriterOptions, thread: Worker) {
    this.#options = options;
    this.#thread = thread;
    this.#opened = new Promise((resolve, reject) => {
      thread.once('message', () => resolve());
      thread.once('error', reject);
    });
    this.#ended = new Promise((resolve) => {
      thread.once('exit', () => resolve());
    });
    thread.on('message', (reply: WriterReply) => this.#handle(reply));
    thread.on('error', (error) => this.#died(error));
  }

  /** Resolves when the thread has opened the files. */
  static async start(options: WriterOptions): Promise<Writer> {
    const data: WriterData = { directory: options.directory, maxPages: options.maxPages };
    const writer = new Writer(options, startThread('writer/thread', data));
    await writer.#opened;
    return writer;
  }

  /** See `Store.commit`. */
  commit(commands: readonly WriteCommand[]): Promise<void> {
    if (this.#state !== 'open') return Promise.reject(this.#refusal());
    if (commands.length === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const id = this.#nextId++;
      this.#pending.set(id, { resolve, reject, commands: commands.length, startedAt: this.#options.clock.monotonic() });
      this.#outbox.push({ id, commands });
      this.#planFlush();
    });
  }

  /** Asks the thread to copy the whole log into the files between two groups: only needed when the log outgrows the checkpoints beside it. */
  checkpoint(): void {
    if (this.#state === 'open') this.#send({ kind: 'checkpoint' });
  }

  get statistics(): StoreStatistics {
    return {
      commits: this.#committed,
      commands: this.#commands,
      commitP99Ms: this.#times.p99,
      queued: this.#pending.size,
      failed: this.#failed,
      writable: this.#state === 'open',
    };
  }

  /** Takes no more commits, writes those it has, ends the thread. */
  async close(): Promise<void> {
    if (this.#state === 'open') {
      this.#flush();
      this.#state = 'closing';
      this.#send({ kind: 'close' });
    }
    await this.#ended;
  }

  #planFlush(): void {
    if (this.#flushPlanned) return;
    this.#flushPlanned = true;
    const { clock, commitDelayMs } = this.#options;
    if (commitDelayMs > 0) clock.after(commitDelayMs, () => this.#flush());
    else queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    this.#flushPlanned = false;
    if (this.#outbox.length === 0 || this.#state !== 'open') return;
    const commits = this.#outbox;
    this.#outbox = [];
    this.#send({ kind: 'commits', commits });
  }

  #send(request: WriterRequest): void {
    this.#thread.postMessage(request);
  }

  #handle(reply: WriterReply): void {
    if (reply.kind !== 'results') return;
    const now = this.#options.clock.monotonic();
    for (const result of reply.results) this.#settle(result, now);
  }

  #settle(result: CommitResult, now: number): void {
    const pending = this.#pending.get(result.id);
    if (pending === undefined) return;
    this.#pending.delete(result.id);
    this.#times.add(now - pending.startedAt);
    if (result.failure === null) {
      this.#committed += 1;
      this.#commands += pending.commands;
      pending.resolve();
      return;
    }
    this.#failed += 1;
    pending.reject(this.#errorOf(result.failure));
  }

  #errorOf(failure: CommitFailure): BranchlineError {
    const error = new BranchlineError(codeOf(failure), failure.message, { context: failure.context });
    if (failure.reason !== 'conflict') this.#options.logger.error({ code: error.code.id, ...failure.context }, error.message);
    return error;
  }

  /** A fault of the thread itself. What was sent may or may not be stored; the next start finds out. */
  #died(cause: Error): void {
    this.#options.logger.error({ error: cause.message }, 'The database writer stopped');
    this.#state = 'dead';
    for (const pending of this.#pending.values()) {
      this.#failed += 1;
      pending.reject(new BranchlineError(storeErrors.writeFailed, 'The database writer stopped before it answered: restart the service', { cause }));
    }
    this.#pending.clear();
  }

  #refusal(): BranchlineError {
    if (this.#state === 'closing') return new BranchlineError(storeErrors.closed, 'The database is closed');
    return new BranchlineError(storeErrors.writeFailed, 'The database writer has stopped: restart the service');
  }
}

function codeOf(failure: CommitFailure): ErrorCode {
  switch (failure.reason) {
    case 'conflict':
      return storeErrors.conflict;
    case 'diskFull':
      return storeErrors.diskFull;
    case 'writeFailed':
      return storeErrors.writeFailed;
    case 'bug':
      return coreErrors.bug;
  }
}
