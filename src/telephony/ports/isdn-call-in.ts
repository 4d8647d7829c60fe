import { type Static, Type } from 'typebox';

// A subscriber's call to us over an ISDN span of the virtual card, as data.

const Subaddress = Type.Optional(
  Type.String({ pattern: '^[\\x20-\\x7E]{1,19}$', description: 'NSAP of IA5 characters (X.213), without its format identifier' }),
);
const Digits = (description: string) => Type.String({ pattern: '^\\+?[0-9*#]{1,32}$', description });

const Calling = Type.Object(
  {
    number: Type.Optional(Digits('E.164 with +, which leaves as a national or international number; else digits of unknown type')),
    presentation: Type.Optional(
      Type.Unsafe<'allowed' | 'restricted' | 'unavailable'>({
        type: 'string',
        enum: ['allowed', 'restricted', 'unavailable'],
        description: 'allowed where it is not said',
      }),
    ),
    screening: Type.Optional(
      Type.Unsafe<'unscreened' | 'userVerified' | 'userFailed' | 'network'>({
        type: 'string',
        enum: ['unscreened', 'userVerified', 'userFailed', 'network'],
        description: 'network where it is not said',
      }),
    ),
    name: Type.Optional(Type.String({ pattern: '^[\\x20-\\x7E]{1,63}$' })),
    subaddress: Subaddress,
  },
  { additionalProperties: false },
);

/** What such a call carries. */
export const IsdnCallIn = Type.Object(
  {
    called: Digits('E.164 with +, which arrives as a national or international number; else the digits that arrive, of unknown type'),
    calledSubaddress: Subaddress,
    calling: Type.Optional(Calling),
  },
  { additionalProperties: false },
);
export type IsdnCallIn = Static<typeof IsdnCallIn>;
