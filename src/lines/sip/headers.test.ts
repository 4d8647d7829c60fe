import { describe, expect, it } from 'vitest';

import type { Cli } from '../../telephony/index.js';
import { diversionValue, incomingCli, incomingDiversion, outgoingIdentity, userOf } from './headers.js';

const NETWORK: Cli = { number: '+441632960100', presentation: 'allowed', screening: 'network' };
const SHOWN: Cli = { number: '+441632960111', name: 'The Office', presentation: 'allowed', screening: 'unscreened' };
const NOBODY = { fromUri: '', fromName: '', assertedUri: '', privacy: '' };

describe('the identity we send', () => {
  it('shows the presentation CLI in From and asserts the network CLI', () => {
    expect(outgoingIdentity({ network: NETWORK, presentation: SHOWN }, '192.0.2.7')).toEqual({
      fromUri: 'sip:+441632960111@192.0.2.7',
      fromName: 'The Office',
      assertedUri: 'sip:+441632960100@192.0.2.7',
    });
  });

  it('is anonymous with Privacy: id where the presentation is restricted', () => {
    expect(outgoingIdentity({ network: NETWORK, presentation: { ...SHOWN, presentation: 'restricted' } }, 'h')).toEqual({
      fromUri: 'sip:anonymous@anonymous.invalid',
      fromName: 'Anonymous',
      assertedUri: 'sip:+441632960100@h',
      privacy: 'id',
    });
  });

  it('asks for privacy of a restricted network CLI and still shows the presentation', () => {
    const { fromUri, privacy } = outgoingIdentity({ network: { ...NETWORK, presentation: 'restricted' }, presentation: SHOWN }, 'h');
    expect([fromUri, privacy]).toEqual(['sip:+441632960111@h', 'id']);
  });

  it('asserts nothing it does not know', () => {
    const unavailable: Cli = { presentation: 'unavailable', screening: 'unscreened' };
    expect(outgoingIdentity({ network: unavailable, presentation: unavailable }, 'h')).toEqual({
      fromUri: 'sip:anonymous@anonymous.invalid',
      fromName: '',
    });
  });

  it('lets no name or number write a header of its own', () => {
    const evil: Cli = { number: '+44\r\nX: y@z>;', name: 'a"\r\nX: <y>', presentation: 'allowed', screening: 'unscreened' };
    expect(outgoingIdentity({ network: evil, presentation: evil }, 'h')).toEqual({
      fromUri: 'sip:+44Xyz@h',
      fromName: 'a   X:  y',
      assertedUri: 'sip:+44Xyz@h',
    });
  });

  it('writes where a call was diverted', () => {
    expect(diversionValue('+441632960100', 'h')).toBe('<sip:+441632960100@h>;reason=unconditional;privacy=off;screen=yes');
  });
});

describe('the identity we are told', () => {
  it('takes the asserted identity of a trunk for the network CLI and From for the presentation', () => {
    const headers = { fromUri: 'sip:+447700900123@h', fromName: 'Anna', assertedUri: 'sip:01632960200@h;user=phone', privacy: '' };
    expect(incomingCli(headers, true, 'GB')).toEqual({
      network: { number: '+441632960200', presentation: 'allowed', screening: 'network' },
      presentation: { number: '+447700900123', name: 'Anna', presentation: 'allowed', screening: 'unscreened' },
    });
  });

  it('does not trust an asserted identity from a stranger', () => {
    const headers = { ...NOBODY, fromUri: 'sip:+447700900123@h', assertedUri: 'sip:+441632960200@h' };
    expect(incomingCli(headers, false, 'GB').network).toEqual({ number: '+447700900123', presentation: 'allowed', screening: 'unscreened' });
  });

  it('keeps a withheld number as restricted', () => {
    const headers = { fromUri: 'sip:anonymous@anonymous.invalid', fromName: 'Anonymous', assertedUri: 'tel:+447700900123', privacy: 'id' };
    expect(incomingCli(headers, true, 'GB')).toEqual({
      network: { number: '+447700900123', presentation: 'restricted', screening: 'network' },
      presentation: { presentation: 'restricted', screening: 'unscreened' },
    });
  });

  it.each([
    ['id', 'restricted'],
    ['user; critical', 'restricted'],
    ['none', 'allowed'],
    ['', 'allowed'],
  ])('reads Privacy "%s" as %s', (privacy, expected) => {
    expect(incomingCli({ ...NOBODY, fromUri: 'sip:+447700900123@h', privacy }, true, 'GB').presentation.presentation).toBe(expected);
  });

  it('keeps a caller that is no number as delivered', () => {
    expect(incomingCli({ ...NOBODY, fromUri: 'sip:anna@h' }, true, 'GB').presentation).toEqual({
      number: 'anna',
      presentation: 'allowed',
      screening: 'unscreened',
    });
  });

  it.each([
    ['sip:+44163296@h:5060;x=y', '+44163296'],
    ['sips:100:secret@h', '100'],
    ['sip:100;phone-context=x@h', '100'],
    ['tel:+441632960200;phone-context=x', '+441632960200'],
    ['sip:%2B441632960200@h', '+441632960200'],
    ['sip:h', ''],
    ['', ''],
  ])('finds the user of %s', (uri, user) => {
    expect(userOf(uri)).toBe(user);
  });
});

describe('who diverted an incoming call', () => {
  it.each([
    ['<sip:+441632960111@b>;reason=no-answer', { number: '+441632960111', reason: 'noReply' }],
    ['"The office" <sip:01632960111@b;user=phone>;privacy=off; Reason = "user-busy"', { number: '+441632960111', reason: 'busy' }],
    ['<sip:+441632960111@b>;reason=time-of-day', { number: '+441632960111', reason: 'unknown' }],
    ['<tel:+441632960111>', { number: '+441632960111', reason: 'unknown' }],
    ['<sip:+441632960111@b>;privacy=off,<sip:+441632960222@b>;reason=deflection', { number: '+441632960111', reason: 'unknown' }],
  ] as const)('%s', (header, diversion) => {
    expect(incomingDiversion(header, 'GB')).toEqual(diversion);
  });

  it.each(['', 'nonsense', '<sip:@b>;reason=unconditional', '<'.repeat(10_000)])('is not told by %.40s', (header) => {
    expect(incomingDiversion(header, 'GB')).toBeUndefined();
  });

  it.each(['unknown', 'busy', 'noReply', 'deflection', 'unconditional'] as const)('is read as we write it: %s', (reason) => {
    expect(incomingDiversion(diversionValue('+441632960111', 'h', reason), 'GB')).toEqual({ number: '+441632960111', reason });
  });
});
