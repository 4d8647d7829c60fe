import { BranchlineError, type Clock, type Logger, type Timer } from '../../core/index.js';
import { type CallRecord, type CdrRecord, type Store, storeErrors } from '../../store/index.js';
import type { RetryQueue } from './retry-queue.js';

/** What a change in passing may wait for its write, so that those of one moment cost one. */
const PASSING_MS = 200;

export interface RecordWriterParts {
  readonly store: Pick<Store, 'calls' | 'commit'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly retries: RetryQueue;
}

/** What one commit carries. */
interface Write {
  readonly row: 'insert' | 'update' | null;
  readonly cdrs: readonly CdrRecord[];
}

/**
 * One call's row and CDRs on their way to the store. Nobody waits for them: a slow disk delays records, never a call, and what a full disk refuses is
 * kept and written when there is room. Each write carries all that is new, as one, so that the row's count of CDRs is always true.
 */
export class RecordWriter {
  readonly #parts: RecordWriterParts;
  #row: CallRecord;
  #rowChanged = true;
  /** The row's making was given to the store, and is there. */
  #rowSent = false;
  #rowStored = false;
  #cdrs: CdrRecord[] = [];
  #count = 0;
  #timer: Timer | null = null;

  constructor(row: CallRecord, parts: RecordWriterParts) {
    this.#row = row;
    this.#parts = parts;
    this.#writeSoon();
  }

  /** The row as it will be, sooner than the store has it. */
  get row(): CallRecord {
    return this.#row;
  }

  change(change: Partial<CallRecord>): void {
    this.#row = { ...this.#row, ...change };
    this.#rowChanged = true;
    this.#writeSoon();
  }

  add(cdr: CdrRecord): void {
    this.#cdrs.push(cdr);
    this.#count += 1;
    // A leg may end after its call: a line that did not let go in time.
    if (this.#row.endAt !== null) this.change({ expectedCount: this.#count });
    else this.#writeSoon();
  }

  /** The call's last record, handed to the store at once: before whatever is committed after this. */
  end(at: number): void {
    this.change({ endAt: at, expectedCount: this.#count });
    this.#write();
  }

  #writeSoon(): void {
    this.#timer ??= this.#parts.clock.after(PASSING_MS, () => this.#write());
  }

  /** The store keeps the order of what it is given: nothing waits for what was given before. */
  #write(): void {
    this.#timer?.cancel();
    this.#timer = null;
    const write: Write = { row: this.#rowCommand(), cdrs: this.#cdrs };
    this.#rowChanged = false;
    this.#cdrs = [];
    const { store } = this.#parts;
    const row = write.row === null ? [] : [write.row === 'insert' ? store.calls.insert(this.#row) : store.calls.update(this.#row)];
    store.commit(...row, ...write.cdrs.map((cdr) => store.calls.insertCdr(cdr))).then(
      () => (this.#rowStored ||= write.row !== null),
      (error: unknown) => this.#failed(error, write),
    );
  }

  #rowCommand(): Write['row'] {
    if (!this.#rowChanged) return null;
    const command = this.#rowSent ? 'update' : 'insert';
    this.#rowSent = true;
    return command;
  }

  #failed(error: unknown, { row, cdrs }: Write): void {
    const { logger, retries } = this.#parts;
    const records = { row: row === null ? null : this.#row, cdrs };
    // The change of a row whose making was refused too is no contradiction: both are made again.
    const waitsForInsert = row === 'update' && !this.#rowStored;
    if (isHopeless(error) && !waitsForInsert) {
      logger.error({ error, ...records }, 'Records of a call cannot be stored and are only here');
      return;
    }
    this.#rowSent &&= this.#rowStored;
    this.#rowChanged ||= row !== null;
    this.#cdrs = [...cdrs, ...this.#cdrs];
    if (retries.add(() => this.#retry())) logger.warn({ error, callId: this.#row.id }, 'Records of a call could not be written: trying again');
    else logger.error({ error, ...records }, 'Records of a call could not be written before the stop and are only here');
  }

  #retry(): void {
    if (this.#rowChanged || this.#cdrs.length > 0) this.#write();
  }
}

/** What the store will refuse for ever. */
function isHopeless(error: unknown): boolean {
  if (!(error instanceof BranchlineError)) return false;
  return error.code === storeErrors.conflict || error.code === storeErrors.closed || error.code.kind === 'unexpected';
}
