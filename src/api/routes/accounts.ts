import { type Static, Type } from 'typebox';

import type { AccountRecord } from '../../store/index.js';
import { notFound, visibleAccounts } from '../access.js';
import { Problem } from '../problem.js';
import { DateTime, Id, IdParams, iso, nullable, oneOf, pageOf, PageQuerystring } from '../schemas.js';
import type { RouteModule } from './module.js';

const Features = Type.Object({ scheduledCall: Type.Boolean(), customCli: Type.Boolean() }, { additionalProperties: false });
const Limits = Type.Object(
  {
    simultaneousScheduledCalls: Type.Integer({ minimum: 1, maximum: 1000 }),
    openRequests: Type.Integer({ minimum: 1, maximum: 10_000_000 }),
    latestStartSeconds: Type.Integer({ minimum: 1, maximum: 31_536_000 }),
  },
  { additionalProperties: false },
);

const AccountView = Type.Object(
  {
    id: Id,
    parentId: nullable(Id),
    name: Type.String(),
    status: oneOf(['active', 'disabled']),
    country: Type.String(),
    features: Features,
    limits: Limits,
    createdAt: DateTime,
  },
  { $id: 'Account' },
);

const fields = {
  name: Type.String({ minLength: 1, maxLength: 100 }),
  country: Type.Optional(Type.String({ pattern: '^[A-Z]{2}$', description: 'ISO 3166: how national numbers are read' })),
  features: Type.Optional(Type.Partial(Features, { additionalProperties: false })),
  limits: Type.Optional(Type.Partial(Limits, { additionalProperties: false })),
};
const NewAccount = Type.Object({ ...fields, parentId: Type.Optional(Id) }, { additionalProperties: false, $id: 'NewAccount' });
const AccountChange = Type.Partial(Type.Object({ ...fields, status: oneOf(['active', 'disabled']) }), {
  additionalProperties: false,
  minProperties: 1,
});

const tags = ['Accounts'];

/** `/accounts`: the token's account and those below it. */
export const accountRoutes: RouteModule = (server, { store, accounts }) => {
  server.post(
    '/accounts',
    { schema: { operationId: 'createAccount', tags, summary: 'A sub account', body: NewAccount, response: { 201: AccountView, '4xx': Problem } } },
    async (request, reply) => {
      const { parentId, ...rest } = request.body;
      const created = await accounts.create(request.principal.accountId, { parentId: parentId ?? request.principal.accountId, ...rest });
      return reply.code(201).send(view(created));
    },
  );

  server.get(
    '/accounts',
    { schema: { operationId: 'listAccounts', tags, querystring: PageQuerystring, response: { 200: pageOf(AccountView) } } },
    (request) => {
      const page = store.accounts.list(visibleAccounts(request, store), request.query);
      return { items: page.rows.map(view), after: page.after };
    },
  );

  server.get(
    '/accounts/:id',
    { schema: { operationId: 'getAccount', tags, params: IdParams, response: { 200: AccountView, '4xx': Problem } } },
    (request) => {
      const record = visibleAccounts(request, store).includes(request.params.id) ? store.accounts.get(request.params.id) : null;
      if (record === null) throw notFound('account');
      return view(record);
    },
  );

  server.patch(
    '/accounts/:id',
    { schema: { operationId: 'updateAccount', tags, params: IdParams, body: AccountChange, response: { 200: AccountView, '4xx': Problem } } },
    async (request) => view(await accounts.update(request.principal.accountId, request.params.id, request.body)),
  );
};

function view({ createdAt, ...record }: AccountRecord): Static<typeof AccountView> {
  return { ...record, createdAt: iso(createdAt) };
}
