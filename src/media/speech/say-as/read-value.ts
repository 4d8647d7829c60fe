import { LIMIT, type SpokenDate, type SpokenTime } from './language.js';

/** Unexpected characters are left out (platform.md §3, Dynamic Audio); what cannot be read even then is null. */

export interface SpokenNumber {
  readonly negative: boolean;
  readonly whole: number;
  /** As they were written; may be empty. */
  readonly decimals: string;
}

/** "1,234.50", "-3". Whole parts below `LIMIT`. */
export function readNumber(value: string): SpokenNumber | null {
  const { sign, whole, decimals = '' } = /^(?<sign>-?)(?<whole>\d{1,15})(?:\.(?<decimals>\d{1,9}))?$/.exec(plain(value))?.groups ?? {};
  if (whole === undefined || Number(whole) >= LIMIT) return null;
  return { negative: sign === '-', whole: Number(whole), decimals };
}

/** Day before month, as the British write it ("1/12/2026", "01-12-26", "01122026", "1.12."), or ISO 8601 ("2026-12-01"). */
export function readDate(value: string): SpokenDate | null {
  const clean = value.replaceAll(/[^\d/.-]/g, '').replaceAll(/[/.-]+/g, '/');
  const iso = /^(?<year>\d{4})\/(?<month>\d{1,2})\/(?<day>\d{1,2})$/.exec(clean);
  const parted = /^(?<day>\d{1,2})\/(?<month>\d{1,2})(?:\/(?<year>\d{4}|\d{2})?)?$/.exec(clean);
  const closed = /^(?<day>\d{2})(?<month>\d{2})(?<year>\d{4}|\d{2})$/.exec(clean);
  const { day, month, year } = (iso ?? parted ?? closed)?.groups ?? {};
  return day === undefined || month === undefined ? null : dateOf(Number(day), Number(month), year);
}

/** Two digits mean 1970 to 2069. A day without a year may be the 29th of February. */
function dateOf(day: number, month: number, yearText: string | undefined): SpokenDate | null {
  const short = yearText?.length === 2;
  const year = yearText === undefined ? null : Number(yearText) + (short ? (Number(yearText) < 70 ? 2000 : 1900) : 0);
  const shown = new Date(Date.UTC(year ?? 2000, month - 1, day));
  if (year !== null && year < 100) return null;
  return shown.getUTCMonth() === month - 1 && shown.getUTCDate() === day && month > 0 ? { year, month, day } : null;
}

/** "21:05", "2105", "9.05 pm", "9pm"; seconds are not spoken. */
export function readTime(value: string): SpokenTime | null {
  const clean = value
    .toLowerCase()
    .replaceAll(/[^\d:.apm]/g, '')
    .replaceAll(/([ap])\.?m\.?$/g, '$1');
  const found = /^(?<hour>\d{1,2})(?:[:.]?(?<minute>\d{2})(?:[:.]\d{2})?)?(?<half>[ap])?$/.exec(clean)?.groups;
  if (found === undefined) return null;
  const [hour, minute, half] = [Number(found['hour']), Number(found['minute'] ?? 0), found['half']];
  if (minute > 59 || hour > 23 || (half !== undefined && (hour === 0 || hour > 12))) return null;
  return { hour: half === undefined ? hour : (hour % 12) + (half === 'p' ? 12 : 0), minute };
}

/** Major and minor units: "£1,234.5", "-3", ".50". */
export function readMoney(value: string): { readonly negative: boolean; readonly major: number; readonly minor: number } | null {
  const { sign, major, minor = '' } = /^(?<sign>-?)(?<major>\d{0,12})(?:\.(?<minor>\d{1,2}))?$/.exec(plain(value))?.groups ?? {};
  if (major === undefined || Number(major) >= LIMIT || (major === '' && minor === '')) return null;
  return { negative: sign === '-', major: Number(major), minor: Number(minor.padEnd(2, '0')) };
}

/** Upper case letters and digits. */
export function readAlphanumeric(value: string): readonly string[] | null {
  const plainText = value.normalize('NFD').toUpperCase();
  const characters = plainText.replaceAll(/[^A-Z0-9]/g, '').split('');
  return characters.length === 0 ? null : characters;
}

export function readDigits(value: string): readonly string[] | null {
  const digits = value.replaceAll(/\D/g, '').split('');
  return digits.length === 0 ? null : digits;
}

/** Digits, point and sign. A comma may part thousands; any other might be meant as a point, and an amount a hundred times too large must not be said. */
function plain(value: string): string {
  return /,(?!\d{3}(?!\d))/.test(value) ? '' : value.replaceAll(/[^\d.-]/g, '');
}
