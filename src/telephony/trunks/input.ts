import { BranchlineError, type InputProblem } from '../../core/index.js';
import type {
  AnalogueLineRules,
  AnalogueTrunkSettings,
  ChannelSelection,
  IsdnTrunkSettings,
  SipTrunkSettings,
  TrunkRecord,
} from '../../store/index.js';
import { telephonyErrors } from '../errors.js';
import { parseE164 } from '../numbers/index.js';
import { parseHostPort } from './host-port.js';
import { lineRuleProblems } from './line-rules.js';

/** A trunk as it is asked for, the form of CONTRACT.md's "Lines out". What is absent has its default, or in a change stays as it is. */
export interface TrunkInput {
  readonly name: string;
  readonly kind: 'sip' | 'isdn' | 'analogue';
  readonly enabled?: boolean | undefined;
  readonly prefixes?: readonly string[] | undefined;
  readonly priority?: number | undefined;
  readonly maxCalls?: number | undefined;
  readonly callsPerSecond?: number | undefined;
  /** SIP: "host:port". */
  readonly address?: string | undefined;
  readonly transport?: 'udp' | 'tcp' | 'tls' | undefined;
  /** SIP: null ends the registration. */
  readonly register?: { readonly username: string; readonly password: string } | null | undefined;
  readonly optionsSeconds?: number | undefined;
  readonly srtp?: 'off' | 'optional' | 'mandatory' | undefined;
  readonly dtmf?: 'automatic' | 'rfc4733' | 'info' | 'inBand' | undefined;
  readonly refer?: 'refuse' | 'follow' | undefined;
  readonly ddiPrefix?: string | undefined;
  readonly retryAfterTimeout?: boolean | undefined;
  /** Analogue: numbers of FXO channels. */
  readonly channels?: readonly number[] | undefined;
  /** Analogue: the service number that a caller on these channels reaches; null: none. */
  readonly serviceNumber?: string | null | undefined;
  /** Analogue: how the lines are used; null: by the defaults again. */
  readonly line?: AnalogueLineRules | null | undefined;
  /** ISDN: numbers of spans. */
  readonly spans?: readonly number[] | undefined;
  /** ISDN: B-channels of each of its spans; none: any. */
  readonly bChannels?: readonly number[] | undefined;
  readonly selection?: ChannelSelection | undefined;
  readonly exclusive?: boolean | undefined;
  readonly numbering?: 'typed' | 'dialled' | undefined;
  /** ISDN: how a called number is sent on spans with overlap. */
  readonly sending?: NonNullable<IsdnTrunkSettings['sending']> | undefined;
}

/** What a check of the input needs to know of the box. */
export interface TrunkSurroundings {
  /** FXO channels that exist; null where no card is present to ask. */
  readonly fxoChannels: readonly number[] | null;
  /** B-channels that exist, by span; null where no card is present to ask. */
  readonly bearers: ReadonlyMap<number, readonly number[]> | null;
  readonly country: string;
}

type Settings = Omit<TrunkRecord, 'id' | 'createdAt'>;

const SIP_ONLY = ['address', 'transport', 'register', 'optionsSeconds', 'srtp', 'dtmf', 'refer', 'retryAfterTimeout'] as const;
const ANALOGUE_ONLY = ['channels', 'serviceNumber', 'line'] as const;
const ISDN_ONLY = ['spans', 'bChannels', 'selection', 'exclusive', 'numbering', 'sending'] as const;

const DEFAULTS = { enabled: true, prefixes: [], priority: 10, maxCalls: 30, callsPerSecond: 10 } as const;

/** Checks the input and fills in defaults. Throws `trunkInvalid` with every place that is wrong. */
export function checkTrunkInput(input: TrunkInput, box: TrunkSurroundings): Settings {
  const problems: InputProblem[] = [];
  const settings: Settings = {
    name: input.name.trim(),
    kind: input.kind,
    enabled: input.enabled ?? DEFAULTS.enabled,
    prefixes: [...new Set(input.prefixes ?? DEFAULTS.prefixes)],
    priority: input.priority ?? DEFAULTS.priority,
    maxCalls: input.maxCalls ?? DEFAULTS.maxCalls,
    callsPerSecond: input.callsPerSecond ?? DEFAULTS.callsPerSecond,
    sip: input.kind === 'sip' ? sipSettings(input) : null,
    analogue: input.kind === 'analogue' ? analogueSettings(input, box, problems) : null,
    isdn: input.kind === 'isdn' ? isdnSettings(input) : null,
  };
  problems.push(...commonProblems(settings), ...kindProblems(settings, input, box));
  if (problems.length > 0) {
    throw new BranchlineError(
      telephonyErrors.trunkInvalid,
      `The trunk cannot be used like this: ${problems.map((problem) => problem.message).join(' ')}`,
      { problems },
    );
  }
  return settings;
}

/** A record in the form it could have been asked for: the ground that a change is laid on. */
export function trunkInputOf(record: TrunkRecord): TrunkInput {
  const { id: _id, createdAt: _createdAt, sip, analogue, isdn, ...common } = record;
  if (sip !== null) {
    const { register, username, password, ...rest } = sip;
    return { ...common, ...rest, register: register ? { username: username ?? '', password: password ?? '' } : null };
  }
  return { ...common, ...analogue, ...isdn };
}

function sipSettings(input: TrunkInput): SipTrunkSettings {
  const register = input.register ?? null;
  return {
    address: (input.address ?? '').trim(),
    transport: input.transport ?? 'udp',
    register: register !== null,
    username: register?.username ?? null,
    password: register?.password ?? null,
    optionsSeconds: input.optionsSeconds ?? 30,
    srtp: input.srtp ?? 'off',
    dtmf: input.dtmf ?? 'automatic',
    refer: input.refer ?? 'refuse',
    ddiPrefix: input.ddiPrefix ?? '',
    retryAfterTimeout: input.retryAfterTimeout ?? false,
  };
}

function analogueSettings(input: TrunkInput, box: TrunkSurroundings, problems: InputProblem[]): AnalogueTrunkSettings {
  let serviceNumber: string | null = null;
  try {
    serviceNumber = input.serviceNumber === undefined || input.serviceNumber === null ? null : parseE164(input.serviceNumber, box.country);
  } catch (error) {
    problems.push({ path: '/serviceNumber', message: error instanceof Error ? error.message : String(error) });
  }
  const line = input.line ?? null;
  return { channels: [...new Set(input.channels)], serviceNumber, ...(line === null ? {} : { line }) };
}

function isdnSettings(input: TrunkInput): IsdnTrunkSettings {
  return {
    spans: [...new Set(input.spans)],
    bChannels: [...new Set(input.bChannels)].sort((a, b) => a - b),
    selection: input.selection ?? 'descending',
    exclusive: input.exclusive ?? false,
    ddiPrefix: input.ddiPrefix ?? '',
    numbering: input.numbering ?? 'typed',
    sending: input.sending ?? 'enBloc',
  };
}

function commonProblems(settings: Settings): InputProblem[] {
  const problems: InputProblem[] = [];
  if (!/^[^\p{Cc}]{1,64}$/u.test(settings.name)) problems.push({ path: '/name', message: 'A trunk needs a name of 1 to 64 characters.' });
  settings.prefixes.forEach((prefix, index) => {
    if (!/^\+[1-9]\d{0,14}$/.test(prefix)) {
      problems.push({
        path: `/prefixes/${index}`,
        message: `"${prefix}" is not the beginning of an E.164 number: write "+" and the country code, as "+4477009".`,
      });
    }
  });
  const ranges = [
    ['priority', settings.priority, 0, 1000],
    ['maxCalls', settings.maxCalls, 1, 1000],
    ['callsPerSecond', settings.callsPerSecond, 1, 200],
  ] as const;
  for (const [name, value, low, high] of ranges) problems.push(...rangeProblem(name, value, low, high));
  return problems;
}

function kindProblems(settings: Settings, input: TrunkInput, box: TrunkSurroundings): InputProblem[] {
  switch (settings.kind) {
    case 'sip':
      return [...sipProblems(settings.sip ?? sipSettings(input)), ...foreign(input, [...ANALOGUE_ONLY, ...ISDN_ONLY], 'a SIP trunk')];
    case 'analogue':
      return [
        ...channelProblems(settings.analogue?.channels ?? [], box),
        ...lineRuleProblems(settings.analogue?.line ?? {}),
        ...foreign(input, [...SIP_ONLY, ...ISDN_ONLY, 'ddiPrefix'], 'an analogue trunk'),
      ];
    case 'isdn':
      return [...isdnProblems(settings.isdn ?? isdnSettings(input), box), ...foreign(input, [...SIP_ONLY, ...ANALOGUE_ONLY], 'an ISDN trunk')];
  }
}

function sipProblems(sip: SipTrunkSettings): InputProblem[] {
  const problems = rangeProblem('optionsSeconds', sip.optionsSeconds, 0, 3600);
  if (parseHostPort(sip.address, 5060) === null) {
    problems.push({
      path: '/address',
      message: `"${sip.address}" is not an address: write host and port, as "sip.example.com:5060", "192.0.2.7:5060" or "[2001:db8::1]:5060".`,
    });
  }
  if (sip.register && ((sip.username ?? '') === '' || (sip.password ?? '') === '')) {
    problems.push({ path: '/register', message: 'To register, a trunk needs both a user name and a password.' });
  }
  if (/[\p{Cc}"<>]/u.test(`${sip.username ?? ''}${sip.password ?? ''}`)) {
    problems.push({ path: '/register', message: 'A user name or password may not hold control characters, quotes or angle brackets.' });
  }
  problems.push(...prefixProblems(sip.ddiPrefix));
  return problems;
}

function prefixProblems(ddiPrefix: string): InputProblem[] {
  if (/^(\+?\d{1,14}|\+)?$/.test(ddiPrefix)) return [];
  return [{ path: '/ddiPrefix', message: `"${ddiPrefix}" is no prefix of numbers: write digits, as "+441632960".` }];
}

function isdnProblems({ spans, bChannels, ddiPrefix }: IsdnTrunkSettings, { bearers }: TrunkSurroundings): InputProblem[] {
  const problems = prefixProblems(ddiPrefix);
  if (spans.length === 0) problems.push({ path: '/spans', message: 'An ISDN trunk names at least one span, as [2].' });
  if (bearers === null) return problems;
  spans.forEach((span, index) => {
    if (bearers.has(span)) return;
    const known = [...bearers.keys()].join(', ') || 'none';
    problems.push({ path: `/spans/${index}`, message: `Span ${span} is not an ISDN span of this box; those are: ${known}.` });
  });
  bChannels.forEach((channel, index) => {
    if (spans.every((span) => bearers.get(span)?.includes(channel) ?? true)) return;
    problems.push({ path: `/bChannels/${index}`, message: `Not every span of the trunk has a B-channel ${channel}.` });
  });
  return problems;
}

function channelProblems(channels: readonly number[], box: TrunkSurroundings): InputProblem[] {
  if (channels.length === 0) return [{ path: '/channels', message: 'An analogue trunk names at least one FXO channel, as [1].' }];
  const { fxoChannels } = box;
  return channels.flatMap((channel, index) =>
    fxoChannels === null || fxoChannels.includes(channel)
      ? []
      : [
          {
            path: `/channels/${index}`,
            message: `Channel ${channel} is not an FXO channel of this box; those are: ${fxoChannels.join(', ') || 'none'}.`,
          },
        ],
  );
}

function rangeProblem(name: string, value: number, low: number, high: number): InputProblem[] {
  if (Number.isInteger(value) && value >= low && value <= high) return [];
  return [{ path: `/${name}`, message: `${name} is ${value}: it has to be a whole number from ${low} to ${high}.` }];
}

function foreign(input: TrunkInput, names: readonly (keyof TrunkInput)[], what: string): InputProblem[] {
  return names
    .filter((name) => input[name] !== undefined)
    .map((name) => ({ path: `/${name}`, message: `${name} means nothing for ${what}: leave it out.` }));
}
