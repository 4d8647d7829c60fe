import { type Cli, type CliPair, type Diversion, type DiversionReason, readCallingNumber } from '../../telephony/index.js';

/** Identity headers of an INVITE, in the add-on's terms. */
export interface OutgoingIdentity {
  readonly fromUri: string;
  readonly fromName: string;
  readonly assertedUri?: string;
  readonly privacy?: string;
}

/** RFC 3323 §4.1.1.3, RFC 3325 §9.3. */
const ANONYMOUS_URI = 'sip:anonymous@anonymous.invalid';

/**
 * How a pair of CLIs is written (DESIGN.md §6.8): From is the presentation CLI, P-Asserted-Identity the network CLI. A restricted presentation makes From
 * anonymous; whichever of the two is restricted, `Privacy: id` asks that the asserted identity go no further. `host`: the domain numbers are written in.
 */
export function outgoingIdentity({ network, presentation }: CliPair, host: string): OutgoingIdentity {
  const restricted = network.presentation === 'restricted' || presentation.presentation === 'restricted';
  return {
    ...fromOf(presentation, host),
    ...(network.number === undefined ? {} : { assertedUri: numberUri(network.number, host) }),
    ...(restricted ? { privacy: 'id' } : {}),
  };
}

/** RFC 5806 §4. Other reasons than these (away, time-of-day …) have no like elsewhere. */
const DIVERSION_REASONS: Readonly<Record<DiversionReason, string>> = {
  unknown: 'unknown',
  busy: 'user-busy',
  noReply: 'no-answer',
  deflection: 'deflection',
  unconditional: 'unconditional',
};

/** Value of a Diversion header (RFC 5806 §4): the call reached `number` and went on from there; by the plan unconditionally. */
export function diversionValue(number: string, host: string, reason: DiversionReason = 'unconditional'): string {
  return `<${numberUri(number, host)}>;reason=${DIVERSION_REASONS[reason]};privacy=off;screen=yes`;
}

/** Who diverted an incoming call last: the first value of its Diversion header (RFC 5806 §6); undefined where there is none, or one that cannot be read. */
export function incomingDiversion(header: string, country: string): Diversion | undefined {
  const [, uri = '', parameters = ''] = /^[^<,]*<([^>]*)>([^,]*)/.exec(header) ?? [];
  const number = readCallingNumber(userOf(uri), country);
  if (number === undefined) return undefined;
  const told = /;\s*reason\s*=\s*"?([\w-]+)/i.exec(parameters)?.[1]?.toLowerCase();
  const known = (Object.keys(DIVERSION_REASONS) as DiversionReason[]).find((reason) => DIVERSION_REASONS[reason] === told);
  return { number, reason: known ?? 'unknown' };
}

function fromOf(presentation: Cli, host: string): { readonly fromUri: string; readonly fromName: string } {
  if (presentation.presentation === 'restricted') return { fromUri: ANONYMOUS_URI, fromName: 'Anonymous' };
  if (presentation.presentation === 'unavailable' || presentation.number === undefined) return { fromUri: ANONYMOUS_URI, fromName: '' };
  return { fromUri: numberUri(presentation.number, host), fromName: displayName(presentation.name ?? '') };
}

function numberUri(number: string, host: string): string {
  return `sip:${number.replaceAll(/[^\d+*#A-Za-z]/g, '')}@${host}`;
}

/** Names come from outside: nothing that could end the quoted string or the header. */
function displayName(name: string): string {
  return name
    .replaceAll(/[\p{Cc}"\\<>]/gu, ' ')
    .trim()
    .slice(0, 80);
}

/** What an incoming INVITE said of its caller. */
export interface IncomingHeaders {
  readonly fromUri: string;
  readonly fromName: string;
  readonly assertedUri: string;
  readonly privacy: string;
}

/**
 * The caller's CLIs. P-Asserted-Identity is the network's word, but only where it comes over a trunk of ours (RFC 3325 §5: from a trusted node); without it the
 * From header stands for both, unscreened. A Privacy header that asks for more than "none" restricts both (RFC 3323 §4.2).
 */
export function incomingCli(headers: IncomingHeaders, fromTrunk: boolean, country: string): CliPair {
  const asserted = fromTrunk ? readCallingNumber(userOf(headers.assertedUri), country) : undefined;
  const from = readCallingNumber(userOf(headers.fromUri), country);
  const anonymous = isAnonymous(headers.fromUri);
  const restricted = anonymous || isPrivate(headers.privacy);
  const presentation = cliOf(anonymous ? undefined : from, restricted, 'unscreened', headers.fromName);
  return { network: asserted === undefined ? presentation : cliOf(asserted, restricted, 'network', ''), presentation };
}

function cliOf(number: string | undefined, restricted: boolean, screening: Cli['screening'], name: string): Cli {
  const presentation = restricted ? 'restricted' : number === undefined ? 'unavailable' : 'allowed';
  return { ...(number === undefined ? {} : { number }), ...(name === '' || restricted ? {} : { name }), presentation, screening };
}

function isAnonymous(uri: string): boolean {
  return uri === '' || /^sips?:(?:anonymous@|[^@]*@anonymous\.invalid)/i.test(uri);
}

function isPrivate(privacy: string): boolean {
  return privacy.split(/[;,]/).some((value) => /^(?:id|user|header|session)$/i.test(value.trim()));
}

/** The user part of a SIP URI or the number of a tel URI, without parameters, unescaped; "" where there is none. */
export function userOf(uri: string): string {
  const tel = /^tel:([^;>]*)/i.exec(uri);
  if (tel !== null) return tel[1] ?? '';
  const user = /^sips?:([^@;:]*)[^@]*@/i.exec(uri)?.[1] ?? '';
  return unescaped(user);
}

/** RFC 3261 §25.1 escapes; text that is none of those is left as it is. */
export function unescaped(text: string): string {
  return text.replaceAll(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
