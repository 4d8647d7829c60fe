import {
  ALPHABET,
  lettered,
  numbered,
  weekdayOf,
  type Currency,
  type SayAsLanguage,
  type SpokenDate,
  type SpokenMoney,
  type Words,
} from './language.js';

const TO_NINETEEN =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(' ');
const TENS = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
const ORDINALS =
  'zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth'.split(
    ' ',
  );
const ORDINAL_TENS = 'twentieth thirtieth fortieth fiftieth sixtieth seventieth eightieth ninetieth'.split(' ');
const MONTHS = 'January February March April May June July August September October November December'.split(' ');
const WEEKDAYS = 'Monday Tuesday Wednesday Thursday Friday Saturday Sunday'.split(' ');
/** ICAO, in English spelling. */
const PHONETIC =
  'Alpha Bravo Charlie Delta Echo Foxtrot Golf Hotel India Juliet Kilo Lima Mike November Oscar Papa Quebec Romeo Sierra Tango Uniform Victor Whisky X-ray Yankee Zulu'.split(
    ' ',
  );
/** Greatest first. */
const GROUPS = [
  ['billion', 1_000_000_000],
  ['million', 1_000_000],
  ['thousand', 1000],
] as const;

/** One and many of the major unit, then of the minor one. */
const UNITS: Readonly<Record<Currency, readonly [string, string, string, string]>> = {
  Pounds: ['pound', 'pounds', 'penny', 'pence'],
  Euros: ['euro', 'euros', 'cent', 'cents'],
  Dollars: ['dollar', 'dollars', 'cent', 'cents'],
};

const same = (names: string): Readonly<Record<string, string>> => Object.fromEntries(names.split(' ').map((name) => [name, name]));
const byNumber = (prefix: string, toNineteen: readonly string[], tens: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...toNineteen.entries(), ...tens.map((text, index) => [(index + 2) * 10, text] as const)].map(([n, text]) => [`${prefix}${n}`, text]),
  );

/** British English: "and" after hundreds, day before month. */
export const english: SayAsLanguage = {
  tag: 'en-GB',
  words: {
    ...byNumber('', TO_NINETEEN, TENS),
    ...byNumber('ordinal-', ORDINALS, ORDINAL_TENS),
    ...same('hundred thousand million billion and the of minus point oh hours midday midnight'),
    ...Object.fromEntries(['hundred', 'thousand', 'million', 'billion'].map((name) => [`ordinal-${name}`, `${name}th`])),
    ...same([...new Set(Object.values(UNITS).flat())].join(' ')),
    am: 'a.m.',
    pm: 'p.m.',
    ...numbered('weekday', WEEKDAYS),
    ...numbered('month', MONTHS),
    ...lettered('letter', ALPHABET),
    ...lettered('phonetic', PHONETIC),
  },
  cardinal,
  ordinal: (value) => {
    const words = cardinal(value);
    return [...words.slice(0, -1), `ordinal-${words.at(-1) ?? ''}`];
  },
  date: (date, parts) => [
    ...(parts.weekday ? [`weekday-${weekdayOf(date)}`] : []),
    ...(parts.day ? ['the', ...english.ordinal(date.day), 'of'] : []),
    `month-${date.month}`,
    ...(parts.year ? year(date) : []),
  ],
  time: ({ hour, minute }, clock) => (clock === '12 Hour' ? twelveHour(hour, minute) : twentyFourHour(hour, minute)),
  money,
  minus: 'minus',
  point: 'point',
};

function cardinal(value: number): Words {
  const words: string[] = [];
  let rest = value;
  for (const [name, size] of GROUPS) {
    if (rest >= size) words.push(...belowThousand(Math.floor(rest / size)), name);
    rest %= size;
  }
  if (rest === 0 && words.length > 0) return words;
  return [...words, ...(words.length > 0 && rest < 100 ? ['and'] : []), ...belowThousand(rest)];
}

function belowThousand(value: number): Words {
  const [hundreds, rest] = [Math.floor(value / 100), value % 100];
  if (hundreds === 0) return belowHundred(rest);
  return [String(hundreds), 'hundred', ...(rest === 0 ? [] : ['and', ...belowHundred(rest)])];
}

function belowHundred(value: number): Words {
  if (value < 20 || value % 10 === 0) return [String(value)];
  return [String(value - (value % 10)), String(value % 10)];
}

/** In pairs ("nineteen eighty-four", "nineteen oh five"), but for the first years of a millennium. */
function year({ year: value }: SpokenDate): Words {
  const [century, rest] = [Math.floor((value ?? 0) / 100), (value ?? 0) % 100];
  if (century < 10 || (century % 10 === 0 && rest < 10)) return cardinal(value ?? 0);
  if (rest === 0) return [...belowHundred(century), 'hundred'];
  return [...belowHundred(century), ...(rest < 10 ? ['oh'] : []), ...belowHundred(rest)];
}

function twelveHour(hour: number, minute: number): Words {
  if (minute === 0 && hour % 12 === 0) return [hour === 0 ? 'midnight' : 'midday'];
  const minutes = minute === 0 ? [] : minute < 10 ? ['oh', String(minute)] : belowHundred(minute);
  return [String(hour % 12 === 0 ? 12 : hour % 12), ...minutes, hour < 12 ? 'am' : 'pm'];
}

function twentyFourHour(hour: number, minute: number): Words {
  const hours = hour < 10 ? ['0', ...(hour === 0 && minute === 0 ? [] : [String(hour)])] : belowHundred(hour);
  if (minute === 0) return [...hours, 'hundred', 'hours'];
  return [...hours, ...(minute < 10 ? ['0', String(minute)] : belowHundred(minute))];
}

function money({ currency, negative, major, minor }: SpokenMoney): Words {
  const [one, many, minorOne, minorMany] = UNITS[currency];
  const majors = [...cardinal(major), major === 1 ? one : many];
  const minors = [...belowHundred(minor), minor === 1 ? minorOne : minorMany];
  const amount = minor === 0 ? majors : major === 0 ? minors : [...majors, 'and', ...minors];
  return negative ? ['minus', ...amount] : amount;
}
