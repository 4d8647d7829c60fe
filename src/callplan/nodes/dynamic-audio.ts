import { Type, type Static } from 'typebox';

import { BranchlineError } from '../../core/index.js';
import { defineNode, leaveBy, NORMAL_CLOSING, type NodeContext } from '../node-definition.js';
import type { AudioPart } from '../ports.js';
import { property } from '../properties.js';
import { orAborted } from '../runtime/abort.js';
import { playFiles } from '../runtime/prompts.js';

/** The platform's limit for a value (platform.md §3), and ours for a text. */
const MAX_VALUE = 32;
const MAX_TEXT = 250;
const GIVEN_UP = { tone: 'congestion', q850: 16 } as const;

/** How a value may be interpreted, and spoken then; the first format is the usual one. "Text" is spoken as it stands. */
export const SPOKEN_FORMATS = {
  Text: ['Plain'],
  Number: ['Cardinal', 'Ordinal', 'Digits'],
  Date: ['Day Month Year', 'Day Month', 'Weekday Day Month', 'Weekday Day Month Year', 'Month Year'],
  Time: ['12 Hour', '24 Hour'],
  Currency: ['Pounds', 'Euros', 'Dollars'],
  Alphanumeric: ['Verbatim', 'Phonetic'],
} as const;
type InterpretAs = keyof typeof SPOKEN_FORMATS;

const literals = (values: readonly string[]) => Type.Union(values.map((value) => Type.Literal(value)));
const genders: ('Male' | 'Female')[] = ['Male', 'Female'];

const settings = Type.Object(
  {
    inputValue: property(Type.String({ maxLength: MAX_TEXT }), {
      description: `What is spoken: at most ${MAX_VALUE} characters, a text ${MAX_TEXT}. Characters that have no place in it are left out`,
    }),
    interpretAs: Type.Unsafe<InterpretAs>({ ...literals(Object.keys(SPOKEN_FORMATS)), description: 'What the value is' }),
    spokenFormat: Type.Optional(
      Type.Unsafe<string>({ ...literals([...new Set(Object.values(SPOKEN_FORMATS).flat())]), description: 'How it is said; absent: the usual way' }),
    ),
    gender: property(Type.Unsafe<'Male' | 'Female'>(literals(genders)), { description: 'The voice', default: 'Female' }),
    language: Type.Optional(
      property(Type.String({ pattern: '^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$', maxLength: 35, description: 'a language by BCP 47 ("en-GB")' }), {
        description: 'Absent: the box’s',
      }),
    ),
  },
  { additionalProperties: false },
);
type Settings = Static<typeof settings>;

/**
 * Speaks a value to the A-party (platform.md §3): recorded prompts where the account has them, else the speech engine. A value that cannot be read as
 * it is to be interpreted, or that nothing could speak, leaves by Failed.
 */
export const dynamicAudioNode = defineNode({
  type: 'Dynamic Audio',
  typeVersion: 1,
  summary: 'Speaks a value: a text, number, date, time, amount of money, or letters and digits. Failed where it cannot be read or spoken.',
  settings,
  needs: 'answeredA',
  telephonyInteraction: true,
  entry: null,
  inSubPlans: true,
  branches: () => [
    { name: 'Continue', mandatory: false, unconnected: NORMAL_CLOSING },
    { name: 'Failed', mandatory: false, unconnected: GIVEN_UP },
  ],
  check: ({ interpretAs, spokenFormat }) => {
    const formats: readonly string[] = SPOKEN_FORMATS[interpretAs];
    if (spokenFormat === undefined || formats.includes(spokenFormat)) return [];
    return [
      {
        path: '/spokenFormat',
        code: 'spokenFormatUnsuited',
        message: `A value that is a ${interpretAs} cannot be said as "${spokenFormat}": give one of ${formats.join(', ')}.`,
      },
    ];
  },
  run: async (ctx) => {
    const parts = await partsOf(ctx);
    if (parts === null) return leaveBy('Failed');
    const heard = await playFiles(ctx, parts, '');
    return leaveBy(heard.failed ? 'Failed' : 'Continue');
  },
});

/** What to play; null where there is nothing, and the trace says why. The value itself is the caller's and stays out of the trace. */
async function partsOf(ctx: NodeContext<Settings>): Promise<readonly AudioPart[] | null> {
  const { inputValue, interpretAs, spokenFormat = SPOKEN_FORMATS[interpretAs][0], gender, language = null } = ctx.settings;
  const tooLong = interpretAs !== 'Text' && inputValue.length > MAX_VALUE;
  try {
    const announcement = { value: inputValue, interpretAs, spokenFormat, language, gender };
    const parts = tooLong ? null : await orAborted(ctx.announce(announcement), ctx.signal);
    if (parts === null) ctx.trace('speech.unreadable', { interpretAs, characters: inputValue.length });
    return parts;
  } catch (error) {
    if (ctx.signal.aborted || !(error instanceof BranchlineError) || error.code.kind === 'unexpected') throw error;
    ctx.trace('speech.failed', { interpretAs, detail: error.message });
    return null;
  }
}
