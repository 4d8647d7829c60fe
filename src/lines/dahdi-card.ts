import type { ChannelInfo } from '../../native/addon/addon.js';
import type { Clock, Logger, Native, Timer } from '../core/index.js';

export interface DahdiCardParts {
  readonly native: Native;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Spans that are ours; empty: all. */
  readonly spans: readonly number[];
  /** Once: the card is in service with these channels. */
  readonly onChannels: (channels: readonly ChannelInfo[]) => void;
}

const TRY_AGAIN_MS = 5_000;
const MISSING =
  'DAHDI has no channel for us: load the card’s driver, then "branchline card apply" (see "branchline card detect"); the card is taken up when it comes';

/** A real card. One whose driver, hardware or configuration is missing keeps nobody from starting: it is taken into service when it comes. */
export class DahdiCard {
  readonly #parts: DahdiCardParts;
  #timer: Timer | null = null;
  #finding = MISSING;

  constructor(parts: DahdiCardParts) {
    this.#parts = parts;
  }

  /** What keeps it out of service; "" nothing. */
  get finding(): string {
    return this.#finding;
  }

  start(): void {
    if (this.#take()) return;
    this.#parts.logger.warn({}, MISSING);
    this.#timer = this.#parts.clock.every(TRY_AGAIN_MS, () => {
      if (this.#take()) this.stop();
    });
  }

  /** Does not wait for it any more. */
  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  #take(): boolean {
    const channels = this.#parts.native.engine.cardStartDahdi({ spans: this.#parts.spans });
    if (channels.length === 0) return false;
    this.#finding = '';
    this.#parts.logger.info({ channels: channels.length }, 'the card is in service');
    try {
      this.#parts.onChannels(channels);
    } catch (error) {
      this.#finding = (error as Error).message;
      this.#parts.logger.error({ err: error }, 'a part of the card could not be taken into service');
    }
    return true;
  }
}
