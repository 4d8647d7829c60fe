import { type Static, Type } from 'typebox';

import { type Finding, planDocumentSchema, type PlanDetails } from '../../callplan/index.js';
import type { PlanRecord } from '../../store/index.js';
import { accountFor, visible, visibleAccounts } from '../access.js';
import { Problem } from '../problem.js';
import { DateTime, Id, IdParams, iso, nullable, oneOf, pageOf, PageQuerystring } from '../schemas.js';
import type { RouteModule } from './module.js';

const FindingView = Type.Object({
  path: Type.String(),
  nodeId: Type.Optional(nullable(Type.Integer())),
  code: Type.String(),
  severity: oneOf(['error', 'warning']),
  message: Type.String(),
});

const PlanView = Type.Object(
  {
    id: Id,
    accountId: Id,
    name: Type.String(),
    description: Type.String(),
    activeVersion: nullable(Type.Integer({ description: 'The version callers get' })),
    revision: Type.Integer({ description: 'Name it with a change: what it was made from' }),
    createdAt: DateTime,
    updatedAt: DateTime,
  },
  { $id: 'CallPlan' },
);

const PlanDetailsView = Type.Object(
  { ...PlanView.properties, version: Type.Integer(), document: planDocumentSchema, findings: Type.Array(FindingView) },
  { $id: 'CallPlanVersion' },
);

/** Documents are judged by the call-plan room itself, whose findings say what to change; the schema is for the API's page. */
const Document = Type.Unsafe<unknown>({ type: 'object', description: 'The plan; its form is that of CallPlanVersion’s `document`' });
const publish = Type.Optional(Type.Boolean({ description: 'Callers get it at once; false keeps a draft, errors and all. Default true' }));
const NewPlan = Type.Object({ accountId: Type.Optional(Id), document: Document, publish }, { additionalProperties: false, $id: 'NewCallPlan' });
const PlanChange = Type.Object({ revision: Type.Integer({ minimum: 1 }), document: Document, publish }, { additionalProperties: false });
const ValidateBody = Type.Object({ accountId: Type.Optional(Id), document: Document }, { additionalProperties: false });
const PublishBody = Type.Object(
  { revision: Type.Integer({ minimum: 1 }), version: Type.Optional(Type.Integer({ minimum: 1 })) },
  { additionalProperties: false },
);
const VersionQuerystring = Type.Object({ version: Type.Optional(Type.Integer({ minimum: 1 })) }, { additionalProperties: false });

const tags = ['Call plans'];

/** `/call-plans`, their versions, validation and publishing. */
export const callPlanRoutes: RouteModule = (server, { store, plans }) => {
  server.post(
    '/call-plans',
    { schema: { operationId: 'createCallPlan', tags, body: NewPlan, response: { 201: PlanDetailsView, '4xx': Problem } } },
    async (request, reply) => {
      const { accountId, document, publish: live } = request.body;
      const details = await plans.create(accountFor(request, store, accountId), document, live === undefined ? {} : { publish: live });
      return reply.code(201).send(detailsView(details));
    },
  );

  server.post(
    '/call-plans/validate',
    {
      schema: {
        operationId: 'validateCallPlan',
        tags,
        summary: 'What is to be said about a plan, without keeping it',
        body: ValidateBody,
        response: { 200: Type.Object({ valid: Type.Boolean(), findings: Type.Array(FindingView) }), '4xx': Problem },
      },
    },
    (request) => {
      const findings = plans.validate(accountFor(request, store, request.body.accountId), request.body.document);
      return { valid: findings.every(({ severity }) => severity !== 'error'), findings: findings.map(findingView) };
    },
  );

  server.get(
    '/call-plans',
    { schema: { operationId: 'listCallPlans', tags, querystring: PageQuerystring, response: { 200: pageOf(PlanView) } } },
    (request) => {
      const page = plans.list(visibleAccounts(request, store), request.query);
      return { items: page.rows.map(planView), after: page.after };
    },
  );

  server.get(
    '/call-plans/:id',
    {
      schema: {
        operationId: 'getCallPlan',
        tags,
        summary: 'With its active version, or the one named',
        params: IdParams,
        querystring: VersionQuerystring,
        response: { 200: PlanDetailsView, '4xx': Problem },
      },
    },
    (request) => detailsView(plans.details(find(request).id, request.query.version)),
  );

  server.put(
    '/call-plans/:id',
    {
      schema: {
        operationId: 'updateCallPlan',
        tags,
        summary: 'The next version; calls under way keep theirs',
        params: IdParams,
        body: PlanChange,
        response: { 200: PlanDetailsView, '4xx': Problem },
      },
    },
    async (request) => {
      const { revision, document, publish: live } = request.body;
      return detailsView(await plans.update(find(request).id, revision, document, live === undefined ? {} : { publish: live }));
    },
  );

  server.post(
    '/call-plans/:id/publish',
    {
      schema: {
        operationId: 'publishCallPlan',
        tags,
        summary: 'Makes a version the one callers get; absent: the newest',
        params: IdParams,
        body: PublishBody,
        response: { 200: PlanDetailsView, '4xx': Problem },
      },
    },
    async (request) => detailsView(await plans.publish(find(request).id, request.body.revision, request.body.version)),
  );

  server.get(
    '/call-plans/:id/versions',
    {
      schema: {
        operationId: 'listCallPlanVersions',
        tags,
        params: IdParams,
        querystring: PageQuerystring,
        response: { 200: pageOf(Type.Object({ version: Type.Integer(), createdAt: DateTime })), '4xx': Problem },
      },
    },
    (request) => {
      const page = plans.versions(find(request).id, request.query);
      return { items: page.rows.map(({ version, createdAt }) => ({ version, createdAt: iso(createdAt) })), after: page.after };
    },
  );

  server.delete(
    '/call-plans/:id',
    {
      schema: {
        operationId: 'deleteCallPlan',
        tags,
        summary: 'Refused while assigned',
        params: IdParams,
        response: { 204: Type.Null(), '4xx': Problem },
      },
    },
    async (request, reply) => {
      await plans.delete(find(request).id);
      return reply.code(204).send(null);
    },
  );

  function find(request: Parameters<typeof visible>[0] & { readonly params: unknown }): PlanRecord {
    return visible(request, store, store.plans.get((request.params as Static<typeof IdParams>).id), 'call plan');
  }
};

function planView(plan: PlanRecord): Static<typeof PlanView> {
  return { ...plan, createdAt: iso(plan.createdAt), updatedAt: iso(plan.updatedAt) };
}

function detailsView({ plan, version, document, findings }: PlanDetails): Static<typeof PlanDetailsView> {
  return { ...planView(plan), version, document, findings: findings.map(findingView) };
}

function findingView(finding: Finding): Static<typeof FindingView> {
  return { ...finding };
}
