import { expect, it } from 'vitest';

import { chargeOf, tariffOf } from './charges.js';

const leg = { atMs: 0, leg: 1 };
const charge = { ...leg, type: 'legCharge', final: true, total: true, billing: 1, units: 0 } as const;

it.each([
  [0, 3, '0'],
  [5, 3, '5'],
  [125, 0, '0.125'],
  [125, 1, '1.25'],
  [10, 2, '1'],
  [2_147_483_647, 6, '2147483647000'],
  [-5, 1, '-0.05'],
] as const)('money of %d · 10^(%d − 3) is %s, to the last digit', (cost, multiplier, amount) => {
  expect(chargeOf({ ...charge, kind: 2, cost, multiplier, currency: 'GBP' })).toEqual({
    final: true,
    kind: 'money',
    money: { amount, currency: 'GBP' },
  });
});

it('a charge in units has no money, and one that is free or not known has neither', () => {
  const none = { cost: 0, multiplier: 3, currency: '' };
  expect(chargeOf({ ...charge, ...none, kind: 3, units: 12, final: false })).toEqual({ final: false, kind: 'units', units: 12 });
  expect(chargeOf({ ...charge, ...none, kind: 1 })).toEqual({ final: true, kind: 'free' });
  expect(chargeOf({ ...charge, ...none, kind: 0 })).toEqual({ final: true, kind: 'notAvailable' });
});

it('a rate by duration says how much time costs how much', () => {
  const rate = { ...leg, type: 'legTariff', item: 2, cost: 12, multiplier: 1, currency: 'EUR', timeUnit: 6, timeScale: 2, stepwise: true } as const;
  const money = { amount: '0.12', currency: 'EUR' };
  expect(tariffOf({ ...rate, rate: 3 })).toEqual({
    item: 'basicCommunication',
    rate: 'duration',
    money,
    per: { count: 6, unit: 'second', stepwise: true },
  });
  expect(tariffOf({ ...rate, rate: 4, item: 3 })).toEqual({ item: 'callAttempt', rate: 'flat', money });
  expect(tariffOf({ ...rate, rate: 1 })).toEqual({ item: 'basicCommunication', rate: 'free' });
});
