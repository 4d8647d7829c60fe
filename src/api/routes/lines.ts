import { Type } from 'typebox';

import { requireBoxOperator } from '../access.js';
import { Problem } from '../problem.js';
import { DateTime, iso, oneOf } from '../schemas.js';
import type { RouteModule } from './module.js';

const LineView = Type.Object(
  {
    line: Type.String(),
    kind: oneOf(['fxo', 'fxs', 'bearer']),
    channel: Type.Integer(),
    state: oneOf(['idle', 'ringing', 'dialling', 'talking', 'alarm', 'removed']),
    since: DateTime,
    detail: Type.String(),
  },
  { $id: 'Line' },
);

/** `/lines`: the card's channels and what each does now. */
export const lineRoutes: RouteModule = (server, { store, lines }) => {
  server.get(
    '/lines',
    {
      schema: {
        operationId: 'listLines',
        tags: ['Lines'],
        summary: 'The telephony card’s channels',
        response: { 200: Type.Object({ items: Type.Array(LineView) }), '4xx': Problem },
      },
    },
    (request) => {
      requireBoxOperator(request, store);
      return { items: lines.lines().map((line) => ({ ...line, since: iso(line.since) })) };
    },
  );
};
