import { assert, integer, oneof, property, string, stringMatching } from 'fast-check';
import { describe, expect, it } from 'vitest';

import { BranchlineError } from '../../core/index.js';
import { formatAddress } from '../address.js';
import { telephonyErrors } from '../errors.js';
import {
  completeDelivered,
  formatNational,
  isEmergency,
  isPresentationNumberType,
  isServiceNumberType,
  numberText,
  parseAddress,
  parseE164,
  readCallingNumber,
} from './index.js';

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof BranchlineError) return error.code.name;
    throw error;
  }
  return 'none';
}

describe('reading an address', () => {
  it.each([
    ['+441632960200', 'GB', '+441632960200'],
    ['01632 960200', 'GB', '+441632960200'],
    ['+44 (0)1632 960200', 'GB', '+441632960200'],
    ['00441632960200', 'GB', '+441632960200'],
    ['07700 900123', 'GB', '+447700900123'],
    ['020 7946 0000', 'GB', '+442079460000'],
    ['0800 1111', 'GB', '+448001111'],
    ['(212) 555-0100', 'US', '+12125550100'],
    ['+1 212 555 0100', 'GB', '+12125550100'],
    ['\u202A+44\u00A01632\u2011960200\u202C', 'GB', '+441632960200'],
    ['01632 960200', 'XX', '+441632960200'],
    ['ext:201', 'GB', 'ext:201'],
    ['EXT: 201', 'GB', 'ext:201'],
    ['sip:anna@example.com', 'GB', 'sip:anna@example.com'],
    ['SIP:+441632960200@192.0.2.7:5070;transport=tcp', 'GB', 'sip:+441632960200@192.0.2.7:5070;transport=tcp'],
    ['sips:anna@[2001:db8::1]:5061', 'GB', 'sips:anna@[2001:db8::1]:5061'],
  ])('takes %s in %s for %s', (text, country, expected) => {
    expect(formatAddress(parseAddress(text, country))).toBe(expected);
  });

  it.each([
    '',
    '   ',
    'hello',
    '0800 FLOWERS',
    '123',
    '101',
    '118118',
    '+44',
    '+4416329602001234',
    '04632 960200',
    '960200',
    '+999123456789',
    '01632 960200 ext 5',
    '01632960200;drop',
    'ext:',
    'ext:12a',
    'ext:123456789',
    'sip:',
    'sip:anna@',
    'sip:anna@exa mple.com',
    'sip:anna@example.com:99999',
    'sip:anna@example.com\r\nVia: x',
  ])('refuses "%s" and says what to write', (text) => {
    expect(codeOf(() => parseAddress(text, 'GB'))).toBe('addressInvalid');
  });

  it.each([
    ['999', 'GB'],
    ['112', 'GB'],
    ['9 9 9', 'GB'],
    ['911', 'US'],
    ['ext:999', 'GB'],
    ['sip:112@example.com', 'DE'],
  ])('refuses the emergency number %s in %s with a code of its own', (text, country) => {
    expect(codeOf(() => parseAddress(text, country))).toBe('emergencyNumber');
  });

  it('refuses an extension where a number is wanted', () => {
    expect(codeOf(() => parseE164('ext:201'))).toBe(telephonyErrors.addressInvalid.name);
  });

  it('never throws anything but a clear error, whatever is written', () => {
    assert(
      property(oneof(string(), stringMatching(/^[+\d ()]{0,20}$/)), (text) => {
        expect(['none', 'addressInvalid', 'emergencyNumber']).toContain(codeOf(() => parseAddress(text)));
      }),
    );
  });

  it('reads its own wire form as the same address', () => {
    assert(
      property(integer({ min: 0, max: 999 }), (last) => {
        const wire = `+441632960${String(last).padStart(3, '0')}`;
        expect(formatAddress(parseAddress(wire))).toBe(wire);
      }),
    );
  });
});

describe('emergency numbers', () => {
  it('knows them by country, as dialled and as addresses', () => {
    expect(isEmergency('999', 'GB')).toBe(true);
    expect(isEmergency('999', 'US')).toBe(false);
    expect(isEmergency({ kind: 'sip', uri: 'sip:112@example.com' }, 'FR')).toBe(true);
    expect(isEmergency({ kind: 'number', e164: '+441632960200' }, 'GB')).toBe(false);
  });
});

describe('writing a number', () => {
  it.each([
    ['+441632960200', 'GB', '01632960200'],
    ['+12125550100', 'GB', '0012125550100'],
    ['+441632960200', 'US', '011441632960200'],
    ['+447700900123', 'GB', '07700900123'],
    ['+441632960200', 'XX', '01632960200'],
  ])('keys %s on a line in %s as %s', (e164, country, digits) => {
    expect(formatNational(e164, country)).toBe(digits);
  });

  it('shows addresses to people', () => {
    expect(numberText({ kind: 'number', e164: '+441632960200' })).toBe('+44 1632 960200');
    expect(numberText({ kind: 'extension', extension: '201' })).toBe('extension 201');
    expect(numberText({ kind: 'sip', uri: 'sip:anna@example.com' })).toBe('anna@example.com');
  });
});

describe('numbers as lines deliver them', () => {
  it.each([
    ['100', '+441632960', '+441632960100'],
    ['+441632960100', '+441632960', '+441632960100'],
    ['01632960100', '', '+441632960100'],
    ['01632960100', '+441632960', '+441632960100'],
    ['441632960100', '+', '+441632960100'],
  ])('completes the called number %s with prefix "%s" to %s', (delivered, prefix, expected) => {
    expect(completeDelivered(delivered, prefix)).toEqual({ kind: 'number', e164: expected });
  });

  it('answers null for a called number that is none', () => {
    expect(completeDelivered('100', '')).toBeNull();
    expect(completeDelivered('anna', '+441632960')).toBeNull();
  });

  it('keeps a calling number that it cannot read as it came', () => {
    expect(readCallingNumber('07700900123')).toBe('+447700900123');
    expect(readCallingNumber('201')).toBe('201');
    expect(readCallingNumber('')).toBeUndefined();
  });
});

describe('types of numbers', () => {
  it.each([
    ['+441632960100', true, true],
    ['+442079460000', true, true],
    ['+443069990000', true, true],
    ['+448081570000', true, true],
    ['+448001111', true, true],
    ['+447700900123', false, true],
    ['+447012345678', false, false],
    ['+448440000000', false, false],
    ['+449098790000', false, false],
    ['+445612345678', false, false],
    ['+12125550100', false, false],
  ])('%s may be a service number: %s, may be presented: %s', (number, service, presented) => {
    expect(isServiceNumberType(number)).toBe(service);
    expect(isPresentationNumberType(number)).toBe(presented);
  });
});
