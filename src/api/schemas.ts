import { type TSchema, Type } from 'typebox';

import { invalidInput } from './problem.js';

/** ISO 8601 with offset; answers are in UTC. */
export const DateTime = Type.String({ format: 'date-time' });

export const Id = Type.String({ minLength: 1, maxLength: 64, pattern: '^[A-Za-z0-9_-]+$' });

export const IdParams = Type.Object({ id: Id });

export const PageQuerystring = Type.Object(
  {
    limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100 }),
    after: Type.Optional(Type.String({ maxLength: 512, description: '`after` of the page before' })),
  },
  { additionalProperties: false },
);

/** A page of `item`s: `after` leads to the next one, null at the end. */
export function pageOf<T extends TSchema>(item: T) {
  return Type.Object({ items: Type.Array(item), after: Type.Union([Type.String(), Type.Null()]) });
}

export function nullable<T extends TSchema>(schema: T) {
  return Type.Union([schema, Type.Null()]);
}

export function oneOf<const T extends readonly string[]>(values: T, options: Record<string, unknown> = {}) {
  return Type.Unsafe<T[number]>({ type: 'string', enum: [...values], ...options });
}

/** The wire's time as milliseconds UTC. Throws for one that its form allows and no clock shows: a leap second. `path`: where it stands in the input. */
export function momentOf(text: string, path: string): number {
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw invalidInput([{ path, message: 'is no moment: leap seconds cannot be named, give the second before' }]);
  return at;
}

/** Milliseconds UTC as the wire's time. */
export function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

export function isoOrNull(milliseconds: number | null): string | null {
  return milliseconds === null ? null : iso(milliseconds);
}
