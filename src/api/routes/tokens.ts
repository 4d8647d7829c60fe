import { type Static, Type } from 'typebox';

import type { TokenRecord } from '../../store/index.js';
import { accountFor, visible, visibleAccounts } from '../access.js';
import { Problem } from '../problem.js';
import { DateTime, Id, IdParams, iso, isoOrNull, momentOf, nullable, pageOf, PageQuerystring } from '../schemas.js';
import type { RouteModule } from './module.js';

const TokenView = Type.Object(
  { id: Id, accountId: Id, name: Type.String(), createdAt: DateTime, lastUsedAt: nullable(DateTime), expiresAt: nullable(DateTime) },
  { $id: 'Token' },
);
const NewTokenView = Type.Object({ ...TokenView.properties, token: Type.String({ description: 'Shown once: only its hash is kept' }) });
const NewToken = Type.Object(
  { name: Type.String({ minLength: 1, maxLength: 100 }), accountId: Type.Optional(Id), expiresAt: Type.Optional(nullable(DateTime)) },
  { additionalProperties: false },
);

const tags = ['Tokens'];

/** `/tokens`: API tokens of the account and those below it. */
export const tokenRoutes: RouteModule = (server, { store, tokens }) => {
  server.post(
    '/tokens',
    { schema: { operationId: 'createToken', tags, body: NewToken, response: { 201: NewTokenView, '4xx': Problem } } },
    async (request, reply) => {
      const { name, accountId, expiresAt } = request.body;
      const created = await tokens.create({
        accountId: accountFor(request, store, accountId),
        name,
        expiresAt: typeof expiresAt === 'string' ? momentOf(expiresAt, '/expiresAt') : null,
      });
      // Nothing keeps the secret, not even for a repetition of this request: that one is answered without it.
      const answer = request.idempotency.keep(201, view(created.record));
      if (answer.length > 0) await store.commit(...answer);
      return reply.code(201).send({ ...view(created.record), token: created.secret });
    },
  );

  server.get(
    '/tokens',
    { schema: { operationId: 'listTokens', tags, querystring: PageQuerystring, response: { 200: pageOf(TokenView) } } },
    (request) => {
      const page = store.tokens.list(visibleAccounts(request, store), request.query);
      return { items: page.rows.map(view), after: page.after };
    },
  );

  server.get(
    '/tokens/:id',
    { schema: { operationId: 'getToken', tags, params: IdParams, response: { 200: TokenView, '4xx': Problem } } },
    (request) => view(visible(request, store, store.tokens.get(request.params.id), 'token')),
  );

  server.delete(
    '/tokens/:id',
    { schema: { operationId: 'deleteToken', tags, summary: 'Revokes it at once', params: IdParams, response: { 204: Type.Null(), '4xx': Problem } } },
    async (request, reply) => {
      const record = visible(request, store, store.tokens.get(request.params.id), 'token');
      await tokens.revoke(record.id);
      return reply.code(204).send(null);
    },
  );
};

function view({ hash: _, ...record }: TokenRecord): Static<typeof TokenView> {
  return { ...record, createdAt: iso(record.createdAt), lastUsedAt: isoOrNull(record.lastUsedAt), expiresAt: isoOrNull(record.expiresAt) };
}
