import { type Static, Type } from 'typebox';

// What may be wrong with a line of the virtual card, as data. What is absent is well.

const Level = (what: string) => Type.Optional(Type.Number({ minimum: -99, maximum: 0, description: `${what}, dBm0; -99 none` }));
const PerMinute = (what: string) => Type.Optional(Type.Number({ minimum: 0, maximum: 6000, description: `${what} a minute` }));
const Flag = (description: string) => Type.Optional(Type.Boolean({ description }));

const Audio = Type.Object(
  {
    gainDb: Type.Optional(Type.Number({ minimum: -40, maximum: 12 })),
    slipsPerMinute: PerMinute('Times that samples are repeated or lost by turns'),
    slipSamples: Type.Optional(Type.Integer({ minimum: 1, maximum: 160, description: 'Samples of a slip: 1 as on an E1, 160 a frame of 20 ms' })),
    clicksPerMinute: PerMinute('Clicks'),
    noiseDbm0: Level('White noise'),
    humDbm0: Level('Mains hum'),
  },
  { additionalProperties: false },
);

const Echo = Type.Object(
  {
    delayMs: Type.Integer({ minimum: 0, maximum: 1000 }),
    returnLossDb: Type.Number({ minimum: 0, maximum: 99, description: '99 no echo' }),
  },
  { additionalProperties: false },
);

const Signalling = Type.Object(
  {
    lostRings: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 100, description: 'Bursts of ringing at the beginning of a call that never arrive' }),
    ),
    longestRingMs: Type.Optional(Type.Integer({ minimum: 0, maximum: 10_000, description: 'Bursts of ringing are cut to this; 0 not' })),
    noDialTone: Flag('The exchange gives no dial tone; it hears digits all the same'),
    noBattery: Flag('The line is cut'),
    glare: Flag('Whoever seizes the line finds a caller on it'),
    noReversal: Flag('The answer is not told by polarity'),
    lateAnswerMs: Type.Optional(Type.Integer({ minimum: 0, maximum: 60_000, description: 'The answer is told so much after it happened' })),
    disconnect: Type.Optional(
      Type.Unsafe<'batteryDrop' | 'reversal' | 'tone' | 'silence'>({
        type: 'string',
        enum: ['batteryDrop', 'reversal', 'tone', 'silence'],
        description: 'How a clearing far end is told',
      }),
    ),
    disconnectTone: Type.Optional(
      Type.Unsafe<'busy' | 'congestion' | 'unobtainable' | 'dial'>({
        type: 'string',
        enum: ['busy', 'congestion', 'unobtainable', 'dial'],
        description: 'What follows a disconnection by reversal or tone',
      }),
    ),
    wrongNumber: Type.Optional(Type.String({ pattern: '^[0-9]{0,32}$', description: 'Whom every call reaches, as dialled; empty: whom it dialled' })),
  },
  { additionalProperties: false, description: 'FXO channels only' },
);

/** What is wrong with a line. */
export const LineImpairments = Type.Object(
  {
    received: Type.Optional(Type.Object(Audio.properties, { additionalProperties: false, description: 'What we hear' })),
    sent: Type.Optional(Type.Object(Audio.properties, { additionalProperties: false, description: 'What the far end hears' })),
    echo: Type.Optional(Echo),
    signalling: Type.Optional(Signalling),
  },
  { additionalProperties: false },
);
export type LineImpairments = Static<typeof LineImpairments>;
