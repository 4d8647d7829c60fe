import { type Static, Type } from 'typebox';

import type { AssignmentRecord, ServiceNumberRecord } from '../../store/index.js';
import { parseAddress } from '../../telephony/index.js';
import { accountFor, visible, visibleAccounts } from '../access.js';
import { invalidInput, Problem } from '../problem.js';
import { DateTime, Id, IdParams, iso, oneOf, pageOf, PageQuerystring } from '../schemas.js';
import type { RouteModule } from './module.js';

const STATUSES = ['active', 'parked', 'suspended'] as const;

const AssignmentView = Type.Object({ id: Id, planId: Id, active: Type.Boolean(), createdAt: DateTime });
const ServiceNumberView = Type.Object(
  {
    id: Id,
    accountId: Id,
    number: Type.String(),
    status: oneOf(STATUSES),
    description: Type.String(),
    assignments: Type.Array(AssignmentView),
    createdAt: DateTime,
  },
  { $id: 'ServiceNumber' },
);
const NewServiceNumber = Type.Object(
  {
    number: Type.String({ minLength: 1, maxLength: 64 }),
    accountId: Type.Optional(Id),
    status: Type.Optional(oneOf(STATUSES)),
    description: Type.Optional(Type.String({ maxLength: 500 })),
  },
  { additionalProperties: false, $id: 'NewServiceNumber' },
);
const ServiceNumberChange = Type.Object(
  { status: Type.Optional(oneOf(STATUSES)), description: Type.Optional(Type.String({ maxLength: 500 })), accountId: Type.Optional(Id) },
  { additionalProperties: false, minProperties: 1 },
);
const NewAssignment = Type.Object({ planId: Id, active: Type.Optional(Type.Boolean({ default: true })) }, { additionalProperties: false });
const AssignmentParams = Type.Object({ id: Id, assignmentId: Id });

const tags = ['Numbers'];

/** `/service-numbers` and the plans assigned to them. */
export const serviceNumberRoutes: RouteModule = (server, { store, serviceNumbers }) => {
  const viewOf = (record: ServiceNumberRecord) => view(record, store.serviceNumbers.assignments(record.id));

  server.post(
    '/service-numbers',
    { schema: { operationId: 'createServiceNumber', tags, body: NewServiceNumber, response: { 201: ServiceNumberView, '4xx': Problem } } },
    async (request, reply) => {
      const { number, accountId, status, description } = request.body;
      const owner = accountFor(request, store, accountId);
      const created = await serviceNumbers.create({
        accountId: owner,
        number: e164(number, store.accounts.get(owner)?.country ?? 'GB'),
        status: status ?? 'active',
        description: description ?? '',
      });
      return reply.code(201).send(viewOf(created));
    },
  );

  server.get(
    '/service-numbers',
    { schema: { operationId: 'listServiceNumbers', tags, querystring: PageQuerystring, response: { 200: pageOf(ServiceNumberView) } } },
    (request) => {
      const page = store.serviceNumbers.list(visibleAccounts(request, store), request.query);
      return { items: page.rows.map(viewOf), after: page.after };
    },
  );

  server.get(
    '/service-numbers/:id',
    { schema: { operationId: 'getServiceNumber', tags, params: IdParams, response: { 200: ServiceNumberView, '4xx': Problem } } },
    (request) => viewOf(visible(request, store, store.serviceNumbers.get(request.params.id), 'service number')),
  );

  server.patch(
    '/service-numbers/:id',
    {
      schema: {
        operationId: 'updateServiceNumber',
        tags,
        params: IdParams,
        body: ServiceNumberChange,
        response: { 200: ServiceNumberView, '4xx': Problem },
      },
    },
    async (request) => {
      const record = visible(request, store, store.serviceNumbers.get(request.params.id), 'service number');
      const { accountId, ...change } = request.body;
      return viewOf(
        await serviceNumbers.update(record.id, {
          ...change,
          ...(accountId === undefined ? {} : { accountId: accountFor(request, store, accountId) }),
        }),
      );
    },
  );

  server.delete(
    '/service-numbers/:id',
    { schema: { operationId: 'deleteServiceNumber', tags, params: IdParams, response: { 204: Type.Null(), '4xx': Problem } } },
    async (request, reply) => {
      await serviceNumbers.delete(visible(request, store, store.serviceNumbers.get(request.params.id), 'service number').id);
      return reply.code(204).send(null);
    },
  );

  server.post(
    '/service-numbers/:id/assignments',
    {
      schema: {
        operationId: 'createAssignment',
        tags,
        summary: 'Assign a call plan; an active one takes the place of the number’s active one',
        params: IdParams,
        body: NewAssignment,
        response: { 201: AssignmentView, '4xx': Problem },
      },
    },
    async (request, reply) => {
      const number = visible(request, store, store.serviceNumbers.get(request.params.id), 'service number');
      const plan = visible(request, store, store.plans.get(request.body.planId), 'call plan');
      const created = await serviceNumbers.assign(number.id, plan.id, request.body.active ?? true);
      return reply.code(201).send(assignmentView(created));
    },
  );

  server.post(
    '/service-numbers/:id/assignments/:assignmentId/activate',
    { schema: { operationId: 'activateAssignment', tags, params: AssignmentParams, response: { 200: ServiceNumberView, '4xx': Problem } } },
    async (request) => {
      const number = visible(request, store, store.serviceNumbers.get(request.params.id), 'service number');
      await serviceNumbers.activate(number.id, request.params.assignmentId);
      return viewOf(number);
    },
  );

  server.delete(
    '/service-numbers/:id/assignments/:assignmentId',
    { schema: { operationId: 'deleteAssignment', tags, params: AssignmentParams, response: { 204: Type.Null(), '4xx': Problem } } },
    async (request, reply) => {
      const number = visible(request, store, store.serviceNumbers.get(request.params.id), 'service number');
      await serviceNumbers.unassign(number.id, request.params.assignmentId);
      return reply.code(204).send(null);
    },
  );
};

function e164(text: string, country: string): string {
  const address = parseAddress(text, country);
  if (address.kind !== 'number') throw invalidInput([{ path: '/number', message: 'must be a telephone number, such as +441632960100' }]);
  return address.e164;
}

function view(record: ServiceNumberRecord, assignments: readonly AssignmentRecord[]): Static<typeof ServiceNumberView> {
  return { ...record, createdAt: iso(record.createdAt), assignments: assignments.map(assignmentView) };
}

function assignmentView({ serviceNumberId: _, ...record }: AssignmentRecord): Static<typeof AssignmentView> {
  return { ...record, createdAt: iso(record.createdAt) };
}
