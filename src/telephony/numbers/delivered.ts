import type { Address } from '../address.js';
import { DEFAULT_COUNTRY, readNumber } from './parse.js';

/**
 * The called number as a line delivered it, completed to E.164: `ddiPrefix` goes before what comes without one ("+441632960" and "100"), and a
 * national form is read by `country`. Null where that makes no number.
 */
export function completeDelivered(delivered: string, ddiPrefix: string, country: string = DEFAULT_COUNTRY): Address | null {
  const e164 =
    (ddiPrefix !== '' && !delivered.startsWith('+') ? readNumber(`${ddiPrefix}${delivered}`, country) : null) ?? readNumber(delivered, country);
  return e164 === null ? null : { kind: 'number', e164 };
}

/** A calling number as a line delivered it: E.164 where it can be read, else as it came; undefined where there was none. */
export function readCallingNumber(delivered: string, country: string = DEFAULT_COUNTRY): string | undefined {
  return delivered === '' ? undefined : (readNumber(delivered, country) ?? delivered);
}
