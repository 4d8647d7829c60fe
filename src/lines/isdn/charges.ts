import type { NativeEvent } from '../../../native/addon/addon.js';
import type { Charge, Money, Tariff } from '../../telephony/index.js';

type ChargeEvent = Extract<NativeEvent, { readonly type: 'legCharge' }>;
type TariffEvent = Extract<NativeEvent, { readonly type: 'legTariff' }>;

/** In the order of the border's numbers (native/isdnd/protocol_services.hpp). */
const KINDS = ['notAvailable', 'free', 'money', 'units'] as const;
const RATES = ['notAvailable', 'free', 'freeFromBeginning', 'duration', 'flat', 'volume', 'specialCode'] as const;
const ITEMS = [
  'notAvailable',
  'specialArrangement',
  'basicCommunication',
  'callAttempt',
  'callSetup',
  'userToUserInfo',
  'supplementaryService',
] as const;
const TIME_UNITS = ['hundredth', 'tenth', 'second', 'tenSeconds', 'minute', 'hour', 'day'] as const;

/** Advice of charge during a call or at its end (EN 300 182). */
export function chargeOf(event: ChargeEvent): Charge {
  const kind = KINDS[event.kind] ?? 'notAvailable';
  return { final: event.final, kind, ...(kind === 'units' ? { units: event.units } : {}), ...(kind === 'money' ? { money: moneyOf(event) } : {}) };
}

/** Advice of charge at set-up. */
export function tariffOf(event: TariffEvent): Tariff {
  const item = ITEMS[event.item] ?? 'notAvailable';
  const rate = RATES[event.rate] ?? 'notAvailable';
  switch (rate) {
    case 'duration':
      return {
        item,
        rate,
        money: moneyOf(event),
        per: { count: event.timeUnit, unit: TIME_UNITS[event.timeScale] ?? 'second', stepwise: event.stepwise },
      };
    case 'flat':
    case 'volume':
      return { item, rate, money: moneyOf(event) };
    case 'notAvailable':
    case 'free':
    case 'freeFromBeginning':
    case 'specialCode':
      return { item, rate };
  }
}

/** `cost` · 10^(`multiplier` − 3) as a decimal number, exact: by digits, never by floating point. */
function moneyOf({ cost, multiplier, currency }: { readonly cost: number; readonly multiplier: number; readonly currency: string }): Money {
  const thousandths = BigInt(cost) * 10n ** BigInt(multiplier);
  const digits = String(thousandths < 0n ? -thousandths : thousandths).padStart(4, '0');
  const fraction = digits.slice(-3).replace(/0+$/, '');
  return { amount: `${thousandths < 0n ? '-' : ''}${digits.slice(0, -3)}${fraction === '' ? '' : `.${fraction}`}`, currency };
}
