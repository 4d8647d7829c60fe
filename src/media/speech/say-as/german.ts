import { ALPHABET, lettered, numbered, weekdayOf, type Currency, type SayAsLanguage, type SpokenMoney, type Words } from './language.js';

const TO_NINETEEN =
  'null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn'.split(' ');
const TENS = 'zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig'.split(' ');
const IRREGULAR_ORDINALS: Readonly<Record<number, string>> = { 1: 'erste', 3: 'dritte', 7: 'siebte', 8: 'achte' };
const MONTHS = 'Januar Februar März April Mai Juni Juli August September Oktober November Dezember'.split(' ');
const WEEKDAYS = 'Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag'.split(' ');
/** DIN 5009:2022-06. */
const PHONETIC =
  'Aachen Berlin Chemnitz Düsseldorf Essen Frankfurt Goslar Hamburg Ingelheim Jena Köln Leipzig München Nürnberg Offenbach Potsdam Quickborn Rostock Salzwedel Tübingen Unna Völklingen Wuppertal Xanten Ypsilon Zwickau'.split(
    ' ',
  );

/** The major unit, then one and many of the minor one. */
const UNITS: Readonly<Record<Currency, readonly [string, string, string]>> = {
  Pounds: ['pfund', 'penny', 'pence'],
  Euros: ['euro', 'cent', 'cent'],
  Dollars: ['dollar', 'cent', 'cent'],
};

/** German says units before tens in one word, so that each number to 99 is a prompt of its own. */
function upTo99(value: number): string {
  const [tens, unit] = [TENS[Math.floor(value / 10) - 2] ?? '', value % 10];
  if (value < 20) return TO_NINETEEN[value] ?? '';
  return unit === 0 ? tens : `${unit === 1 ? 'ein' : (TO_NINETEEN[unit] ?? '')}und${tens}`;
}

function ordinalUpTo99(value: number): string {
  return IRREGULAR_ORDINALS[value] ?? `${upTo99(value)}${value < 20 ? 'te' : 'ste'}`;
}

const TWO_DIGITS = Array.from({ length: 100 }, (_, value) => value);

export const german: SayAsLanguage = {
  tag: 'de-DE',
  words: {
    ...Object.fromEntries(TWO_DIGITS.map((value) => [String(value), upTo99(value)])),
    ...Object.fromEntries(TWO_DIGITS.map((value) => [`ordinal-${value}`, ordinalUpTo99(value)])),
    ein: 'ein',
    eine: 'eine',
    hundert: 'hundert',
    tausend: 'tausend',
    million: 'Million',
    millionen: 'Millionen',
    milliarde: 'Milliarde',
    milliarden: 'Milliarden',
    'ordinal-hundert': 'hundertste',
    'ordinal-tausend': 'tausendste',
    'ordinal-million': 'millionste',
    'ordinal-millionen': 'millionste',
    'ordinal-milliarde': 'milliardste',
    'ordinal-milliarden': 'milliardste',
    der: 'der',
    uhr: 'Uhr',
    morgens: 'morgens',
    mittags: 'mittags',
    nachmittags: 'nachmittags',
    abends: 'abends',
    nachts: 'nachts',
    pfund: 'Pfund',
    penny: 'Penny',
    pence: 'Pence',
    euro: 'Euro',
    cent: 'Cent',
    dollar: 'Dollar',
    minus: 'minus',
    komma: 'Komma',
    ...numbered('weekday', WEEKDAYS),
    ...numbered('month', MONTHS),
    ...lettered('letter', ALPHABET),
    ...lettered('phonetic', PHONETIC),
  },
  cardinal: (value) => cardinal(value, '1'),
  ordinal: (value) => {
    const words = cardinal(value, '1');
    return [...words.slice(0, -1), `ordinal-${words.at(-1) ?? ''}`];
  },
  date: (date, parts) => [
    ...(parts.weekday ? [`weekday-${weekdayOf(date)}`] : []),
    ...(parts.day ? ['der', `ordinal-${date.day}`] : []),
    `month-${date.month}`,
    ...(parts.year ? year(date.year ?? 0) : []),
  ],
  time: ({ hour, minute }, clock) => {
    const spoken = clock === '24 Hour' ? hour : hour % 12 === 0 ? 12 : hour % 12;
    return [...cardinal(spoken, 'ein'), 'uhr', ...(minute === 0 ? [] : [String(minute)]), ...(clock === '24 Hour' ? [] : [partOfDay(hour)])];
  },
  money,
  minus: 'minus',
  point: 'komma',
};

/** `one`: how a 1 at the end is said, alone ("eins") or before a noun ("ein", "eine"). */
function cardinal(value: number, one: string): Words {
  if (value === 0) return ['0'];
  const billions = Math.floor(value / 1_000_000_000);
  const millions = Math.floor(value / 1_000_000) % 1000;
  const thousands = Math.floor(value / 1000) % 1000;
  return [
    ...(billions === 0 ? [] : [...belowThousand(billions, 'eine'), billions === 1 ? 'milliarde' : 'milliarden']),
    ...(millions === 0 ? [] : [...belowThousand(millions, 'eine'), millions === 1 ? 'million' : 'millionen']),
    ...(thousands === 0 ? [] : [...belowThousand(thousands, 'ein'), 'tausend']),
    ...belowThousand(value % 1000, one),
  ];
}

/** Nothing for 0. */
function belowThousand(value: number, one: string): Words {
  const [hundreds, rest] = [Math.floor(value / 100), value % 100];
  const restWords = rest === 0 ? [] : [rest === 1 ? one : String(rest)];
  return hundreds === 0 ? restWords : [hundreds === 1 ? 'ein' : String(hundreds), 'hundert', ...restWords];
}

/** From 1100 to 1999 in hundreds ("neunzehnhundertvierundachtzig"). */
function year(value: number): Words {
  if (value < 1100 || value > 1999) return cardinal(value, '1');
  return [String(Math.floor(value / 100)), 'hundert', ...(value % 100 === 0 ? [] : [String(value % 100)])];
}

function partOfDay(hour: number): string {
  if (hour < 5) return 'nachts';
  if (hour < 11) return 'morgens';
  if (hour < 14) return 'mittags';
  return hour < 18 ? 'nachmittags' : 'abends';
}

/** "zwölf Euro fünfzig": the minor unit is named only where it stands alone. */
function money({ currency, negative, major, minor }: SpokenMoney): Words {
  const [unit, minorOne, minorMany] = UNITS[currency];
  const majors = [...cardinal(major, 'ein'), unit];
  const minors = minor === 1 ? ['ein', minorOne] : [String(minor), minorMany];
  const amount = major === 0 && minor > 0 ? minors : [...majors, ...(minor === 0 ? [] : [String(minor)])];
  return negative ? ['minus', ...amount] : amount;
}
