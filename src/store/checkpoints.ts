import type { Clock, Logger, Timer } from '../core/index.js';
import type { Maintenance } from './maintenance/maintenance.js';
import type { Writer } from './writer/writer.js';

/** Looked at so often, ms. */
const PERIOD_MS = 1_000;
/** Fewer commands than this wait for the next look, unless it is the last one of a busy spell. */
const COMMANDS_WORTH_IT = 4_000;
/** A quiet log is copied after so many looks at the latest. */
const LOOKS_WHEN_QUIET = 10;
/** Pages left over that show that passive checkpoints never catch up with the writer: 64 MiB. */
const PAGES_TOO_MANY = 16_384;

/** Decides when the logs are copied into the files. Never on the writer's own thread, unless the log would grow without end. */
export class Checkpoints {
  readonly #writer: Writer;
  readonly #maintenance: Maintenance;
  readonly #logger: Logger;
  readonly #timer: Timer;
  #copied = 0;
  #looks = 0;
  #running = false;

  constructor(writer: Writer, maintenance: Maintenance, clock: Clock, logger: Logger) {
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
      const left = await this.#maintenance.checkpoint();
      if (left > PAGES_TOO_MANY) this.#writer.checkpoint();
    } catch (error) {
      this.#logger.warn({ error: (error as Error).message }, 'A checkpoint of the database failed');
    } finally {
      this.#running = false;
    }
  }
}
