import { type Static, Type } from 'typebox';

import { BranchlineError } from '../../core/index.js';
import type { CallRecord, CdrRecord } from '../../store/index.js';
import type { Leg } from '../../telephony/index.js';
import { visible, visibleAccounts } from '../access.js';
import { apiErrors } from '../errors.js';
import { DateTime, Id, IdParams, iso, isoOrNull, momentOf, nullable, oneOf, pageOf, PageQuerystring } from '../schemas.js';
import type { RouteModule } from './module.js';

const CallView = Type.Object(
  {
    id: Id,
    accountId: Id,
    origin: oneOf(['inbound', 'scheduled']),
    live: Type.Boolean(),
    requestId: nullable(Id),
    attemptId: nullable(Id),
    planId: nullable(Id),
    planVersion: nullable(Type.Integer()),
    from: Type.String(),
    to: Type.String(),
    startAt: DateTime,
    answeredAt: nullable(DateTime),
    endAt: nullable(DateTime),
    expectedCount: nullable(Type.Integer({ description: 'CDRs that belong to the call, once it has ended' })),
    legs: Type.Optional(
      Type.Array(Type.Object({ id: Id, direction: oneOf(['in', 'out']), line: Type.String(), state: Type.String(), answeredAt: nullable(DateTime) })),
    ),
  },
  { $id: 'Call' },
);

const CdrView = Type.Object(
  {
    id: Id,
    accountId: Id,
    callId: Id,
    callType: Type.Integer({ description: '1 inbound, 2 outdial, 167 First Party of a Scheduled Call; 7, 26, 27 accountable events' }),
    legId: nullable(Id),
    parentId: nullable(Id),
    requestId: nullable(Id),
    attemptId: nullable(Id),
    from: Type.String(),
    to: Type.String(),
    startAt: DateTime,
    answeredAt: nullable(DateTime),
    endAt: DateTime,
    clearDown: Type.Integer({ description: 'ITU-T Q.850 cause' }),
    ttaMs: Type.Integer({ description: 'Time to answer in milliseconds; 0 where it was not answered' }),
    data: Type.Record(Type.String(), Type.Unknown()),
  },
  { $id: 'Cdr' },
);

const TraceView = Type.Object({ sequence: Type.Integer(), at: DateTime, type: Type.String(), data: Type.Record(Type.String(), Type.Unknown()) });

const CallQuerystring = Type.Object(
  {
    ...PageQuerystring.properties,
    requestId: Type.Optional(Id),
    callId: Type.Optional(Id),
    from: Type.Optional(DateTime),
    to: Type.Optional(DateTime),
  },
  { additionalProperties: false },
);

const CallListQuerystring = Type.Object(
  {
    ...CallQuerystring.properties,
    live: Type.Optional(Type.Boolean({ description: 'true: the calls that live now, and nothing else is asked for' })),
  },
  { additionalProperties: false },
);

/** `/calls`: live ones and those in the records; `/calls/{id}/events`: the trace; `/cdrs`. */
export const callRoutes: RouteModule = (server, { store, calls }) => {
  const filterOf = (accountIds: readonly string[], query: Static<typeof CallQuerystring>) => ({
    accountIds,
    ...(query.requestId === undefined ? {} : { requestId: query.requestId }),
    ...(query.callId === undefined ? {} : { callId: query.callId }),
    ...(query.from === undefined ? {} : { from: momentOf(query.from, '/querystring/from') }),
    ...(query.to === undefined ? {} : { to: momentOf(query.to, '/querystring/to') }),
  });
  const pageQuery = (query: { readonly limit: number; readonly after?: string }) => ({
    limit: query.limit,
    ...(query.after === undefined ? {} : { after: query.after }),
  });
  const view = (record: CallRecord) => callView(record, calls.get(record.id)?.legs);
  const liveOf = (accountIds: readonly string[]) =>
    calls.live().flatMap(({ identity }) => {
      const record = accountIds.includes(identity.accountId) ? calls.recordOf(identity.id) : null;
      return record === null ? [] : [view(record)];
    });
  /** A live call is known before the store has it. */
  const find = (id: string) => calls.recordOf(id) ?? store.calls.get(id);

  server.get(
    '/calls',
    {
      schema: {
        operationId: 'listCalls',
        tags: ['Calls'],
        summary: 'Calls, live ones among them, or those alone',
        querystring: CallListQuerystring,
        response: { 200: pageOf(CallView) },
      },
    },
    (request) => {
      if (request.query.live === true) return { items: liveOf(visibleAccounts(request, store)).slice(0, request.query.limit), after: null };
      const page = store.calls.list(filterOf(visibleAccounts(request, store), request.query), pageQuery(request.query));
      return { items: page.rows.map(view), after: page.after };
    },
  );

  server.get('/calls/:id', { schema: { operationId: 'getCall', tags: ['Calls'], params: IdParams, response: { 200: CallView } } }, (request) =>
    view(visible(request, store, find(request.params.id), 'call')),
  );

  server.get(
    '/calls/:id/events',
    {
      schema: {
        operationId: 'listCallEvents',
        tags: ['Calls'],
        summary: 'The trace: which node ran and what it did',
        params: IdParams,
        response: { 200: Type.Object({ items: Type.Array(TraceView) }) },
      },
    },
    (request) => {
      visible(request, store, find(request.params.id), 'call');
      const trace = store.traces.ofCall(request.params.id);
      return {
        items: trace.map(({ sequence, at, type, data }) => ({ sequence, at: iso(at), type, data: JSON.parse(data) as Record<string, unknown> })),
      };
    },
  );

  server.post(
    '/calls/:id/hang-up',
    { schema: { operationId: 'hangUpCall', tags: ['Calls'], summary: 'Ends a live call', params: IdParams, response: { 202: CallView } } },
    async (request, reply) => {
      const record = visible(request, store, find(request.params.id), 'call');
      const call = calls.get(record.id);
      if (call === null) throw new BranchlineError(apiErrors.wrongState, 'The call has ended already');
      void call.end(16);
      return reply.code(202).send(view(record));
    },
  );

  server.get(
    '/cdrs',
    {
      schema: {
        operationId: 'listCdrs',
        tags: ['Calls'],
        summary: 'Call detail records: one a leg or accountable event',
        querystring: CallQuerystring,
        response: { 200: pageOf(CdrView) },
      },
    },
    (request) => {
      const page = store.calls.cdrs(filterOf(visibleAccounts(request, store), request.query), pageQuery(request.query));
      return { items: page.rows.map(cdrView), after: page.after };
    },
  );
};

function callView(record: CallRecord, legs: readonly Leg[] | undefined): Static<typeof CallView> {
  const { serviceNumberId: _, ...rest } = record;
  return {
    ...rest,
    live: record.endAt === null,
    startAt: iso(record.startAt),
    answeredAt: isoOrNull(record.answeredAt),
    endAt: isoOrNull(record.endAt),
    ...(legs === undefined ? {} : { legs: legs.map(legView) }),
  };
}

function legView(leg: Leg) {
  return { id: leg.id, direction: leg.details.direction, line: leg.details.lineKind, state: leg.state, answeredAt: isoOrNull(leg.answeredAt) };
}

function cdrView(record: CdrRecord): Static<typeof CdrView> {
  return {
    ...record,
    startAt: iso(record.startAt),
    answeredAt: isoOrNull(record.answeredAt),
    endAt: iso(record.endAt),
    data: JSON.parse(record.data) as Record<string, unknown>,
  };
}
