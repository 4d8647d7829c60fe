import { type Static, type TSchema, Type } from 'typebox';

// What a far end of the virtual card does, as data: the same on every kind of virtual line. Checked at the border by these schemas.

const Milliseconds = Type.Integer({ minimum: 0, maximum: 86_400_000 });
const Keys = Type.String({ pattern: '^[0-9A-D*#]{1,64}$', description: 'Keys 0-9, *, #, A-D' });
const Cause = Type.Integer({ minimum: 1, maximum: 127, description: 'Q.850 cause, exact on ISDN' });

/** One kind of step: `do`, and what else it takes. */
function step<const Name extends string, Fields extends Record<string, TSchema>>(name: Name, description: string, fields: Fields) {
  return Type.Object({ do: Type.Literal(name), ...fields }, { additionalProperties: false, description });
}

const Ring = step('ring', 'Rings for so long, then goes on; the caller hears ringing', { milliseconds: Milliseconds });
const Answer = step('answer', 'Answers', {});
const Play = step('play', 'Plays audio that the card has by name; before `answer` in-band', {
  audio: Type.Union([Type.Literal('greeting')], { description: 'greeting: a voicemail greeting with its beep' }),
});
const Tone = step('tone', 'Sounds tones; before `answer` in-band', {
  segments: Type.Array(
    Type.Object(
      {
        frequencies: Type.Array(Type.Number({ minimum: 0, exclusiveMaximum: 4000 }), {
          maxItems: 4,
          description: 'Hz, sounding together; none: a pause',
        }),
        levelDbm0: Type.Number({ minimum: -60, maximum: 3 }),
        milliseconds: Type.Integer({ minimum: 1, maximum: 3_600_000 }),
      },
      { additionalProperties: false },
    ),
    { minItems: 1, maxItems: 64 },
  ),
  loop: Type.Optional(Type.Boolean()),
});
const KeyMs = Type.Optional(Type.Integer({ minimum: 20, maximum: 5000, description: '100 where it is not said' }));
const Digits = step('digits', 'Keys DTMF', { digits: Keys, onMs: KeyMs, offMs: KeyMs });
const Wait = step('wait', 'Listens for so long', { milliseconds: Milliseconds });
const Expect = step('expect', 'Listens until keys are heard, for so long at most', {
  digits: Type.Optional(Type.String({ pattern: '^[0-9A-D*#]{1,32}$', description: 'One after the other; absent: any key' })),
  milliseconds: Milliseconds,
  otherwise: Type.Optional(
    Type.Unsafe<'goOn' | 'hangUp'>({ type: 'string', enum: ['goOn', 'hangUp'], description: 'When they are not heard; goOn where it is not said' }),
  ),
});
const Flash = step('flash', 'A telephone opens its loop for so long; nothing on other lines', {
  milliseconds: Type.Integer({ minimum: 20, maximum: 5000 }),
});
const HangUp = step('hangUp', 'Clears', { cause: Type.Optional(Cause) });
const Refuse = step('refuse', 'Refuses; only before `answer`. One of both is enough: the other follows from it', {
  tone: Type.Optional(
    Type.Unsafe<'busy' | 'congestion' | 'unobtainable'>({
      type: 'string',
      enum: ['busy', 'congestion', 'unobtainable'],
      description: 'What an analogue line hears for as long as the caller stays',
    }),
  ),
  cause: Type.Optional(Cause),
});

const STEPS = [Ring, Answer, Play, Tone, Digits, Wait, Expect, Flash, HangUp, Refuse] as const;

/** One step of a far end's script. */
export const FarEndStep = Type.Unsafe<Static<(typeof STEPS)[number]>>({
  type: 'object',
  required: ['do'],
  discriminator: { propertyName: 'do' },
  oneOf: [...STEPS],
});
export type FarEndStep = Static<typeof FarEndStep>;

/** Steps in order; after the last one the far end listens until it is cleared. */
export const FarEndScript = Type.Array(FarEndStep, {
  maxItems: 100,
  description: 'Steps in order; after the last one the far end listens until it is cleared',
});
export type FarEndScript = readonly FarEndStep[];

/** What the network tells of a caller. */
export const FarEndCaller = Type.Object(
  {
    number: Type.Optional(Type.String({ pattern: '^\\+?[0-9]{1,20}$' })),
    name: Type.Optional(Type.String({ maxLength: 40 })),
    withheld: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);
export type FarEndCaller = Static<typeof FarEndCaller>;
