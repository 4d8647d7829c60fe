/**
 * Our own table of what a country's numbers can be, where the library is too strict or too loose: it calls numbers reserved for drama invalid, and
 * takes any nine or ten digits in the United Kingdom for possible. Patterns match the national significant number (no trunk prefix).
 *
 * United Kingdom: Ofcom, The National Telephone Numbering Plan. Drama: Ofcom, "Telephone numbers for use in TV and radio drama programmes"; they lie
 * inside the ranges 1, 2, 3, 7, 8 and 9 and so need no rows of their own.
 */
const RANGES: Readonly<Record<string, readonly RegExp[]>> = {
  '44': [/^1\d{8,9}$/, /^2\d{9}$/, /^3\d{9}$/, /^5[56]\d{8}$/, /^7\d{9}$/, /^8\d{9}$/, /^80\d{7}$/, /^(800|845)\d{4}$/, /^9[018]\d{8}$/],
};

/** Whether a number lies in the country's ranges; true for a country we have no table of. `callingCode`: "44". */
export function inRange(callingCode: string, nationalNumber: string): boolean {
  const ranges = RANGES[callingCode];
  return ranges === undefined || ranges.some((range) => range.test(nationalNumber));
}

/** Emergency numbers by country; 112 is one everywhere we may stand (and on any GSM network). */
const EMERGENCY: Readonly<Record<string, readonly string[]>> = {
  GB: ['999', '112', '18000'],
  IE: ['999', '112'],
  US: ['911', '112'],
  CA: ['911', '112'],
  AU: ['000', '112', '106'],
  NZ: ['111', '112'],
};

/** Emergency numbers as dialled in a country (ISO 3166, two letters). */
export function emergencyNumbers(country: string): readonly string[] {
  return EMERGENCY[country] ?? ['112'];
}
