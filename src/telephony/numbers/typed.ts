import { getCountryCallingCode } from 'libphonenumber-js/max';

import type { Address } from '../address.js';
import { completeDelivered } from './delivered.js';
import { DEFAULT_COUNTRY, knownCountry, readNumber, splitE164 } from './parse.js';

/** A number as ISDN has it: digits and their type (Q.931 §4.5.10). `other`: network specific, subscriber, abbreviated. */
export interface TypedNumber {
  readonly digits: string;
  readonly type: 'unknown' | 'international' | 'national' | 'other';
}

/** An E.164 number for a line of `country`: the national significant number within it, the international one elsewhere; neither with a prefix. */
export function asTypedNumber(e164: string, country: string = DEFAULT_COUNTRY): TypedNumber {
  const digits = e164.replaceAll(/\D/g, '');
  const number = splitE164(e164);
  const own = getCountryCallingCode(knownCountry(country));
  if (number === null || number.countryCallingCode !== own) return { digits, type: 'international' };
  return { digits: digits.slice(own.length), type: 'national' };
}

/** A called number as it was delivered, completed to E.164. `ddiPrefix` goes before what is neither national nor international. */
export function completeTyped({ digits, type }: TypedNumber, ddiPrefix: string, country: string = DEFAULT_COUNTRY): Address | null {
  const e164 = whole(digits, type, country);
  return e164 === null ? completeDelivered(digits, ddiPrefix, country) : { kind: 'number', e164 };
}

/** A calling number as it was delivered: E.164 where it can be read, else as it came; undefined where there was none. */
export function readTypedNumber({ digits, type }: TypedNumber, country: string = DEFAULT_COUNTRY): string | undefined {
  return digits === '' ? undefined : (whole(digits, type, country) ?? readNumber(digits, country) ?? digits);
}

function whole(digits: string, type: TypedNumber['type'], country: string): string | null {
  if (type === 'international') return readNumber(`+${digits}`, country);
  if (type === 'national') return readNumber(`+${getCountryCallingCode(knownCountry(country))}${digits}`, country);
  return null;
}
