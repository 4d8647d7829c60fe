import type { NativeEvent } from '../../../native/addon/addon.js';
import type { Native } from '../../core/index.js';
import type { LineMaintenance, LineState, LineTestKind, LineTestResult } from '../../telephony/index.js';

/** The B-channels that are tested. */
export interface TestedBearers {
  lines(): readonly LineState[];
  /** Calls avoid a channel that is under test. */
  setUnderTest(channel: number, underTest: boolean): void;
}

type Ended<Type extends NativeEvent['type']> = Extract<NativeEvent, { readonly type: Type }>;
type BitErrorTestEnded = Ended<'bitErrorTestEnded'>;
type LoopbackTestEnded = Ended<'loopbackTestEnded'>;

const WRONG_STATE = 4;

/** Loopback and bit error tests of B-channels, which the add-on carries out. */
export class BearerLineTests implements LineMaintenance {
  readonly #native: Native;
  readonly #bearers: TestedBearers;

  constructor(native: Native, bearers: TestedBearers) {
    this.#native = native;
    this.#bearers = bearers;
  }

  testsOf(channel: number): readonly LineTestKind[] {
    return this.#bearers.lines().some((line) => line.channel === channel) ? ['loopback', 'bitError'] : [];
  }

  run(channel: number, kind: LineTestKind, seconds: number, signal: AbortSignal): Promise<LineTestResult> {
    return kind === 'loopback' ? this.#loopback(channel, signal) : this.#bitErrors(channel, seconds, signal);
  }

  async #loopback(channel: number, signal: AbortSignal): Promise<LineTestResult> {
    const ended = await this.#end('loopbackTestEnded', channel, signal, () => this.#native.engine.isdnStartLoopbackTest(channel));
    return typeof ended === 'number' ? notStarted(ended) : loopbackResult(ended);
  }

  async #bitErrors(channel: number, seconds: number, signal: AbortSignal): Promise<LineTestResult> {
    const ended = await this.#end('bitErrorTestEnded', channel, signal, () => this.#native.engine.isdnStartBitErrorTest(channel, seconds));
    return typeof ended === 'number' ? notStarted(ended) : bitErrorResult(ended);
  }

  /** How a test ended, or the status that it could not be started with. The add-on tells the end of each that it started. */
  #end<Type extends BitErrorTestEnded['type'] | LoopbackTestEnded['type']>(
    type: Type,
    channel: number,
    signal: AbortSignal,
    start: () => number,
  ): Promise<Ended<Type> | number> {
    let tell: (outcome: Ended<Type> | number) => void = () => undefined;
    const outcome = new Promise<Ended<Type> | number>((resolve) => (tell = resolve));
    const off = this.#native.events.on(type, (event) => event.channel === channel && tell(event));
    const stop = (): void => void this.#native.engine.isdnStopTest(channel);
    signal.addEventListener('abort', stop, { once: true });
    const status = start();
    if (status === 0) this.#bearers.setUnderTest(channel, true);
    else tell(status);
    if (signal.aborted) stop();
    return outcome.finally(() => {
      if (status === 0) this.#bearers.setUnderTest(channel, false);
      signal.removeEventListener('abort', stop);
      off();
    });
  }
}

function loopbackResult({ end, returned, delayMs, levelDbm0, likeness }: LoopbackTestEnded): LineTestResult {
  if (end !== 'done') return failed(whyEnded(end), { returned: false });
  if (!returned) return failed('nothing of what was sent came back within a second: no loop', { returned, likeness });
  const words = `what was sent came back after ${delayMs.toFixed(1)} ms at ${levelDbm0.toFixed(1)} dBm0`;
  return { passed: true, words, figures: { returned, delayMs, levelDbm0, likeness } };
}

function bitErrorResult({ end, synchronised, seconds, bits, errors, erroredSeconds, syncLosses }: BitErrorTestEnded): LineTestResult {
  const errorRatio = bits === 0 ? 0 : errors / bits;
  const figures = { synchronised, seconds, bits, errors, errorRatio, erroredSeconds, syncLosses };
  if (end !== 'done') return failed(`${whyEnded(end)} after ${seconds} s`, figures);
  if (!synchronised) return failed('the pattern did not come back: loop the channel at its far end, and try again', figures);
  const words =
    `${errors} of ${bits} bits wrong (${errorRatio.toExponential(1)}), ${erroredSeconds} of ${seconds} seconds errored, ` +
    `synchronisation lost ${syncLosses} times`;
  return { passed: errors === 0 && syncLosses === 0, words, figures };
}

function whyEnded(end: 'stopped' | 'removed'): string {
  return end === 'removed' ? 'the card was removed' : 'stopped';
}

function notStarted(status: number): LineTestResult {
  return failed(status === WRONG_STATE ? 'the line was taken by a call meanwhile' : 'the line cannot be used now');
}

function failed(words: string, figures: LineTestResult['figures'] = {}): LineTestResult {
  return { passed: false, words, figures };
}
