import type { IsdnFaults, SpanStatus } from '../../../native/addon/addon.js';
import { type SpanFaults, formatNational, readNumber } from '../../telephony/index.js';

/** Alarms and counters with what they leave out: none. */
export function nativeSpanStatus({ alarms, dChannel: _dChannel, exchange: _exchange, ...counters }: SpanFaults): SpanStatus {
  return {
    slips: 0,
    bipolarViolations: 0,
    crcErrors: 0,
    framingErrors: 0,
    missedInterrupts: 0,
    ...counters,
    alarms: (alarms ?? []).join(' '),
  };
}

/** The same for what only ISDN has. Numbers are the exchange's: national. */
export function nativeIsdnFaults({ dChannel = {}, exchange = {} }: SpanFaults, country: string): IsdnFaults {
  const { lossPercent = 0, delayMs = 0, cut = false, refuseTei = false } = dChannel;
  const { refuseWith = 0, refusals = [], wrongCause = 0, lateConnectMs = 0 } = exchange;
  return {
    dChannel: { loss: lossPercent / 100, delayMs, cut, refuseTei },
    exchange: {
      refuseWith,
      refusals: refusals.map(({ number, cause }) => ({ number: asSubscriber(number, country), cause })),
      wrongCause,
      lateConnectMs,
    },
  };
}

/** A number as subscribers of the exchange have theirs; what is no whole number is what it is: a service's, or what a telephone dials wrong. */
function asSubscriber(number: string, country: string): string {
  const e164 = readNumber(number, country);
  return e164 === null ? number.replace('+', '') : formatNational(e164, country);
}
