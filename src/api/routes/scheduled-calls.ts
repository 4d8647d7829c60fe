import { type Static, Type } from 'typebox';

import { OUTCOMES } from '../../core/index.js';
import type { AcceptanceResult, RequestChange, RequestView, RetriedOutcome, RetryRules } from '../../scheduler/index.js';
import type { AttemptRecord, RequestRecord, RequestState } from '../../store/index.js';
import { formatAddress, parseAddress } from '../../telephony/index.js';
import { accountFor, visibleAccounts } from '../access.js';
import { Problem, problemBody } from '../problem.js';
import { DateTime, Id, IdParams, iso, isoOrNull, momentOf, nullable, oneOf, pageOf, PageQuerystring } from '../schemas.js';
import type { RouteModule } from './module.js';

const STATES = [
  'queued',
  'held',
  'dialling',
  'inProgress',
  'waitingRetry',
  'completed',
  'failed',
  'expired',
  'deleted',
  'interrupted',
] as const satisfies readonly RequestState[];

const RetryRule = Type.Object(
  {
    times: Type.Integer({ minimum: 1, maximum: 20, description: 'Attempts beside the first; only those that reached a line count' }),
    afterSeconds: Type.Integer({ minimum: 1, maximum: 86_400 }),
    backOff: Type.Optional(Type.Number({ minimum: 1, maximum: 10, description: 'Each wait is so many times the one before; absent: 1' })),
    jitterSeconds: Type.Optional(Type.Integer({ minimum: 0, maximum: 3_600, description: 'Up to so much longer; absent: 0' })),
  },
  { additionalProperties: false },
);
const Retry = Type.Object(
  {
    busy: Type.Optional(RetryRule),
    noAnswer: Type.Optional(RetryRule),
    unobtainable: Type.Optional(RetryRule),
    congestion: Type.Optional(RetryRule),
    failed: Type.Optional(RetryRule),
  } satisfies Record<RetriedOutcome, unknown>,
  {
    additionalProperties: false,
    description: 'After which outcomes the First Party is dialled again, never later than latestStartAt; one who rejects the call is not',
  },
);

const fields = {
  serviceNumber: Type.String({
    minLength: 1,
    maxLength: 64,
    description: 'Service number whose call plan the First Party goes through; E.164 or national',
  }),
  firstParty: Type.String({ minLength: 1, maxLength: 256, description: 'Whom to call: E.164, national, ext:201 or sip:…' }),
  presentationNumber: Type.Optional(
    Type.String({ minLength: 1, maxLength: 64, description: 'What the called party is shown; absent: the service number' }),
  ),
  scheduledAt: Type.Optional(nullable(DateTime)),
  latestStartAt: Type.Optional(nullable(DateTime)),
  firstPartyRingSeconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 60 })),
  reference: Type.Optional(nullable(Type.String({ maxLength: 200 }))),
  priority: Type.Optional(Type.Integer({ minimum: 0, maximum: 9, description: '0 goes first' })),
  guarantee: Type.Optional(oneOf(['atMostOnce', 'atLeastOnce'])),
  retry: Type.Optional(Retry),
  variables: Type.Optional(Type.Record(Type.String(), Type.String(), { description: 'Initial values of the plan’s custom service variables' })),
};

const CreateBody = Type.Object({ ...fields, accountId: Type.Optional(Id) }, { additionalProperties: false, $id: 'NewScheduledCall' });
const ChangeBody = Type.Partial(Type.Object(fields), { additionalProperties: false, minProperties: 1 });
const BatchBody = Type.Object(
  { accountId: Type.Optional(Id), requests: Type.Array(Type.Object(fields, { additionalProperties: false }), { minItems: 1, maxItems: 1000 }) },
  { additionalProperties: false },
);

const TryView = Type.Object({
  id: Id,
  trunkId: Id,
  trunkName: Type.String(),
  trunkGroup: Type.Optional(Type.String({ description: 'The group through which the trunk was chosen' })),
  legId: Id,
  startedAt: DateTime,
  q850: nullable(Type.Integer()),
  inferred: Type.Boolean({ description: 'The line did not tell the cause itself' }),
  sipStatus: nullable(Type.Integer()),
  sent: Type.Boolean(),
  detail: Type.String(),
  notCarried: Type.Array(Type.String(), {
    description: 'What was asked and the line cannot carry: networkCli, presentationCli, callerName, withholding, diversion',
  }),
});

const AttemptView = Type.Object(
  {
    id: Id,
    number: Type.Integer(),
    state: oneOf(['armed', 'dialling', 'inProgress', 'ended']),
    dueAt: DateTime,
    seizedAt: nullable(DateTime),
    answeredAt: nullable(DateTime),
    endedAt: nullable(DateTime),
    outcome: nullable(oneOf(OUTCOMES)),
    q850: nullable(Type.Integer()),
    sipStatus: nullable(Type.Integer()),
    callId: nullable(Id),
    reasonCode: nullable(Type.String()),
    reason: nullable(Type.String()),
    tries: Type.Array(TryView),
  },
  { $id: 'Attempt' },
);

const ScheduledCallView = Type.Object(
  {
    id: Id,
    accountId: Id,
    serviceNumber: Type.String(),
    firstParty: Type.String(),
    presentationNumber: Type.String(),
    scheduledAt: nullable(DateTime),
    dueAt: DateTime,
    latestStartAt: DateTime,
    firstPartyRingSeconds: Type.Integer(),
    reference: nullable(Type.String()),
    priority: Type.Integer(),
    guarantee: oneOf(['atMostOnce', 'atLeastOnce']),
    retry: Retry,
    variables: Type.Record(Type.String(), Type.String()),
    state: oneOf(STATES),
    outcome: nullable(oneOf(OUTCOMES)),
    reasonCode: nullable(Type.String()),
    reason: nullable(Type.String()),
    createdAt: DateTime,
    updatedAt: DateTime,
    finalAt: nullable(DateTime),
    attempts: Type.Optional(Type.Array(AttemptView)),
    callIds: Type.Optional(Type.Array(Id)),
    whyNotYet: Type.Optional(
      Type.Array(Type.Object({ code: Type.String(), message: Type.String(), refusalCode: Type.Optional(Type.String()) }), {
        description: 'Why a waiting request has not been dialled',
      }),
    ),
  },
  { $id: 'ScheduledCall' },
);

const ListQuerystring = Type.Object(
  {
    ...PageQuerystring.properties,
    state: Type.Optional(Type.Array(oneOf(STATES), { maxItems: STATES.length })),
    serviceNumber: Type.Optional(Type.String({ maxLength: 64 })),
    reference: Type.Optional(Type.String({ maxLength: 200 })),
  },
  { additionalProperties: false },
);

const BatchView = Type.Object({
  results: Type.Array(Type.Object({ status: Type.Integer(), request: Type.Optional(ScheduledCallView), problem: Type.Optional(Problem) })),
});

const tags = ['Scheduled Calls'];

/** `/scheduled-calls`. */
export const scheduledCallRoutes: RouteModule = (server, { store, scheduler }) => {
  server.post(
    '/scheduled-calls',
    {
      schema: {
        operationId: 'createScheduledCallRequest',
        tags,
        summary: 'Ask that a number be called, now or at a moment',
        body: CreateBody,
        response: { 201: ScheduledCallView, '4xx': Problem },
      },
    },
    async (request, reply) => {
      const accountId = accountFor(request, store, request.body.accountId);
      const created = await scheduler.createRequest(accountId, draftOf(request.body), (record) => request.idempotency.keep(201, view(record)));
      return reply.code(201).header('location', `/api/v1/scheduled-calls/${created.id}`).send(view(created));
    },
  );

  server.post(
    '/scheduled-calls/batch',
    {
      schema: {
        operationId: 'createScheduledCallRequests',
        tags,
        summary: 'Up to 1,000 requests, each with its own result, in their order',
        body: BatchBody,
        response: { 200: BatchView, '4xx': Problem },
      },
    },
    async (request) => {
      const accountId = accountFor(request, store, request.body.accountId);
      const results = await scheduler.createRequests(
        accountId,
        request.body.requests.map((body) => draftOf(body)),
        (made) => request.idempotency.keep(200, { results: made.map(resultView) }),
      );
      return { results: results.map(resultView) };
    },
  );

  server.get(
    '/scheduled-calls',
    { schema: { operationId: 'listScheduledCallRequests', tags, querystring: ListQuerystring, response: { 200: pageOf(ScheduledCallView) } } },
    (request) => {
      const { limit, after, state, serviceNumber, reference } = request.query;
      const filter = {
        accountIds: visibleAccounts(request, store),
        ...(state === undefined ? {} : { states: state }),
        ...(serviceNumber === undefined ? {} : { serviceNumber: inE164(serviceNumber, store.accounts.get(request.principal.accountId)?.country) }),
        ...(reference === undefined ? {} : { reference }),
      };
      const page = scheduler.list(filter, { limit, ...(after === undefined ? {} : { after }) });
      return { items: page.rows.map(view), after: page.after };
    },
  );

  server.get(
    '/scheduled-calls/statistics',
    {
      schema: {
        operationId: 'getScheduledCallStatistics',
        tags,
        summary: 'Requests by state and outcome',
        response: {
          200: Type.Object({
            total: Type.Integer(),
            byState: Type.Record(Type.String(), Type.Integer()),
            byOutcome: Type.Record(Type.String(), Type.Integer()),
          }),
        },
      },
    },
    (request) => scheduler.statistics(visibleAccounts(request, store)),
  );

  server.get(
    '/scheduled-calls/:id',
    { schema: { operationId: 'getScheduledCallRequest', tags, params: IdParams, response: { 200: ScheduledCallView, '4xx': Problem } } },
    (request) => wholeView(scheduler.get(request.principal.accountId, request.params.id)),
  );

  server.patch(
    '/scheduled-calls/:id',
    {
      schema: {
        operationId: 'updateScheduledCallRequest',
        tags,
        summary: 'Change it while queued, held or waiting for a retry',
        params: IdParams,
        body: ChangeBody,
        response: { 200: ScheduledCallView, '4xx': Problem },
      },
    },
    async (request) => view(await scheduler.updateRequest(request.principal.accountId, request.params.id, draftOf(request.body))),
  );

  server.delete(
    '/scheduled-calls/:id',
    {
      schema: {
        operationId: 'deleteScheduledCallRequest',
        tags,
        summary: 'Delete it while queued, held or waiting for a retry',
        params: IdParams,
        response: { 200: ScheduledCallView, '4xx': Problem },
      },
    },
    async (request) => view(await scheduler.deleteRequest(request.principal.accountId, request.params.id)),
  );

  const commands = [
    ['hold', 'holdScheduledCallRequest', (account: string, id: string) => scheduler.holdRequest(account, id)],
    ['release', 'releaseScheduledCallRequest', (account: string, id: string) => scheduler.releaseRequest(account, id)],
    ['run-now', 'runScheduledCallRequestNow', (account: string, id: string) => scheduler.runRequestNow(account, id)],
    ['hang-up', 'hangUpScheduledCall', async (account: string, id: string) => scheduler.hangUp(account, id)],
  ] as const;
  for (const [name, operationId, command] of commands) {
    server.post(
      `/scheduled-calls/:id/${name}`,
      { schema: { operationId, tags, params: IdParams, response: { 200: ScheduledCallView, '4xx': Problem } } },
      async (request) => view(await command(request.principal.accountId, request.params.id)),
    );
  }
};

/** A number to look for, in whatever form; as it was given where it is none. */
function inE164(text: string, country: string | undefined): string {
  try {
    return formatAddress(parseAddress(text, country));
  } catch {
    return text;
  }
}

type Times = Pick<Static<typeof ChangeBody>, 'scheduledAt' | 'latestStartAt'>;

/** The body with its times as milliseconds, without the account, which is named apart. */
function draftOf<T extends Times>(body: T): Omit<T, keyof Times | 'accountId'> & Pick<RequestChange, keyof Times> {
  const { accountId: _, scheduledAt, latestStartAt, ...rest } = body as T & { readonly accountId?: string };
  return { ...rest, scheduledAt: moment(scheduledAt, '/scheduledAt'), latestStartAt: moment(latestStartAt, '/latestStartAt') };
}

function moment(text: string | null | undefined, path: string): number | null | undefined {
  return typeof text === 'string' ? momentOf(text, path) : text;
}

function view(request: RequestRecord): Static<typeof ScheduledCallView> {
  const { serviceNumberId: _, variables, retry, ...rest } = request;
  return {
    ...rest,
    variables: JSON.parse(variables) as Record<string, string>,
    retry: JSON.parse(retry) as RetryRules,
    scheduledAt: isoOrNull(request.scheduledAt),
    dueAt: iso(request.dueAt),
    latestStartAt: iso(request.latestStartAt),
    createdAt: iso(request.createdAt),
    updatedAt: iso(request.updatedAt),
    finalAt: isoOrNull(request.finalAt),
  };
}

function wholeView({ request, attempts, callIds, whyNotYet }: RequestView): Static<typeof ScheduledCallView> {
  return { ...view(request), attempts: attempts.map(attemptView), callIds: [...callIds], whyNotYet: [...whyNotYet] };
}

function resultView(result: AcceptanceResult): Static<typeof BatchView>['results'][number] {
  if ('request' in result) return { status: 201, request: view(result.request) };
  const problem = problemBody(result.error);
  return { status: problem.status, problem };
}

function attemptView(attempt: AttemptRecord): Static<typeof AttemptView> {
  const { requestId: _r, lineCallId: _c, lineFromTag: _t, armedAt: _a, ...rest } = attempt;
  return {
    ...rest,
    dueAt: iso(attempt.dueAt),
    seizedAt: isoOrNull(attempt.seizedAt),
    answeredAt: isoOrNull(attempt.answeredAt),
    endedAt: isoOrNull(attempt.endedAt),
    tries: attempt.tries.map((one) => ({ ...one, startedAt: iso(one.startedAt), notCarried: [...one.notCarried] })),
  };
}
