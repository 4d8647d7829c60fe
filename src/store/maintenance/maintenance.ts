import type { Worker } from 'node:worker_threads';

import { BranchlineError } from '../../core/index.js';
import { storeErrors } from '../errors.js';
import { startThread } from '../thread.js';
import type { MaintenanceData, MaintenanceReply, MaintenanceTask } from './protocol.js';

interface Pending {
  readonly resolve: (value: string | number) => void;
  readonly reject: (error: Error) => void;
}

/** The main thread's end of the maintenance thread: checkpoints, checks, copies. The thread starts with the first task. */
export class Maintenance {
  readonly #directory: string;
  readonly #pending = new Map<number, Pending>();
  #thread: Worker | null = null;
  #nextId = 1;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Copies the logs into the files; returns how many pages the longer log has. */
  async checkpoint(): Promise<number> {
    return (await this.#run({ kind: 'checkpoint' })) as number;
  }

  /** "ok", or what is wrong, a line a fault. */
  async quickCheck(): Promise<string> {
    return (await this.#run({ kind: 'quickCheck' })) as string;
  }

  /** Copies branchline.db to `target`, which must not exist. */
  async copy(target: string): Promise<void> {
    await this.#run({ kind: 'copy', target });
  }

  /** Ends the thread after the task in progress; tasks that wait are rejected. */
  async close(): Promise<void> {
    await this.#thread?.terminate();
    this.#fail(new BranchlineError(storeErrors.closed, 'The database is closed'));
  }

  #run(task: MaintenanceTask): Promise<string | number> {
    const thread = (this.#thread ??= this.#start());
    return new Promise((resolve, reject) => {
      const id = this.#nextId++;
      this.#pending.set(id, { resolve, reject });
      thread.postMessage({ id, task });
    });
  }

  #start(): Worker {
    const data: MaintenanceData = { directory: this.#directory };
    const thread = startThread('maintenance/thread', data);
    thread.on('message', (reply: MaintenanceReply) => this.#settle(reply));
    thread.on('error', (error) => {
      this.#thread = null;
      this.#fail(new BranchlineError(storeErrors.damaged, `The maintenance of the database failed: ${error.message}`, { cause: error }));
    });
    return thread;
  }

  #settle(reply: MaintenanceReply): void {
    const pending = this.#pending.get(reply.id);
    this.#pending.delete(reply.id);
    if (reply.error === null) pending?.resolve(reply.value ?? '');
    else pending?.reject(new BranchlineError(storeErrors.damaged, `The maintenance of the database failed: ${reply.error}`));
  }

  #fail(error: BranchlineError): void {
    for (const pending of this.#pending.values()) pending.reject(error);
    this.#pending.clear();
  }
}
