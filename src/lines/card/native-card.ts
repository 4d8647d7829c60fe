import type { Native } from '../../core/index.js';
import type { CardPort, ChannelPresent, EchoCanceller, SpanAlarm, SpanState } from '../../telephony/index.js';

const ALARMS: readonly SpanAlarm[] = ['red', 'yellow', 'blue', 'loopback', 'removed'];

/** The add-on's card as telephony sees it. */
export class NativeCard implements CardPort {
  readonly #native: Native;

  constructor(native: Native) {
    this.#native = native;
  }

  spans(): readonly SpanState[] {
    return this.#native.engine.cardSpans().flatMap((span) => {
      const status = this.#native.engine.cardSpanStatus(span.span);
      return status === undefined ? [] : [{ ...span, ...status, alarms: alarmsOf(status.alarms) }];
    });
  }

  channel(channel: number): ChannelPresent | null {
    return this.#native.engine.cardChannelState(channel) ?? null;
  }

  echoCanceller(channel: number): EchoCanceller {
    return this.#native.engine.cardEchoBy(channel);
  }
}

function alarmsOf(names: string): readonly SpanAlarm[] {
  const set = new Set(names.split(' '));
  return ALARMS.filter((alarm) => set.has(alarm));
}
