import { type Static, Type } from 'typebox';

import type { SpanHealth } from '../../telephony/index.js';
import { notFound, requireBoxOperator } from '../access.js';
import { LineHistoryPage, LineHistoryQuery, historyPage } from '../line-history.js';
import { Problem } from '../problem.js';
import { DateTime, iso, oneOf } from '../schemas.js';
import type { RouteModule } from './module.js';

const SpanView = Type.Object(
  {
    span: Type.Integer(),
    kind: oneOf(['analogue', 'basic', 'e1', 't1']),
    name: Type.String(),
    alarms: Type.Array(oneOf(['red', 'yellow', 'blue', 'loopback', 'removed'])),
    since: DateTime,
    slips: Type.Integer(),
    bipolarViolations: Type.Integer(),
    crcErrors: Type.Integer(),
    framingErrors: Type.Integer(),
    missedInterrupts: Type.Integer(),
  },
  { $id: 'Span' },
);

const SpanParams = Type.Object({ span: Type.Integer({ minimum: 1, maximum: 1000 }) });
const tags = ['Lines'];

/** `/spans`: the card's physical interfaces, their alarms and errors. */
export const spanRoutes: RouteModule = (server, { store, lines }) => {
  const find = (number: number): SpanHealth => {
    const span = lines.spans.get(number);
    if (span === null) throw notFound('span');
    return span;
  };

  server.get(
    '/spans',
    { schema: { operationId: 'listSpans', tags, response: { 200: Type.Object({ items: Type.Array(SpanView) }), '4xx': Problem } } },
    (request) => {
      requireBoxOperator(request, store);
      return { items: lines.spans.list().map(view) };
    },
  );

  server.get(
    '/spans/:span',
    { schema: { operationId: 'getSpan', tags, params: SpanParams, response: { 200: SpanView, '4xx': Problem } } },
    (request) => {
      requireBoxOperator(request, store);
      return view(find(request.params.span));
    },
  );

  server.get(
    '/spans/:span/history',
    {
      schema: {
        operationId: 'listSpanHistory',
        tags,
        summary: 'Alarms and errors, newest first',
        params: SpanParams,
        querystring: LineHistoryQuery,
        response: { 200: LineHistoryPage, '4xx': Problem },
      },
    },
    (request) => {
      requireBoxOperator(request, store);
      return historyPage(lines.history, `span/${find(request.params.span).span}`, request.query);
    },
  );
};

function view({ alarms, since, ...rest }: SpanHealth): Static<typeof SpanView> {
  return { ...rest, alarms: [...alarms], since: iso(since) };
}
