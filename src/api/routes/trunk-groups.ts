import { type Static, Type } from 'typebox';

import type { TrunkGroupRecord } from '../../store/index.js';
import type { TrunkDirectory } from '../../telephony/index.js';
import { notFound, requireBoxOperator } from '../access.js';
import { Problem } from '../problem.js';
import { DateTime, Id, IdParams, iso, nullable, oneOf } from '../schemas.js';
import type { RouteModule } from './module.js';

const RULES = ['inOrder', 'roundRobin', 'leastUsed', 'longestIdle', 'random'] as const;

const Failover = Type.Object(
  {
    causes: Type.Optional(Type.Array(Type.Integer({ minimum: 1, maximum: 127 }), { maxItems: 127, description: 'Q.850 causes that the line told' })),
    sipStatuses: Type.Optional(
      Type.Array(Type.Integer({ minimum: 400, maximum: 599 }), { maxItems: 200, description: 'Final SIP statuses that came without a cause' }),
    ),
  },
  {
    additionalProperties: false,
    description:
      'What the next trunk is tried after, in place of the table of causes (`lineRefusal` of `/causes`); null: that table. ' +
      'Never after ringing, and no list may name a cause that says that the party was reached.',
  },
);

const fields = {
  name: Type.String({ minLength: 1, maxLength: 100 }),
  members: Type.Optional(Type.Array(Id, { maxItems: 100, description: 'Ids of trunks, in order; a member is used through its groups only' })),
  rule: Type.Optional(oneOf(RULES)),
  prefixes: Type.Optional(
    Type.Array(Type.String({ maxLength: 20 }), { maxItems: 1000, description: 'E.164 prefixes it is for; none: what its members carry' }),
  ),
  priority: Type.Optional(Type.Integer({ minimum: 0, maximum: 1000, description: 'Lower goes first' })),
  reserveInbound: Type.Optional(Type.Integer({ minimum: 0, maximum: 1000, description: 'So many free lines are kept for inbound calls' })),
  failover: Type.Optional(nullable(Failover)),
};

const NewTrunkGroup = Type.Object(fields, { additionalProperties: false, $id: 'NewTrunkGroup' });
const TrunkGroupChange = Type.Partial(Type.Object(fields), { additionalProperties: false, minProperties: 1 });

const TrunkGroupView = Type.Object(
  {
    id: Id,
    name: Type.String(),
    members: Type.Array(Id),
    rule: oneOf(RULES),
    prefixes: Type.Array(Type.String()),
    priority: Type.Integer(),
    reserveInbound: Type.Integer(),
    failover: nullable(Type.Object({ causes: Type.Array(Type.Integer()), sipStatuses: Type.Array(Type.Integer()) })),
    state: oneOf(['up', 'down', 'unknown', 'empty'], { description: 'The best of its members' }),
    inUse: Type.Integer(),
    free: Type.Integer({ description: 'Lines on which a call could come in now' }),
    createdAt: DateTime,
  },
  { $id: 'TrunkGroup' },
);

const tags = ['Lines'];

/** `/trunk-groups`: trunks of any kind, used by one rule. */
export const trunkGroupRoutes: RouteModule = (server, { store, trunks }) => {
  const { groups } = trunks;
  const find = (id: string): TrunkGroupRecord => {
    const record = groups.get(id);
    if (record === null) throw notFound('trunk group');
    return record;
  };

  server.post(
    '/trunk-groups',
    { schema: { operationId: 'createTrunkGroup', tags, body: NewTrunkGroup, response: { 201: TrunkGroupView, '4xx': Problem } } },
    async (request, reply) => {
      requireBoxOperator(request, store);
      return reply.code(201).send(view(await groups.create(request.body), trunks));
    },
  );

  server.get(
    '/trunk-groups',
    { schema: { operationId: 'listTrunkGroups', tags, response: { 200: Type.Object({ items: Type.Array(TrunkGroupView) }), '4xx': Problem } } },
    (request) => {
      requireBoxOperator(request, store);
      return { items: groups.list().map((group) => view(group, trunks)) };
    },
  );

  server.get(
    '/trunk-groups/:id',
    { schema: { operationId: 'getTrunkGroup', tags, params: IdParams, response: { 200: TrunkGroupView, '4xx': Problem } } },
    (request) => {
      requireBoxOperator(request, store);
      return view(find(request.params.id), trunks);
    },
  );

  server.patch(
    '/trunk-groups/:id',
    {
      schema: {
        operationId: 'updateTrunkGroup',
        tags,
        summary: 'Calls in progress stay',
        params: IdParams,
        body: TrunkGroupChange,
        response: { 200: TrunkGroupView, '4xx': Problem },
      },
    },
    async (request) => {
      requireBoxOperator(request, store);
      return view(await groups.update(find(request.params.id).id, request.body), trunks);
    },
  );

  server.delete(
    '/trunk-groups/:id',
    {
      schema: {
        operationId: 'deleteTrunkGroup',
        tags,
        summary: 'Its trunks stay and are used by themselves, or through their other groups',
        params: IdParams,
        response: { 204: Type.Null(), '4xx': Problem },
      },
    },
    async (request, reply) => {
      requireBoxOperator(request, store);
      await groups.delete(find(request.params.id).id);
      return reply.code(204).send(null);
    },
  );
};

function view(record: TrunkGroupRecord, trunks: TrunkDirectory): Static<typeof TrunkGroupView> {
  const { members, prefixes, failover, createdAt, ...rest } = record;
  return {
    ...rest,
    members: [...members],
    prefixes: [...prefixes],
    failover: failover === null ? null : { causes: [...failover.causes], sipStatuses: [...failover.sipStatuses] },
    ...trunks.groupState(record),
    createdAt: iso(createdAt),
  };
}
