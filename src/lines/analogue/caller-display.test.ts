import { describe, expect, it } from 'vitest';

import { callerDisplayCli, telephoneDisplay } from './caller-display.js';

describe('the caller that an exchange line shows', () => {
  it("is the network's number, read by the country of the line, with the name", () => {
    const shown = { calling: '01632960205', callingPresentation: 0, fromName: 'A Caller' };
    expect(callerDisplayCli(shown, 'GB')).toEqual({ number: '+441632960205', name: 'A Caller', presentation: 'allowed', screening: 'network' });
  });

  it('stays as it came where the country has no such number', () => {
    expect(callerDisplayCli({ calling: '1', callingPresentation: 0, fromName: '' }, 'GB').number).toBe('1');
  });

  it('has neither number nor name when withheld', () => {
    const shown = { calling: '01632960205', callingPresentation: 1, fromName: 'A Caller' };
    expect(callerDisplayCli(shown, 'GB')).toEqual({ presentation: 'restricted', screening: 'network' });
  });

  it('is unavailable where nothing was shown', () => {
    expect(callerDisplayCli({ fromName: '' }, 'GB')).toEqual({ presentation: 'unavailable', screening: 'network' });
  });
});

describe('what a telephone is shown of a caller', () => {
  it('is the number as people of its country dial it, and the name', () => {
    const cli = { number: '+441632960205', name: 'A Caller', presentation: 'allowed', screening: 'network' } as const;
    expect(telephoneDisplay(cli, 'GB')).toEqual({ number: '01632960205', name: 'A Caller', withheld: false });
    expect(telephoneDisplay({ number: '202', presentation: 'allowed', screening: 'network' }, 'GB').number).toBe('202');
  });

  it('says that a restricted number is withheld', () => {
    expect(telephoneDisplay({ presentation: 'restricted', screening: 'network' }, 'GB').withheld).toBe(true);
  });
});
