import { getCountryCallingCode } from 'libphonenumber-js/max';

import { formatNational } from './format.js';
import { DEFAULT_COUNTRY, knownCountry } from './parse.js';

/** How numbers are dialled in a country. */
export interface DialPlan {
  /** E.164 country code. */
  readonly countryCode: string;
  /** Before a country code: "00". */
  readonly internationalPrefix: string;
}

/** Two numbers kept for drama, of which one is foreign anywhere. */
const BRITISH = '441632960200';
const AMERICAN = '12125550100';

export function dialPlanOf(country: string = DEFAULT_COUNTRY): DialPlan {
  const countryCode = getCountryCallingCode(knownCountry(country));
  const foreign = countryCode === '44' ? AMERICAN : BRITISH;
  return { countryCode, internationalPrefix: formatNational(`+${foreign}`, country).slice(0, -foreign.length) };
}
