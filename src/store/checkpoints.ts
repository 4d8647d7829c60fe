import type { Clock, Logger, Timer } from '../core/index.js';
import type { Maintenance } from './maintenance/maintenance.js';
import type { Writer } from './writer/writer.js';

/** Looked at so often, ms. */
const PERIOD_MS = 1_000;
/** Fewer commands than this wait for the next look, unless it is the last one of a busy spell. */
const COMMANDS_WORTH_IT = 4_000;
/** A quiet log is copied after so many looks at the latest. */
const LOOKS_WHEN_QUIET = 10;
/** A log of 32 MiB. It begins anew only when all of it was copied, which never happens while the writer adds to it without a pause. */
const PAGES_TOO_MANY = 8_192;

type CheckpointedWriter = Pick<Writer, 'statistics' | 'checkpoint'>;
type Copier = Pick<Maintenance, 'checkpoint'>;

/**
 * Decides when the logs are copied into the files: beside the writer, so that no commit waits. Under load without a pause the writer itself copies
 * the little that is left, between two groups, or the log would grow without end.
 */
export class Checkpoints {
  readonly #writer: CheckpointedWriter;
  readonly #maintenance: Copier;
  readonly #logger: Logger;
  readonly #timer: Timer;
  #copied = 0;
  #looks = 0;
  #running = false;

  constructor(writer: CheckpointedWriter, maintenance: Copier, clock: Clock, logger: Logger) {
    this.#writer = writer;
    this.#maintenance = maintenance;
    this.#logger = logger;
    this.#timer = clock.every(PERIOD_MS, () => this.#look());
  }

  stop(): void {
    this.#timer.cancel();
  }

  #look(): void {
    const { commands } = this.#writer.statistics;
    const waiting = commands - this.#copied;
    this.#looks += 1;
    const due = waiting >= COMMANDS_WORTH_IT || (waiting > 0 && this.#looks >= LOOKS_WHEN_QUIET);
    if (this.#running || !due) return;
    this.#looks = 0;
    this.#copied = commands;
    this.#running = true;
    void this.#copy();
  }

  async #copy(): Promise<void> {
    try {
      const pages = await this.#maintenance.checkpoint();
      if (pages > PAGES_TOO_MANY) this.#writer.checkpoint();
    } catch (error) {
      this.#logger.warn({ error: (error as Error).message }, 'A checkpoint of the database failed');
    } finally {
      this.#running = false;
    }
  }
}
