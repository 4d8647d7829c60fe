/** Where a value came from, strongest first. */
export const SOURCES = ['command line', 'environment', 'file', 'default'] as const;
export type Source = (typeof SOURCES)[number];

interface SettingRow<T> {
  /** What it means; shown by `doctor --settings`. */
  readonly means: string;
  readonly type: 'string' | 'integer' | 'boolean' | 'choice' | 'list';
  readonly default: T;
  readonly unit?: string;
  readonly range?: readonly [number, number];
  readonly choices?: readonly string[];
  /** What has to start again for a change to take effect. */
  readonly restart: 'service' | 'none';
  /** Never shown. */
  readonly secret?: true;
}

function text(means: string, value: string, more: { readonly secret?: true } = {}): SettingRow<string> {
  return { means, type: 'string', default: value, restart: 'service', ...more };
}

function integer(means: string, value: number, range: readonly [number, number], unit?: string): SettingRow<number> {
  return { means, type: 'integer', default: value, range, restart: 'service', ...(unit === undefined ? {} : { unit }) };
}

function choice<const C extends readonly string[]>(means: string, value: C[number], choices: C): SettingRow<C[number]> {
  return { means, type: 'choice', default: value, choices, restart: 'service' };
}

/**
 * Every setting, one row a key. The key is what `branchline.yaml` says (dots nest), `BRANCHLINE_` and the key in capitals is its environment
 * variable (`http.port`: `BRANCHLINE_HTTP_PORT`), and the key with dashes its option on the command line (`--http-port`).
 */
export const SETTINGS = {
  stateDir: text('Folder of the database, audio, recordings and logs', 'state'),
  'http.host': text('Address the API listens on', '127.0.0.1'),
  'http.port': integer('Port the API listens on; 0 takes a free one', 8080, [0, 65535]),
  'sip.host': text('IP address SIP and RTP use', '127.0.0.1'),
  'sip.port': integer('SIP port over UDP and TCP; 0 takes a free one', 5060, [0, 65535]),
  'sip.tlsPort': integer('SIP port over TLS, when a certificate is set', 5061, [0, 65535]),
  'sip.tlsCertificate': text('Certificate file (PEM) for SIP over TLS; empty: no TLS listener', ''),
  'sip.tlsKey': text('Key file (PEM) of that certificate', ''),
  'sip.rtpFirst': integer('First RTP port', 16384, [1024, 65000]),
  'sip.rtpLast': integer('Last RTP port', 20479, [1025, 65535]),
  'sip.maxCalls': integer('SIP calls at once; more are refused with 503', 512, [1, 1024]),
  'sip.codecs': {
    means: 'Codecs in order of preference',
    type: 'list',
    default: ['PCMA/8000', 'PCMU/8000', 'G722/16000', 'opus/48000'],
    choices: ['PCMA/8000', 'PCMU/8000', 'G722/16000', 'opus/48000'],
    restart: 'service',
  } as SettingRow<readonly string[]>,
  'sip.logLevel': integer('Trace of SIP messages, to sip.log in the state folder: 0 none … 4 all', 0, [0, 4]),
  card: choice('Telephony card', 'virtual', ['virtual', 'dahdi', 'none']),
  'card.fxo': integer('FXO channels of the virtual card', 4, [0, 24]),
  'card.fxs': integer('FXS channels of the virtual card', 4, [0, 24]),
  'card.e1': integer('E1 spans of the virtual card', 1, [0, 8]),
  'card.bri': integer('BRI spans of the virtual card: the first point to point, the others point to multipoint', 2, [0, 16]),
  'card.echo': choice('Who cancels echo: auto is the card where it can, else (analogue lines) the engine; or only the one; or nobody', 'auto', [
    'auto',
    'card',
    'engine',
    'off',
  ]),
  'card.echoTail': choice('How long an echo may take, ms', '64', ['32', '64']),
  'card.spans': {
    means: 'Spans of the real card that are ours, by DAHDI’s numbers; empty: all',
    type: 'list',
    default: [],
    choices: Array.from({ length: 128 }, (_, span) => String(span + 1)),
    restart: 'service',
  } as SettingRow<readonly string[]>,
  'speech.engine': choice('What speaks texts; behind piper and http stands espeak-ng, should they fail', 'espeak-ng', [
    'espeak-ng',
    'piper',
    'http',
    'none',
  ]),
  'speech.language': text('Language of spoken texts that name none', 'en-GB'),
  'speech.timeoutSeconds': integer('How long an engine may take for a text', 10, [1, 60], 's'),
  'speech.cacheMegabytes': integer('Room for spoken texts in the state folder', 64, [1, 10_000], 'MB'),
  'speech.espeakProgram': text('The program of eSpeak NG', 'espeak-ng'),
  'speech.piperProgram': text('The program of Piper', 'piper'),
  'speech.piperModel': text('Piper’s voice: an .onnx file with its .onnx.json beside it', ''),
  'speech.httpUrl': text('Where an engine behind HTTP is: it is sent JSON and answers with a WAV', ''),
  'speech.httpToken': text('Bearer token for it; empty: none', '', { secret: true }),
  bootstrapToken: text('At the first start with an empty state: an API token with this value', '', { secret: true }),
  demo: {
    means: 'Make a demo account with a service number, a plan and audio at the first start',
    type: 'boolean',
    default: true,
    restart: 'service',
  } as SettingRow<boolean>,
  country: text('Country of the lines (tones, ringing) and of numbers whose account names none', 'GB'),
  logLevel: choice('Log level', 'info', ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
} as const;

export type SettingKey = keyof typeof SETTINGS;
type Widen<T> = T extends boolean ? boolean : T;
export type Settings = { readonly [K in SettingKey]: Widen<(typeof SETTINGS)[K]['default']> };

/** The option on the command line: "http.port" → "http-port", "stateDir" → "state-dir". */
export function optionName(key: SettingKey): string {
  return words(key).join('-');
}

/** The environment variable: "http.port" → "BRANCHLINE_HTTP_PORT". */
export function variableName(key: SettingKey): string {
  return `BRANCHLINE_${words(key).join('_').toUpperCase()}`;
}

function words(key: SettingKey): string[] {
  return key
    .replaceAll('.', '-')
    .replaceAll(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)
    .split('-');
}
