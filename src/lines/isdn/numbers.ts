import type { IsdnNumber, NativeEvent } from '../../../native/addon/addon.js';
import {
  type Cli,
  type Diversion,
  type DiversionReason,
  type Party,
  type Subaddresses,
  type TypedNumber,
  asTypedNumber,
  formatNational,
  readTypedNumber,
} from '../../telephony/index.js';

type IncomingEvent = Extract<NativeEvent, { readonly type: 'legIncoming' }>;

const E164_PLAN = 1;
const TYPES = { unknown: 0, international: 1, national: 2, other: 4 } as const;
const PRESENTATIONS = { allowed: 0, restricted: 1, unavailable: 2 } as const;
/** What of a name goes on the line: libpri sends Latin-1, of which other equipment reads ASCII for sure. */
const LONGEST_NAME = 63;

/** How a called number leaves: with its type and no prefix, or as a telephone would dial it. */
export function calledNumber(e164: string, numbering: 'typed' | 'dialled', country: string): IsdnNumber {
  const { digits, type }: TypedNumber =
    numbering === 'typed' ? asTypedNumber(e164, country) : { digits: formatNational(e164, country), type: 'unknown' };
  return { digits, type: TYPES[type], plan: E164_PLAN, presentation: 0, screening: 0 };
}

/** The one calling number that ISDN carries: the presentation (DESIGN.md §6.8). The network screens it; we say "user, not screened". */
export function callingNumber({ number, presentation }: Cli, country: string): IsdnNumber | undefined {
  if (number === undefined) return undefined;
  const digits = number.startsWith('+') ? asTypedNumber(number, country) : ({ digits: number.replaceAll(/\D/g, ''), type: 'unknown' } as const);
  if (digits.digits === '') return undefined;
  return { digits: digits.digits, type: TYPES[digits.type], plan: E164_PLAN, presentation: PRESENTATIONS[presentation], screening: 0 };
}

/** A name that is to be shown, as far as the line can carry it; undefined where there is none to show. */
export function callingName({ name, presentation }: Cli): string | undefined {
  if (name === undefined || presentation !== 'allowed') return undefined;
  const plain = name
    .normalize('NFD')
    .replaceAll(/[^\x20-\x7E]/g, '')
    .slice(0, LONGEST_NAME)
    .trim();
  return plain === '' ? undefined : plain;
}

/** Who calls, as the line told it. */
export function cliOf({ calling, callingType, callingPresentation, callingScreening, fromName }: IncomingEvent, country: string): Cli {
  const number = readTypedNumber(typed(calling, callingType), country);
  const presentation = callingPresentation === 1 ? 'restricted' : number === undefined || callingPresentation === 2 ? 'unavailable' : 'allowed';
  return {
    ...(number === undefined ? {} : { number }),
    ...(fromName === '' ? {} : { name: fromName }),
    presentation,
    screening: callingScreening === 3 ? 'network' : callingScreening === 1 ? 'userVerified' : 'unscreened',
  };
}

/** Whom a call is with. */
export function partyOf(
  told: { readonly number: string; readonly numberType: number; readonly presentation: number; readonly name: string },
  country: string,
): Party {
  const number = readTypedNumber(typed(told.number, told.numberType), country);
  const presentation = told.presentation === 1 ? 'restricted' : number === undefined || told.presentation === 2 ? 'unavailable' : 'allowed';
  return { ...(number === undefined ? {} : { number }), ...(told.name === '' ? {} : { name: told.name }), presentation };
}

/** Q.952 and Q.931 §4.6.7: reasons of a diversion. */
const REASONS: readonly (readonly [number, DiversionReason])[] = [
  [0, 'unknown'],
  [1, 'busy'],
  [2, 'noReply'],
  [3, 'deflection'],
  [4, 'deflection'],
  [15, 'unconditional'],
];

export function reasonOf(code: number | undefined): DiversionReason {
  return REASONS.find(([known]) => known === code)?.[1] ?? 'unknown';
}

export function reasonCode(reason: DiversionReason): number {
  return REASONS.find(([, known]) => known === reason)?.[0] ?? 0;
}

/** Who diverted an incoming call; undefined: nobody, as far as the line tells. */
export function diversionOf({ redirecting, redirectingType, redirectReason }: IncomingEvent, country: string): Diversion | undefined {
  const number = readTypedNumber(typed(redirecting, redirectingType), country);
  return number === undefined ? undefined : { number, reason: reasonOf(redirectReason) };
}

/** Undefined where an incoming call has none. */
export function subaddressesOf({ calledSubaddress = '', callingSubaddress = '' }: IncomingEvent): Subaddresses | undefined {
  if (calledSubaddress === '' && callingSubaddress === '') return undefined;
  return { ...(calledSubaddress === '' ? {} : { called: calledSubaddress }), ...(callingSubaddress === '' ? {} : { calling: callingSubaddress }) };
}

export function typed(digits: string | undefined, type: number | undefined): TypedNumber {
  return { digits: digits ?? '', type: type === 0 ? 'unknown' : type === 1 ? 'international' : type === 2 ? 'national' : 'other' };
}
