import { describe, expect, it } from 'vitest';

import type { Cli } from '../cli.js';
import type { Destination } from '../ports/dialling.js';
import { notCarried } from './not-carried.js';

const OFFICE: Cli = { number: '+441632960100', presentation: 'allowed', screening: 'network' };
const SHOP: Cli = { number: '+441632960150', presentation: 'allowed', screening: 'unscreened' };
const NONE: Cli = { presentation: 'unavailable', screening: 'unscreened' };

function destination(network: Cli, presentation: Cli, diversion?: string): Destination {
  const to = { kind: 'number', e164: '+447700900123' } as const;
  return { to, cli: { network, presentation }, ...(diversion === undefined ? {} : { diversion }), ringSeconds: 30 };
}

describe('what a line cannot carry', () => {
  it.each([
    ['two numbers', destination(OFFICE, SHOP), ['networkCli'], ['networkCli', 'presentationCli']],
    ['one number', destination(OFFICE, OFFICE), [], ['networkCli', 'presentationCli']],
    ['a withheld number', destination(OFFICE, { ...OFFICE, presentation: 'restricted' }), [], ['networkCli', 'presentationCli', 'withholding']],
    ['a name', destination(OFFICE, { ...OFFICE, name: 'Anna' }), ['callerName'], ['networkCli', 'presentationCli', 'callerName']],
    ['a diverted call', destination(OFFICE, OFFICE, '+441632960199'), [], ['networkCli', 'presentationCli', 'diversion']],
    ['nothing', destination(NONE, NONE), [], []],
  ])('of %s', (_name, of, isdn, analogue) => {
    expect(notCarried({ kind: 'sip' }, of)).toEqual([]);
    expect(notCarried({ kind: 'isdn' }, of)).toEqual(isdn);
    expect(notCarried({ kind: 'analogue' }, of)).toEqual(analogue);
  });
});
