import type { IsdnDialOptions, IsdnNumber } from '../../../native/addon/addon.js';
import { type IsdnCallIn, asTypedNumber } from '../../telephony/index.js';

const TYPES = { unknown: 0, international: 1, national: 2, other: 4 } as const;
const E164_PLAN = 1;
const PRESENTATIONS = { allowed: 0, restricted: 1, unavailable: 2 } as const;
const SCREENINGS = { unscreened: 0, userVerified: 1, userFailed: 2, network: 3 } as const;
/** Authority and format identifier of an NSAP of IA5 characters (X.213): 0x50. */
const IA5_NSAP = 'P';

/** A subscriber's call as the exchange places it: any B-channel, its whole number at once. */
export function nativeCallIn(
  { called, calledSubaddress, calling = {} }: IsdnCallIn,
  country: string,
): IsdnDialOptions & { readonly overlap: boolean } {
  const { number, presentation = 'allowed', screening = 'network', name, subaddress } = calling;
  return {
    channel: 0,
    exclusive: false,
    bearer: 'speech',
    overlap: false,
    called: numberOf(called, country),
    ...(calledSubaddress === undefined ? {} : { calledSubaddress: IA5_NSAP + calledSubaddress }),
    calling: {
      ...numberOf(number ?? '', country),
      presentation: PRESENTATIONS[number === undefined ? 'unavailable' : presentation],
      screening: SCREENINGS[screening],
    },
    ...(name === undefined ? {} : { callingName: name }),
    ...(subaddress === undefined ? {} : { callingSubaddress: IA5_NSAP + subaddress }),
    redirectReason: 0,
  };
}

function numberOf(number: string, country: string): IsdnNumber {
  const { digits, type } = number.startsWith('+') ? asTypedNumber(number, country) : ({ digits: number, type: 'unknown' } as const);
  return { digits, type: TYPES[type], plan: E164_PLAN, presentation: 0, screening: 0 };
}
