import type { Clock, Unsubscribe } from '../../core/index.js';
import type { Digit, Leg } from '../../telephony/index.js';

/** Digits kept for later at most; whoever keys more is not talking to a menu. */
const MAX_TYPED_AHEAD = 64;
/**
 * A peer that sends RFC 4733 events may leave the tone in its audio too, and the two detections come up to this much apart, besides the time
 * the key was held.
 */
const SAME_PRESS_MS = 250;

/** Waits for one digit. */
export interface Expectation {
  readonly digit: Promise<string>;
  cancel(): void;
}

/**
 * The keys a party has pressed and nobody has used yet. It listens from the start of the run, so that what is typed ahead is not lost. One key
 * press counts once, by whichever ways it arrived.
 */
export class DigitCollector {
  readonly #typedAhead: string[] = [];
  readonly #clock: Clock;
  readonly #onHeard: (digit: Digit) => void;
  readonly #unsubscribe: Unsubscribe;
  #expected: { accepts: (digit: string) => boolean; resolve: (digit: string) => void } | null = null;
  #last: { readonly digit: Digit; readonly at: number } | null = null;

  constructor(leg: Leg, clock: Clock, onHeard: (digit: Digit) => void) {
    this.#clock = clock;
    this.#onHeard = onHeard;
    this.#unsubscribe = leg.events.on('digit', (digit) => this.#hear(digit));
  }

  /** The oldest digit typed ahead, which is used up by it; null where there is none. */
  take(): string | null {
    return this.#typedAhead.shift() ?? null;
  }

  /** The next digit pressed from now on that `accepts` says yes to; others are kept. Cancel it when it is no longer waited for. */
  expect(accepts: (digit: string) => boolean): Expectation {
    const digit = new Promise<string>((resolve) => {
      this.#expected = { accepts, resolve };
    });
    const own = this.#expected;
    return {
      digit,
      cancel: () => {
        if (this.#expected === own) this.#expected = null;
      },
    };
  }

  /** As if it had been typed ahead of all others. */
  putBack(digit: string): void {
    this.#typedAhead.unshift(digit);
  }

  /** Forgets what was typed ahead. */
  clear(): void {
    this.#typedAhead.length = 0;
  }

  /** Listens no more. */
  close(): void {
    this.clear();
    this.#unsubscribe();
    this.#expected = null;
  }

  #hear(digit: Digit): void {
    if (this.#isSamePress(digit)) return;
    this.#last = { digit, at: this.#clock.monotonic() };
    this.#onHeard(digit);
    const expected = this.#expected;
    if (expected?.accepts(digit.digit) === true) {
      this.#expected = null;
      expected.resolve(digit.digit);
    } else if (this.#typedAhead.length < MAX_TYPED_AHEAD) {
      this.#typedAhead.push(digit.digit);
    }
  }

  #isSamePress(digit: Digit): boolean {
    const last = this.#last;
    if (last === null || last.digit.digit !== digit.digit || last.digit.method === digit.method) return false;
    const held = Math.max(last.digit.durationMs, digit.durationMs);
    return this.#clock.monotonic() - last.at < held + SAME_PRESS_MS;
  }
}
