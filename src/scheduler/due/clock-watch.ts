import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Clock, Logger, Timer } from '../../core/index.js';

const TICK_MS = 200;
/** A wall clock that moves on by more than this beside monotonic time was set, by whom nobody knows (DESIGN.md §6.10). */
const LARGEST_STEP_FORWARD_MS = 5 * 60_000;
/** NTP takes small errors back by stepping; what was written within this span before the step says nothing against the new time. */
const TOLERATED_STEP_BACK_MS = 1_000;

export interface ClockWatchOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Where the mark of an untrusted clock is kept, so that a restart does not trust it. */
  readonly directory: string;
  /** Newest moment the database knows. */
  readonly newestInDatabase: number;
  /** After every step of wall time, and every change of trust. */
  readonly onStep: () => void;
}

/**
 * Watches wall time against monotonic time, each 200 ms and before each dialling. After a large step forward, or one back before the newest time in
 * the database, the clock is untrusted until someone confirms it.
 */
export class ClockWatch {
  readonly #options: ClockWatchOptions;
  readonly #clock: Clock;
  readonly #markFile: string;
  #offset: number;
  #newest: number;
  #distrust: string | null = null;
  #timer: Timer | null = null;

  constructor(options: ClockWatchOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#markFile = join(options.directory, 'clock-untrusted');
    this.#offset = options.clock.now() - options.clock.monotonic();
    this.#newest = options.newestInDatabase;
    if (existsSync(this.#markFile)) this.#distrust = 'the clock had been set before the last restart';
    else if (this.#clock.now() + TOLERATED_STEP_BACK_MS < this.#newest)
      this.#setDistrust('the clock reads earlier than the newest time in the database');
  }

  get trusted(): boolean {
    return this.#distrust === null;
  }

  /** Why the clock is not trusted; null where it is. */
  get distrust(): string | null {
    return this.#distrust;
  }

  start(): void {
    this.#timer = this.#clock.every(TICK_MS, () => this.check());
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  /** Something was written with the present time. */
  noteWritten(): void {
    if (this.trusted) this.#newest = Math.max(this.#newest, this.#clock.now());
  }

  /** Someone has seen that the time is right. */
  confirm(): void {
    this.#offset = this.#clock.now() - this.#clock.monotonic();
    this.#newest = this.#clock.now();
    if (this.#distrust === null) return;
    this.#distrust = null;
    rmSync(this.#markFile, { force: true });
    this.#options.logger.info({}, 'The clock was confirmed: dated Scheduled Calls go on');
    this.#options.onStep();
  }

  /** Compares the clocks; true where dated requests may be dialled. */
  check(): boolean {
    const now = this.#clock.now();
    const offset = now - this.#clock.monotonic();
    const step = offset - this.#offset;
    this.#offset = offset;
    const wasTrusted = this.trusted;
    if (step > LARGEST_STEP_FORWARD_MS) this.#setDistrust(`the clock was set forward by ${Math.round(step / 1000)} s`);
    else if (now + TOLERATED_STEP_BACK_MS < this.#newest) this.#setDistrust(`the clock was set back by ${Math.round(-step / 1000)} s`);
    if (wasTrusted !== this.trusted || Math.abs(step) > TICK_MS) this.#options.onStep();
    return this.trusted;
  }

  #setDistrust(why: string): void {
    if (this.#distrust !== null) return;
    this.#distrust = why;
    this.#options.logger.warn({ why }, 'The clock is not trusted: dated Scheduled Calls wait until it is confirmed');
    try {
      mkdirSync(this.#options.directory, { recursive: true });
      writeFileSync(this.#markFile, `${why}\n`);
    } catch (error) {
      this.#options.logger.error({ error }, 'That the clock is not trusted could not be kept for the next start');
    }
  }
}
