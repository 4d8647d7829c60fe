import { type Static, Type } from 'typebox';

import { OUTCOMES } from '../../core/index.js';
import type { LineHealth } from '../../telephony/index.js';
import { notFound, requireBoxOperator } from '../access.js';
import { LineHistoryPage, LineHistoryQuery, historyPage } from '../line-history.js';
import { Problem } from '../problem.js';
import { DateTime, Id, iso, nullable, oneOf } from '../schemas.js';
import type { RouteModule } from './module.js';

const LineCallView = Type.Object({
  at: DateTime,
  direction: oneOf(['in', 'out']),
  outcome: oneOf(OUTCOMES),
  q850: Type.Integer(),
  inferred: Type.Boolean(),
  party: nullable(Type.String({ description: 'The other end, as far as the line told it' })),
  talkedSeconds: nullable(Type.Integer()),
});

const LineView = Type.Object(
  {
    line: Type.String(),
    kind: oneOf(['fxo', 'fxs', 'bearer']),
    channel: Type.Integer(),
    state: oneOf(['idle', 'ringing', 'dialling', 'talking', 'alarm', 'removed']),
    since: DateTime,
    detail: Type.String(),
    offHook: nullable(Type.Boolean({ description: 'fxo: ours; fxs: the telephone’s' })),
    battery: nullable(Type.Boolean({ description: 'fxo: the line is fed' })),
    reversed: nullable(Type.Boolean({ description: 'Polarity of the feed' })),
    echoCanceller: oneOf(['none', 'card', 'engine'], { description: 'Who cancels the echo of the call that is on it' }),
    outOfService: nullable(Type.Object({ reason: Type.String(), by: Id, since: DateTime })),
    lastCall: nullable(LineCallView),
    lastCause: nullable(Type.Integer()),
    callsToday: Type.Integer(),
    callsTotal: Type.Integer(),
  },
  { $id: 'Line' },
);

const LineParams = Type.Object({ line: Type.Integer({ minimum: 1, maximum: 100_000, description: 'The channel' }) });
const OutOfServiceBody = Type.Object({ reason: Type.String({ minLength: 1, maxLength: 200 }) }, { additionalProperties: false });

const tags = ['Lines'];

/** `/lines`: the card's channels, what each does now, how it fares, and taking one out of service. */
export const lineRoutes: RouteModule = (server, { store, lines }) => {
  const find = (channel: number): LineHealth => {
    const line = lines.watch.get(channel);
    if (line === null) throw notFound('line');
    return line;
  };

  server.get(
    '/lines',
    {
      schema: {
        operationId: 'listLines',
        tags,
        summary: 'The telephony card’s channels',
        response: { 200: Type.Object({ items: Type.Array(LineView) }), '4xx': Problem },
      },
    },
    (request) => {
      requireBoxOperator(request, store);
      return { items: lines.watch.list().map(view) };
    },
  );

  server.get(
    '/lines/:line',
    { schema: { operationId: 'getLine', tags, params: LineParams, response: { 200: LineView, '4xx': Problem } } },
    (request) => {
      requireBoxOperator(request, store);
      return view(find(request.params.line));
    },
  );

  server.get(
    '/lines/:line/history',
    {
      schema: {
        operationId: 'listLineHistory',
        tags,
        summary: 'Alarms, calls, tests and words of people, newest first',
        params: LineParams,
        querystring: LineHistoryQuery,
        response: { 200: LineHistoryPage, '4xx': Problem },
      },
    },
    (request) => {
      requireBoxOperator(request, store);
      return historyPage(lines.history, `line/${find(request.params.line).channel}`, request.query);
    },
  );

  server.post(
    '/lines/:line/out-of-service',
    {
      schema: {
        operationId: 'takeLineOutOfService',
        tags,
        summary: 'A call in progress goes on; new ones avoid the line, and who calls in on it is not answered. Also over a restart',
        params: LineParams,
        body: OutOfServiceBody,
        response: { 200: LineView, '4xx': Problem },
      },
    },
    async (request) => {
      requireBoxOperator(request, store);
      const { channel } = find(request.params.line);
      await lines.outOfService.take(channel, request.body.reason, request.principal.tokenId);
      return view(find(channel));
    },
  );

  server.post(
    '/lines/:line/in-service',
    { schema: { operationId: 'putLineInService', tags, params: LineParams, response: { 200: LineView, '4xx': Problem } } },
    async (request) => {
      requireBoxOperator(request, store);
      const { channel } = find(request.params.line);
      await lines.outOfService.giveBack(channel, request.principal.tokenId);
      return view(find(channel));
    },
  );
};

function view({ line, kind, channel, state, since, detail, present, echoCanceller, outOfService, calls }: LineHealth): Static<typeof LineView> {
  const { last, today, total } = calls;
  return {
    line,
    kind,
    channel,
    state,
    since: iso(since),
    detail,
    offHook: present?.offHook ?? null,
    battery: present?.battery ?? null,
    reversed: present?.reversed ?? null,
    echoCanceller,
    outOfService: outOfService === null ? null : { reason: outOfService.reason, by: outOfService.by, since: iso(outOfService.at) },
    lastCall: last === null ? null : { ...last, at: iso(last.at) },
    lastCause: last?.q850 ?? null,
    callsToday: today,
    callsTotal: total,
  };
}
