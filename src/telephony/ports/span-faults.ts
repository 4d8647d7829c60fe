import { type Static, Type } from 'typebox';

// What may be wrong with a span of the virtual card, as data. What is absent is well.

const Counter = Type.Optional(Type.Integer({ minimum: 0, maximum: 2_147_483_647 }));
const Cause = (description: string) => Type.Integer({ minimum: 1, maximum: 127, description: `${description}, Q.850` });

const DChannel = Type.Object(
  {
    lossPercent: Type.Optional(Type.Number({ minimum: 0, maximum: 100, description: 'Frames that never arrive, each way' })),
    delayMs: Type.Optional(Type.Integer({ minimum: 0, maximum: 10_000 })),
    cut: Type.Optional(Type.Boolean({ description: 'Nothing arrives' })),
    refuseTei: Type.Optional(Type.Boolean({ description: 'Point to multipoint: TEIs are taken away, and none is assigned' })),
  },
  { additionalProperties: false, description: 'ISDN spans only' },
);

const Refusal = Type.Object(
  {
    number: Type.String({ pattern: '^\\+?[0-9*#]{1,32}$', description: 'E.164, or as it is dialled' }),
    cause: Cause('What calls to it are refused with'),
  },
  { additionalProperties: false },
);

const Exchange = Type.Object(
  {
    refuseWith: Type.Optional(Cause('What every call of ours is refused with')),
    refusals: Type.Optional(Type.Array(Refusal, { maxItems: 100, description: 'The same for calls to certain numbers, which go first' })),
    wrongCause: Type.Optional(Cause('Said in place of whatever a far end refuses or clears with')),
    lateConnectMs: Type.Optional(Type.Integer({ minimum: 0, maximum: 60_000, description: 'CONNECT comes so much after the answer' })),
  },
  { additionalProperties: false, description: 'What the exchange does wrong with calls; ISDN spans only' },
);

/** What is wrong with a span. */
export const SpanFaults = Type.Object(
  {
    alarms: Type.Optional(
      Type.Array(Type.Unsafe<'red' | 'yellow' | 'blue' | 'loopback'>({ type: 'string', enum: ['red', 'yellow', 'blue', 'loopback'] }), {
        uniqueItems: true,
      }),
    ),
    slips: Counter,
    bipolarViolations: Counter,
    crcErrors: Counter,
    framingErrors: Counter,
    missedInterrupts: Counter,
    dChannel: Type.Optional(DChannel),
    exchange: Type.Optional(Exchange),
  },
  { additionalProperties: false },
);
export type SpanFaults = Static<typeof SpanFaults>;
