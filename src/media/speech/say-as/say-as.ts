import { english } from './english.js';
import { german } from './german.js';
import type { Currency, DateParts, SayAsLanguage, Words } from './language.js';
import { readAlphanumeric, readDate, readDigits, readMoney, readNumber, readTime } from './read-value.js';

type Format = (language: SayAsLanguage, value: string) => Words | null;

/** Rules for what is put together of words, by language. */
export const SAY_AS_LANGUAGES: readonly SayAsLanguage[] = [english, german];

/** By interpretation and spoken format. */
const FORMATS: ReadonlyMap<string, Format> = new Map([
  ['Number/Cardinal', cardinal],
  ['Number/Ordinal', ordinal],
  ['Number/Digits', (_language: SayAsLanguage, value: string) => readDigits(value)],
  ['Date/Day Month Year', date({ weekday: false, day: true, year: true })],
  ['Date/Day Month', date({ weekday: false, day: true, year: false })],
  ['Date/Weekday Day Month', date({ weekday: true, day: true, year: false })],
  ['Date/Weekday Day Month Year', date({ weekday: true, day: true, year: true })],
  ['Date/Month Year', date({ weekday: false, day: false, year: true })],
  ['Time/12 Hour', time('12 Hour')],
  ['Time/24 Hour', time('24 Hour')],
  ['Currency/Pounds', money('Pounds')],
  ['Currency/Euros', money('Euros')],
  ['Currency/Dollars', money('Dollars')],
  ['Alphanumeric/Verbatim', spelt('letter')],
  ['Alphanumeric/Phonetic', spelt('phonetic')],
]);

/** What separates words for an engine: what is spelt has a pause after each. */
export function separatorOf(interpretAs: string, spokenFormat: string): string {
  return interpretAs === 'Alphanumeric' || spokenFormat === 'Digits' ? ', ' : ' ';
}

/**
 * A value as the words of a language, by the names of their prompts. Null where it cannot be read so, or there is no such interpretation or format.
 */
export function sayAs(language: SayAsLanguage, interpretAs: string, spokenFormat: string, value: string): Words | null {
  return FORMATS.get(`${interpretAs}/${spokenFormat}`)?.(language, value) ?? null;
}

/** The rules for a language, or for the same language of another country; null where there are none. */
export function rulesFor(tag: string): SayAsLanguage | null {
  const [wanted, primary] = [tag.toLowerCase(), tag.toLowerCase().split('-')[0]];
  return (
    SAY_AS_LANGUAGES.find((language) => language.tag.toLowerCase() === wanted) ??
    SAY_AS_LANGUAGES.find((language) => language.tag.split('-')[0] === primary) ??
    null
  );
}

function cardinal(language: SayAsLanguage, value: string): Words | null {
  const number = readNumber(value);
  if (number === null) return null;
  const decimals = number.decimals === '' ? [] : [language.point, ...number.decimals.split('')];
  return [...(number.negative ? [language.minus] : []), ...language.cardinal(number.whole), ...decimals];
}

function ordinal(language: SayAsLanguage, value: string): Words | null {
  const number = readNumber(value);
  return number === null || number.negative || number.decimals !== '' ? null : language.ordinal(number.whole);
}

function date(parts: DateParts): Format {
  return (language, value) => {
    const read = readDate(value);
    if (read === null || ((parts.year || parts.weekday) && read.year === null)) return null;
    return language.date(read, parts);
  };
}

function time(clock: '12 Hour' | '24 Hour'): Format {
  return (language, value) => {
    const read = readTime(value);
    return read === null ? null : language.time(read, clock);
  };
}

function money(currency: Currency): Format {
  return (language, value) => {
    const read = readMoney(value);
    return read === null ? null : language.money({ currency, ...read });
  };
}

function spelt(prefix: 'letter' | 'phonetic'): Format {
  return (_language, value) =>
    readAlphanumeric(value)?.map((character) => (/\d/.test(character) ? character : `${prefix}-${character.toLowerCase()}`)) ?? null;
}
