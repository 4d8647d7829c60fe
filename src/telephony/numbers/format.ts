import { type Address, formatAddress } from '../address.js';
import { DEFAULT_COUNTRY, knownCountry, splitE164 } from './parse.js';

/**
 * The digits to key on a line of `country` for an E.164 number: the national form with its trunk prefix ("01632960200"), or the country's
 * international prefix and the number ("0012125550100").
 */
export function formatNational(e164: string, country: string = DEFAULT_COUNTRY): string {
  const digits = (text: string): string => text.replaceAll(/\D/g, '');
  const number = splitE164(e164);
  if (number === null) return digits(e164);
  return digits(number.format('IDD', { fromCountry: knownCountry(country) }));
}

/** An address as people read it: "+44 1632 960200", "extension 201", "anna@example.com". */
export function numberText(address: Address): string {
  switch (address.kind) {
    case 'number':
      return splitE164(address.e164)?.formatInternational() ?? address.e164;
    case 'extension':
      return `extension ${address.extension}`;
    case 'sip':
      return formatAddress(address).replace(/^sips?:/, '');
  }
}
