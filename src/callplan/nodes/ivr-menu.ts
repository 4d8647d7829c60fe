import { Type, type Static } from 'typebox';

import { audioProperty, property } from '../properties.js';
import { defineNode, leaveBy, type BranchDefinition, type NodeContext } from '../node-definition.js';
import { ALL_KEYS, awaitDigit, playPrompt } from '../runtime/prompts.js';

const settings = Type.Object(
  {
    promptAudio: audioProperty('What the caller is told; a key ends it'),
    items: Type.Array(
      Type.Object(
        {
          key: Type.String({ pattern: '^[A-Za-z0-9_-]{1,40}$', description: 'letters, digits, "-" or "_", at most 40' }),
          digit: Type.String({ pattern: '^[0-9*#]$', description: 'one key out of 0-9, * and #' }),
          description: Type.Optional(Type.String({ maxLength: 200 })),
        },
        { additionalProperties: false },
      ),
      { minItems: 1, maxItems: 12, description: 'The choices; each has the branch "item:<key>". A key never changes once it was published' },
    ),
    timeoutSeconds: property(Type.Integer({ minimum: 1, maximum: 60 }), { description: 'How long to wait for a key after the prompt', default: 5 }),
    maxAttempts: property(Type.Integer({ minimum: 1, maximum: 10 }), { description: 'How often the caller may try', default: 3 }),
    invalidAudio: Type.Optional(audioProperty('Played after a key that is no choice')),
    noInputAudio: Type.Optional(audioProperty('Played when no key came in time')),
  },
  { additionalProperties: false },
);
type Settings = Static<typeof settings>;

const GIVEN_UP = { tone: 'congestion', q850: 16 } as const;
const optional = (name: string): BranchDefinition => ({ name, mandatory: false, unconnected: GIVEN_UP });

/**
 * Lets the A-party choose with one key (platform.md §3). A key typed ahead counts and leaves the prompt out. When all attempts are used up the
 * last one decides: Timeout where no key came, Invalid where the key was no choice; where that one is not connected, Max Attempts.
 */
export const ivrMenuNode = defineNode({
  type: 'IVR Menu',
  typeVersion: 1,
  summary: 'The caller chooses with one key. After the last attempt: Timeout or Invalid, or Max Attempts where that one is not connected.',
  settings,
  needs: 'answeredA',
  telephonyInteraction: true,
  entry: null,
  inSubPlans: true,
  branches: ({ items }) => [
    ...items.map((item) => ({ name: `item:${item.key}`, mandatory: true, unconnected: GIVEN_UP })),
    optional('Timeout'),
    optional('Invalid'),
    optional('Max Attempts'),
  ],
  check: ({ items }) => [...repeated(items, 'key'), ...repeated(items, 'digit')],
  run: async (ctx) => {
    let failure: 'Timeout' | 'Invalid' = 'Timeout';
    for (let attempt = 1; attempt <= ctx.settings.maxAttempts; attempt += 1) {
      const digit = await askOnce(ctx);
      const item = ctx.settings.items.find((choice) => choice.digit === digit);
      ctx.trace('menu.key', { attempt, digit, item: item?.key ?? null });
      if (item !== undefined) return leaveBy(`item:${item.key}`);
      failure = digit === null ? 'Timeout' : 'Invalid';
      await tellFailure(ctx, failure);
    }
    return leaveBy(ctx.node.branches[failure] === undefined ? 'Max Attempts' : failure);
  },
});

/** One key: typed ahead, pressed during the prompt or within the time after it; null: none. */
async function askOnce(ctx: NodeContext<Settings>): Promise<string | null> {
  const typedAhead = ctx.digits.take();
  if (typedAhead !== null) return typedAhead;
  const heard = await playPrompt(ctx, ctx.settings.promptAudio, ALL_KEYS);
  return heard.digit ?? awaitDigit(ctx, ctx.settings.timeoutSeconds * 1000);
}

/** After a mistake nothing typed ahead counts any more: it was meant for another menu. The audio can be cut short by the next key. */
async function tellFailure(ctx: NodeContext<Settings>, failure: 'Timeout' | 'Invalid'): Promise<void> {
  ctx.digits.clear();
  const audio = failure === 'Timeout' ? ctx.settings.noInputAudio : ctx.settings.invalidAudio;
  if (audio === undefined) return;
  const heard = await playPrompt(ctx, audio, ALL_KEYS);
  if (heard.digit !== null) ctx.digits.putBack(heard.digit);
}

function repeated(items: Settings['items'], property: 'key' | 'digit') {
  return items.flatMap((item, index) =>
    items.findIndex((other) => other[property] === item[property]) === index
      ? []
      : [
          {
            path: `/items/${index}/${property}`,
            code: 'itemRepeated',
            message: `Two choices have the ${property} "${item[property]}": give each its own.`,
          },
        ],
  );
}
