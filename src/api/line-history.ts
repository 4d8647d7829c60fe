import { type Static, Type } from 'typebox';

import type { LineHistory } from '../telephony/index.js';
import { DateTime, iso, nullable } from './schemas.js';

export const LineHistoryQuery = Type.Object(
  {
    limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100 }),
    after: Type.Optional(Type.String({ pattern: '^[0-9]{1,15}$', description: '`after` of the page before' })),
  },
  { additionalProperties: false },
);

const LineEventView = Type.Object({ at: DateTime, type: Type.String(), data: Type.Record(Type.String(), Type.Unknown()) }, { $id: 'LineEvent' });

export const LineHistoryPage = Type.Object({ items: Type.Array(LineEventView), after: nullable(Type.String()) });

/** A page of what happened to a line or span, newest first. */
export function historyPage(
  history: LineHistory,
  subject: string,
  { limit, after }: Static<typeof LineHistoryQuery>,
): Static<typeof LineHistoryPage> {
  const events = history.page(subject, after === undefined ? null : Number(after), limit);
  const last = events.at(-1);
  return {
    items: events.map(({ at, type, data }) => ({ at: iso(at), type, data: { ...data } })),
    after: last !== undefined && events.length === limit ? String(last.id) : null,
  };
}
