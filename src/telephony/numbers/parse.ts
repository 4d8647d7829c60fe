import { type CountryCode, type PhoneNumber, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/max';

import { BranchlineError } from '../../core/index.js';
import type { Address } from '../address.js';
import { telephonyErrors } from '../errors.js';
import { emergencyNumbers, inRange } from './ranges.js';

/** Where an account names no country. */
export const DEFAULT_COUNTRY = 'GB';

const NUMBER = /^\+?[\d ().\-/]+$/;
const EXTENSION = /^\d{1,8}$/;
/** RFC 3261 §25: user with unreserved, user-unreserved and escaped characters; host a name, an IPv4 address or an IPv6 reference; a port; parameters. */
const SIP_URI =
  /^sips?:(?:(?:[A-Za-z0-9\-_.!~*'()&=+$,;?/]|%[0-9A-Fa-f]{2}){1,128}@)?(?:[A-Za-z0-9](?:[A-Za-z0-9\-.]{0,253}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?(?:;[A-Za-z0-9\-_.!~*'()=%+]{1,128})*$/i;
/** What address books paste along with a number: direction marks and zero-width characters. */
const INVISIBLE = /[\u200B-\u200F\u202A-\u202E\u2060\u2066-\u2069\uFEFF]/g;
/** Spaces and dashes that are not those of a keyboard. */
const FANCY_SPACE = /[\u00A0\u2000-\u200A\u202F\u3000]/g;
const FANCY_DASH = /[\u2010-\u2015\u2212]/g;

/**
 * Reads what a person or a program wrote as a party's address (DESIGN.md §6.7): a number in E.164 ("+441632960200") or in the national form of `country`
 * ("01632 960200"), an extension ("ext:201") or a SIP address ("sip:anna@example.com"). Throws `addressInvalid`, or `emergencyNumber` for one
 * that no program may dial; the message says what to change.
 */
export function parseAddress(text: string, country: string = DEFAULT_COUNTRY): Address {
  const cleaned = clean(text);
  if (cleaned === '') throw invalid(text, 'An address is empty: give a number such as "+441632960200", "ext:201" or "sip:anna@example.com".');
  if (/^ext:/i.test(cleaned)) return parseExtension(text, cleaned.slice(4).trim(), country);
  if (/^sips?:/i.test(cleaned)) return parseSip(text, cleaned, country);
  return { kind: 'number', e164: parseNumber(text, cleaned, country) };
}

/** A number that must be one (service numbers, presentation numbers): E.164. Throws as `parseAddress`. */
export function parseE164(text: string, country: string = DEFAULT_COUNTRY): string {
  const address = parseAddress(text, country);
  if (address.kind !== 'number') throw invalid(text, `"${text}" is not a telephone number: give one such as "+441632960200".`);
  return address.e164;
}

/** The number in E.164, or null where the text is none: for what lines deliver, which nobody can be asked to write better. */
export function readNumber(text: string, country: string = DEFAULT_COUNTRY): string | null {
  const cleaned = clean(text);
  return NUMBER.test(cleaned) ? (possible(cleaned, country)?.number ?? null) : null;
}

/** Whether an address, or digits as dialled in `country`, reaches an emergency service. */
export function isEmergency(address: Address | string, country: string = DEFAULT_COUNTRY): boolean {
  return emergencyNumbers(country).includes(dialled(address));
}

/** The calling code's country and national number of an E.164 number; null where it is none. */
export function splitE164(e164: string): PhoneNumber | null {
  return parsePhoneNumberFromString(e164) ?? null;
}

/** `country` where the library knows it, else the default: a wrong setting must not stop calls. */
export function knownCountry(country: string): CountryCode {
  return isSupportedCountry(country) ? country : DEFAULT_COUNTRY;
}

function clean(text: string): string {
  return text.replaceAll(INVISIBLE, '').replaceAll(FANCY_SPACE, ' ').replaceAll(FANCY_DASH, '-').trim();
}

function dialled(address: Address | string): string {
  if (typeof address === 'string') return clean(address).replaceAll(/[^\d+*#]/g, '');
  switch (address.kind) {
    case 'number':
      return address.e164;
    case 'extension':
      return address.extension;
    case 'sip':
      return /^sips?:([^@;]*)@/i.exec(address.uri)?.[1] ?? '';
  }
}

function parseNumber(text: string, cleaned: string, country: string): string {
  if (isEmergency(cleaned, country)) throw emergency(text);
  if (!NUMBER.test(cleaned)) {
    throw invalid(
      text,
      `"${text}" is not a telephone number: only digits, spaces and + ( ) . - / may stand in one; for others write "ext:201" or "sip:…".`,
    );
  }
  const number = possible(cleaned, country);
  if (number === null) {
    throw invalid(
      text,
      `"${text}" is no number that can be dialled: it is too short, too long or outside the numbering plan. Give it in full, as "+441632960200" or in the national form of ${country}.`,
    );
  }
  return number.number;
}

function possible(cleaned: string, country: string): PhoneNumber | null {
  const number = parsePhoneNumberFromString(cleaned, { defaultCountry: knownCountry(country), extract: false });
  if (number === undefined || !number.isPossible() || number.ext !== undefined) return null;
  return inRange(number.countryCallingCode, number.nationalNumber) ? number : null;
}

function parseExtension(text: string, extension: string, country: string): Address {
  if (!EXTENSION.test(extension)) throw invalid(text, `"${text}" is not an extension: write "ext:" and one to eight digits, as "ext:201".`);
  const address: Address = { kind: 'extension', extension };
  if (isEmergency(address, country)) throw emergency(text);
  return address;
}

function parseSip(text: string, uri: string, country: string): Address {
  const port = /:(\d+)(?:;|$)/.exec(uri.slice(uri.indexOf('@') + 1))?.[1];
  if (!SIP_URI.test(uri) || (port !== undefined && (Number(port) < 1 || Number(port) > 65_535))) {
    throw invalid(text, `"${text}" is not a SIP address: write it as "sip:anna@example.com" or "sip:anna@192.0.2.7:5070".`);
  }
  const address: Address = { kind: 'sip', uri: uri.replace(/^sips?:/i, (scheme) => scheme.toLowerCase()) };
  if (isEmergency(address, country)) throw emergency(text);
  return address;
}

function invalid(address: string, message: string): BranchlineError {
  return new BranchlineError(telephonyErrors.addressInvalid, message, { context: { address } });
}

function emergency(address: string): BranchlineError {
  return new BranchlineError(telephonyErrors.emergencyNumber, `"${address}" is an emergency number, which only a person at an extension may dial.`, {
    context: { address },
  });
}
