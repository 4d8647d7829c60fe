import { describe, expect, it } from 'vitest';

import { asTypedNumber, completeTyped, dialPlanOf, readTypedNumber } from './index.js';

describe('numbers as ISDN has them', () => {
  it.each([
    ['+441632960200', 'GB', '1632960200', 'national'],
    ['+12125550100', 'GB', '12125550100', 'international'],
    ['+441632960200', 'US', '441632960200', 'international'],
    ['+12125550100', 'US', '2125550100', 'national'],
  ] as const)('%s leaves a line in %s as %s, %s', (e164, country, digits, type) => {
    expect(asTypedNumber(e164, country)).toEqual({ digits, type });
  });

  it.each([
    ['1632960100', 'national', '', '+441632960100'],
    ['441632960100', 'international', '', '+441632960100'],
    ['100', 'other', '+441632960', '+441632960100'],
    ['01632960100', 'unknown', '', '+441632960100'],
    ['960100', 'other', '+441632', '+441632960100'],
  ] as const)('the called number %s, %s, with prefix "%s", is %s', (digits, type, prefix, e164) => {
    expect(completeTyped({ digits, type }, prefix, 'GB')).toEqual({ kind: 'number', e164 });
  });

  it('knows how numbers are dialled in a country', () => {
    expect(dialPlanOf('GB')).toEqual({ countryCode: '44', internationalPrefix: '00' });
    expect(dialPlanOf('US')).toEqual({ countryCode: '1', internationalPrefix: '011' });
  });

  it('answers null for a called number that is none', () => {
    expect(completeTyped({ digits: '100', type: 'other' }, '', 'GB')).toBeNull();
  });

  it('reads a calling number where it can, keeps it as it came where not, and knows none', () => {
    expect(readTypedNumber({ digits: '1632960205', type: 'national' }, 'GB')).toBe('+441632960205');
    expect(readTypedNumber({ digits: '12125550100', type: 'international' }, 'GB')).toBe('+12125550100');
    expect(readTypedNumber({ digits: '01632960205', type: 'unknown' }, 'GB')).toBe('+441632960205');
    expect(readTypedNumber({ digits: '205', type: 'other' }, 'GB')).toBe('205');
    expect(readTypedNumber({ digits: '', type: 'unknown' }, 'GB')).toBeUndefined();
  });
});
