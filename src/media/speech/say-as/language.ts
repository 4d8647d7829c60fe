/** A day; `year` null where only day and month were given. */
export interface SpokenDate {
  readonly year: number | null;
  /** From 1. */
  readonly month: number;
  readonly day: number;
}

export interface SpokenTime {
  /** 0 to 23. */
  readonly hour: number;
  readonly minute: number;
}

export type Currency = 'Pounds' | 'Euros' | 'Dollars';

export interface SpokenMoney {
  readonly currency: Currency;
  readonly negative: boolean;
  readonly major: number;
  /** 0 to 99. */
  readonly minor: number;
}

/** Which parts of a date are spoken. */
export interface DateParts {
  readonly weekday: boolean;
  readonly day: boolean;
  readonly year: boolean;
}

/** Names of prompts, in the order they are heard. */
export type Words = readonly string[];

/** Whole numbers that can be spoken: below this. */
export const LIMIT = 1_000_000_000_000;

/**
 * How a language says things: its words, and the rules that put them together. Digits are the words "0" to "9", letters "letter-a" …, the spelling
 * alphabet "phonetic-a" …
 */
export interface SayAsLanguage {
  /** BCP 47. */
  readonly tag: string;
  /** Every word by the name of its prompt, and what an engine is to say in its place. */
  readonly words: Readonly<Record<string, string>>;
  /** Whole numbers from 0 to below `LIMIT`. */
  cardinal(value: number): Words;
  ordinal(value: number): Words;
  /** `parts.year` only where the date has one. */
  date(date: SpokenDate, parts: DateParts): Words;
  time(time: SpokenTime, clock: '12 Hour' | '24 Hour'): Words;
  money(money: SpokenMoney): Words;
  readonly minus: string;
  /** Between a number's whole part and its decimals, which are said digit by digit. */
  readonly point: string;
}

/** Words named `prefix` and a number from 1 on. */
export function numbered(prefix: string, texts: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(texts.map((text, index) => [`${prefix}-${index + 1}`, text]));
}

/** Words named `prefix` and a letter of the alphabet. */
export function lettered(prefix: string, texts: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(texts.map((text, index) => [`${prefix}-${String.fromCodePoint(97 + index)}`, text]));
}

export const ALPHABET: readonly string[] = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'.split('');

/** Monday is 1, as in ISO 8601. */
export function weekdayOf({ year, month, day }: SpokenDate): number {
  const weekday = new Date(Date.UTC(year ?? 0, month - 1, day)).getUTCDay();
  return weekday === 0 ? 7 : weekday;
}
