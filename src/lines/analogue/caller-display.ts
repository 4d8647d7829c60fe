import { type Cli, readCallingNumber } from '../../telephony/index.js';

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
