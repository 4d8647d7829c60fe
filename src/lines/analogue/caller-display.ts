import type { FarEndCaller } from '../../../native/addon/addon.js';
import { type Cli, formatNational, readCallingNumber } from '../../telephony/index.js';

/** What an exchange line showed of its caller. */
export interface ShownCaller {
  readonly calling?: string;
  /** Q.931's indicator: 0 allowed, 1 restricted, 2 not available. */
  readonly callingPresentation?: number;
  readonly fromName: string;
}

const RESTRICTED = 1;

/** The caller of an exchange line: the network's word, where the line has caller display. */
export function callerDisplayCli({ calling = '', callingPresentation, fromName }: ShownCaller, country: string): Cli {
  if (callingPresentation === RESTRICTED) return { presentation: 'restricted', screening: 'network' };
  const number = readCallingNumber(calling, country);
  const name = fromName === '' ? {} : { name: fromName };
  if (number === undefined) return { ...name, presentation: 'unavailable', screening: 'network' };
  return { number, ...name, presentation: 'allowed', screening: 'network' };
}

/** What a telephone of ours is shown of a caller: a number of the country as people there dial it, others with their "+". */
export function telephoneDisplay({ number = '', name = '', presentation }: Cli, country: string): FarEndCaller {
  const shown = number.startsWith('+') ? formatNational(number, country) : number;
  return { number: shown, name, withheld: presentation === 'restricted' };
}
