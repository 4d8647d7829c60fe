import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { english } from './english.js';
import { german } from './german.js';
import { LIMIT, type SayAsLanguage } from './language.js';
import { rulesFor, sayAs } from './say-as.js';

/** What is heard, in words; null: cannot be read. */
function heard(language: SayAsLanguage, interpretAs: string, spokenFormat: string, value: string): string | null {
  const words = sayAs(language, interpretAs, spokenFormat, value);
  return words?.map((word) => language.words[word] ?? `?${word}?`).join(' ') ?? null;
}

describe('in British English', () => {
  it.each([
    ['Cardinal', '0', 'zero'],
    ['Cardinal', '13', 'thirteen'],
    ['Cardinal', '40', 'forty'],
    ['Cardinal', '99', 'ninety nine'],
    ['Cardinal', '100', 'one hundred'],
    ['Cardinal', '101', 'one hundred and one'],
    ['Cardinal', '342', 'three hundred and forty two'],
    ['Cardinal', '1,000', 'one thousand'],
    ['Cardinal', '1001', 'one thousand and one'],
    ['Cardinal', '1100', 'one thousand one hundred'],
    ['Cardinal', '12 345', 'twelve thousand three hundred and forty five'],
    ['Cardinal', '100000', 'one hundred thousand'],
    ['Cardinal', '1000020', 'one million and twenty'],
    ['Cardinal', '2003004005', 'two billion three million four thousand and five'],
    ['Cardinal', '-3.14', 'minus three point one four'],
    ['Cardinal', '007', 'seven'],
    ['Cardinal', '12,5', null],
    ['Cardinal', '1,000,000', 'one million'],
    ['Cardinal', '1-2', null],
    ['Cardinal', '1.2.3', null],
    ['Cardinal', 'none', null],
    ['Cardinal', '', null],
    ['Cardinal', '1000000000000', null],
    ['Ordinal', '1', 'first'],
    ['Ordinal', '12', 'twelfth'],
    ['Ordinal', '20', 'twentieth'],
    ['Ordinal', '21st', 'twenty first'],
    ['Ordinal', '100', 'one hundredth'],
    ['Ordinal', '103', 'one hundred and third'],
    ['Ordinal', '5000', 'five thousandth'],
    ['Ordinal', '-1', null],
    ['Ordinal', '1.5', null],
    ['Digits', '007 40', 'zero zero seven four zero'],
    ['Digits', 'x', null],
  ])('a number (%s) %s is "%s"', (format, value, words) => {
    expect(heard(english, 'Number', format, value)).toBe(words);
  });

  it.each([
    ['Day Month Year', '1/12/2026', 'the first of December twenty twenty six'],
    ['Day Month Year', '01122026', 'the first of December twenty twenty six'],
    ['Day Month Year', '011226', 'the first of December twenty twenty six'],
    ['Day Month Year', '2026-12-01', 'the first of December twenty twenty six'],
    ['Day Month Year', '31.01.05', 'the thirty first of January two thousand and five'],
    ['Day Month Year', '5-6-1984', 'the fifth of June nineteen eighty four'],
    ['Day Month Year', '5-6-1905', 'the fifth of June nineteen oh five'],
    ['Day Month Year', '5-6-1900', 'the fifth of June nineteen hundred'],
    ['Day Month Year', '5-6-2000', 'the fifth of June two thousand'],
    ['Day Month Year', '29/2/2028', 'the twenty ninth of February twenty twenty eight'],
    ['Day Month Year', '29/2/2027', null],
    ['Day Month Year', '31/4/2026', null],
    ['Day Month Year', '12/13/2026', null],
    ['Day Month Year', '0/1/2026', null],
    ['Day Month Year', '1/0/2026', null],
    ['Day Month Year', '1/12', null],
    ['Day Month Year', 'tomorrow', null],
    ['Day Month', '1/12', 'the first of December'],
    ['Day Month', '29/2', 'the twenty ninth of February'],
    ['Weekday Day Month', '1/12/2026', 'Tuesday the first of December'],
    ['Weekday Day Month', '1/12', null],
    ['Weekday Day Month Year', '29/11/2026', 'Sunday the twenty ninth of November twenty twenty six'],
    ['Month Year', '1/12/2026', 'December twenty twenty six'],
  ])('a date (%s) %s is "%s"', (format, value, words) => {
    expect(heard(english, 'Date', format, value)).toBe(words);
  });

  it.each([
    ['12 Hour', '09:05', 'nine oh five a.m.'],
    ['12 Hour', '0905', 'nine oh five a.m.'],
    ['12 Hour', '9', 'nine a.m.'],
    ['12 Hour', '21.30', 'nine thirty p.m.'],
    ['12 Hour', '9.45 p.m.', 'nine forty five p.m.'],
    ['12 Hour', '12am', 'midnight'],
    ['12 Hour', '12:00', 'midday'],
    ['12 Hour', '12:01', 'twelve oh one p.m.'],
    ['12 Hour', '00:15:59', 'twelve fifteen a.m.'],
    ['24 Hour', '9pm', 'twenty one hundred hours'],
    ['24 Hour', '09:05', 'zero nine zero five'],
    ['24 Hour', '0:00', 'zero hundred hours'],
    ['24 Hour', '00:30', 'zero zero thirty'],
    ['24 Hour', '24:00', null],
    ['24 Hour', '12:60', null],
    ['24 Hour', '13pm', null],
    ['24 Hour', '0am', null],
    ['24 Hour', '12345', null],
    ['24 Hour', '', null],
  ])('a time (%s) %s is "%s"', (format, value, words) => {
    expect(heard(english, 'Time', format, value)).toBe(words);
  });

  it.each([
    ['Pounds', '£1,234.50', 'one thousand two hundred and thirty four pounds and fifty pence'],
    ['Pounds', '1', 'one pound'],
    ['Pounds', '0.01', 'one penny'],
    ['Pounds', '.5', 'fifty pence'],
    ['Pounds', '-2.02', 'minus two pounds and two pence'],
    ['Pounds', '0', 'zero pounds'],
    ['Pounds', '1.234', null],
    ['Pounds', '12,50', null],
    ['Pounds', '£', null],
    ['Euros', '1.01', 'one euro and one cent'],
    ['Dollars', '$20', 'twenty dollars'],
  ])('money (%s) %s is "%s"', (format, value, words) => {
    expect(heard(english, 'Currency', format, value)).toBe(words);
  });

  it.each([
    ['Verbatim', 'ab 12-c', 'A B one two C'],
    ['Phonetic', 'ab12', 'Alpha Bravo one two'],
    ['Verbatim', 'É', 'E'],
    ['Verbatim', '???', null],
  ])('letters and digits (%s) of %s are "%s"', (format, value, words) => {
    expect(heard(english, 'Alphanumeric', format, value)).toBe(words);
  });
});

describe('in German', () => {
  it.each([
    ['Number', 'Cardinal', '1', 'eins'],
    ['Number', 'Cardinal', '21', 'einundzwanzig'],
    ['Number', 'Cardinal', '101', 'ein hundert eins'],
    ['Number', 'Cardinal', '1234', 'ein tausend zwei hundert vierunddreißig'],
    ['Number', 'Cardinal', '1001000', 'eine Million ein tausend'],
    ['Number', 'Cardinal', '2001000001', 'zwei Milliarden eine Million eins'],
    ['Number', 'Cardinal', '-2.5', 'minus zwei Komma fünf'],
    ['Number', 'Ordinal', '3', 'dritte'],
    ['Number', 'Ordinal', '101', 'ein hundert erste'],
    ['Number', 'Ordinal', '1000', 'ein tausendste'],
    ['Date', 'Weekday Day Month Year', '1.12.2026', 'Dienstag der erste Dezember zwei tausend sechsundzwanzig'],
    ['Date', 'Day Month Year', '3.10.1990', 'der dritte Oktober neunzehn hundert neunzig'],
    ['Time', '24 Hour', '21:05', 'einundzwanzig Uhr fünf'],
    ['Time', '12 Hour', '13:00', 'ein Uhr mittags'],
    ['Time', '12 Hour', '0:30', 'zwölf Uhr dreißig nachts'],
    ['Currency', 'Euros', '12.50 €', 'zwölf Euro fünfzig'],
    ['Currency', 'Euros', '1', 'ein Euro'],
    ['Currency', 'Pounds', '0.01', 'ein Penny'],
    ['Alphanumeric', 'Phonetic', 'k9', 'Köln neun'],
  ])('%s (%s) %s is "%s"', (interpretAs, format, value, words) => {
    expect(heard(german, interpretAs, format, value)).toBe(words);
  });
});

describe.each([english, german])('the words of $tag', (language) => {
  const unknown = (words: readonly string[]) => words.filter((word) => language.words[word] === undefined);

  it('are all those that its rules use', () => {
    const number = fc.integer({ min: 0, max: LIMIT - 1 });
    const small = fc.integer({ min: 0, max: 100_000 });
    const currency = fc.constantFrom('Pounds', 'Euros', 'Dollars');
    const property = fc.property(number, small, currency, fc.integer({ min: 0, max: 99 }), fc.boolean(), (large, whole, unit, minor, negative) => {
      for (const value of [large, whole]) {
        expect(unknown([...language.cardinal(value), ...language.ordinal(value)])).toEqual([]);
        expect(unknown(language.money({ currency: unit, negative, major: value, minor }))).toEqual([]);
      }
    });
    fc.assert(property, { seed: 20_261, numRuns: 2000 });
    for (let minute = 0; minute < 1440; minute += 1) {
      const time = { hour: Math.floor(minute / 60), minute: minute % 60 };
      expect(unknown([...language.time(time, '12 Hour'), ...language.time(time, '24 Hour')])).toEqual([]);
    }
    const parts = { weekday: true, day: true, year: true };
    for (let year = 100; year <= 9999; year += 1)
      expect(unknown(language.date({ year, month: (year % 12) + 1, day: (year % 28) + 1 }, parts))).toEqual([]);
    expect(unknown([language.minus, language.point])).toEqual([]);
  });

  it('say different numbers, times and dates differently', () => {
    const texts = Array.from({ length: 12_000 }, (_, value) =>
      language
        .cardinal(value)
        .map((word) => language.words[word])
        .join(' '),
    );
    expect(new Set(texts).size).toBe(texts.length);
    const ordinals = Array.from({ length: 2000 }, (_, value) =>
      language
        .ordinal(value)
        .map((word) => language.words[word])
        .join(' '),
    );
    expect(new Set(ordinals).size).toBe(ordinals.length);
    const times = Array.from({ length: 1440 }, (_, at) => language.time({ hour: Math.floor(at / 60), minute: at % 60 }, '12 Hour').join(' '));
    expect(new Set(times).size).toBe(1440);
  });

  it('can be slugs of audio files', () => {
    for (const word of Object.keys(language.words)) {
      const slug = `say-${language.tag.toLowerCase()}-female-${word}`;
      expect(slug).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
      expect(slug.length).toBeLessThanOrEqual(64);
    }
  });
});

describe('any value', () => {
  it('is read or not, and never fails', () => {
    const kinds = fc.constantFrom(
      ...['Cardinal', 'Ordinal', 'Digits'].map((format) => ['Number', format] as const),
      ...['Day Month Year', 'Weekday Day Month', 'Month Year'].map((format) => ['Date', format] as const),
      ['Time', '12 Hour'] as const,
      ['Currency', 'Euros'] as const,
      ['Alphanumeric', 'Phonetic'] as const,
      ['constructor', 'name'] as const,
    );
    const text = fc.oneof(fc.string({ maxLength: 32 }), fc.stringMatching(/^[-0-9./:apm ]{0,32}$/));
    const unknown: string[] = [];
    const property = fc.property(kinds, text, ([interpretAs, format], value) => {
      unknown.push(...(sayAs(english, interpretAs, format, value) ?? []).filter((word) => english.words[word] === undefined));
    });
    fc.assert(property, { seed: 20_262, numRuns: 5000 });
    expect(unknown).toEqual([]);
  });
});

describe('the rules for a language', () => {
  it.each([
    ['en-GB', 'en-GB'],
    ['EN-us', 'en-GB'],
    ['de', 'de-DE'],
    ['fr-FR', null],
    ['', null],
  ])('%s are those of %s', (tag, found) => {
    expect(rulesFor(tag)?.tag ?? null).toBe(found);
  });
});
