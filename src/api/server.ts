import type { IncomingMessage } from 'node:http';

import fastifyMultipart from '@fastify/multipart';
import fastifyRateLimit from '@fastify/rate-limit';
import fastifySwagger from '@fastify/swagger';
import fastifySwaggerUi from '@fastify/swagger-ui';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { Ajv2020, type AnySchema, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import fastify, { type FastifyInstance, type FastifySchema } from 'fastify';

import { BranchlineError } from '../core/index.js';
import { requireBoxOperator } from './access.js';
import { registerAuthentication } from './authentication.js';
import type { ApiDependencies } from './dependencies.js';
import { apiErrors } from './errors.js';
import { registerEventStream } from './event-stream.js';
import { registerIdempotency } from './idempotency.js';
import { asBranchlineError, Problem, problemBody, statusOf } from './problem.js';
import { registerRoutes } from './routes/index.js';

export const BASE_PATH = '/api/v1';
const BODY_LIMIT_BYTES = 1024 * 1024;
const AUDIO_LIMIT_BYTES = 10 * 1024 * 1024;
/** Of a body that is too large so much is read and thrown away. */
const DRAINED_BYTES = 64 * 1024 * 1024;
const REQUESTS_PER_SECOND = 2000;

export type ApiServer = FastifyInstance;

/** The HTTP server with everything that answers under it; `listen` is the caller's. */
export async function buildServer(dependencies: ApiDependencies): Promise<ApiServer> {
  const server = fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 300 },
  });
  // Text is no JSON, whatever it says.
  server.removeContentTypeParser('text/plain');
  useValidators(server);
  useProblems(server, dependencies);
  server.addSchema(Problem);
  await server.register(fastifyRateLimit, { max: REQUESTS_PER_SECOND, timeWindow: 1000 });
  await server.register(fastifyMultipart, { limits: { fileSize: AUDIO_LIMIT_BYTES, files: 1, fields: 8, fieldSize: 2000 } });
  await registerDocuments(server, dependencies);
  registerProbes(server, dependencies);
  await server.register(
    async (api) => {
      registerAuthentication(api, dependencies.tokens);
      registerIdempotency(api, dependencies);
      const typed = api.withTypeProvider<TypeBoxTypeProvider>();
      registerEventStream(typed, dependencies);
      registerRoutes(typed, dependencies);
    },
    { prefix: BASE_PATH },
  );
  return server;
}

/** Bodies are taken as they are ("5" is no number); what stands in the address is text and is coerced. Unknown fields are refused, never dropped. */
function useValidators(server: FastifyInstance): void {
  const strict = new Ajv2020({ allErrors: true, strict: false, coerceTypes: false, useDefaults: true, removeAdditional: false, discriminator: true });
  const lenient = new Ajv2020({
    allErrors: true,
    strict: false,
    coerceTypes: 'array',
    useDefaults: true,
    removeAdditional: false,
    discriminator: true,
  });
  for (const ajv of [strict, lenient]) addFormats.default(ajv);
  server.setValidatorCompiler(({ schema, httpPart }: { schema: FastifySchema | AnySchema; httpPart?: string }): ValidateFunction => {
    return (httpPart === 'body' ? strict : lenient).compile(schema);
  });
}

function useProblems(server: FastifyInstance, { logger }: ApiDependencies): void {
  server.setErrorHandler(async (thrown, request, reply) => {
    const error = asBranchlineError(thrown);
    const status = statusOf(error.code);
    if (status >= 500) logger.error({ err: error.cause ?? error, method: request.method, route: request.routeOptions.url }, 'a request failed');
    if (status === 401) void reply.header('www-authenticate', 'Bearer');
    if (status === 413) await drain(request.raw);
    await reply.code(status).type('application/problem+json').send(problemBody(error));
  });
  server.setNotFoundHandler(async (request, reply) => {
    const error = new BranchlineError(apiErrors.routeUnknown, `There is no ${request.method} ${request.url.split('?')[0] ?? ''}: see /api/docs`);
    await reply.code(404).type('application/problem+json').send(problemBody(error));
  });
}

/** Lets a client that sends too much finish, within bounds: one whose connection breaks while it writes never reads why. */
async function drain(body: IncomingMessage): Promise<void> {
  let left = DRAINED_BYTES;
  try {
    for await (const chunk of body) {
      left -= (chunk as Buffer).length;
      if (left < 0) return;
    }
  } catch {
    // The client has gone: there is nobody to wait for.
  }
}

async function registerDocuments(server: FastifyInstance, { version }: ApiDependencies): Promise<void> {
  await server.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.1',
      info: {
        title: 'Branchline',
        version,
        description: 'Scheduled Calls and call plans on the branch’s own lines. Errors are problem+json (RFC 9457).',
      },
      servers: [{ url: '/' }],
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }],
    },
    refResolver: { buildLocalReference: (json, _base, _fragment, index) => (typeof json['$id'] === 'string' ? json['$id'] : `schema-${index}`) },
  });
  await server.register(fastifySwaggerUi, { routePrefix: '/api/docs', staticCSP: DOCS_CSP, transformStaticCSP: () => DOCS_CSP });
  server.get(`${BASE_PATH}/openapi.json`, { config: { public: true }, schema: { hide: true } }, () => server.swagger());
}

/** The page needs nothing from elsewhere; inline styles are the viewer's own. */
const DOCS_CSP = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'";

function registerProbes(server: FastifyInstance, { health, metrics, tokens, store }: ApiDependencies): void {
  const options = { config: { public: true }, schema: { hide: true } };
  server.get('/healthz', options, () => ({ status: 'ok' }));
  server.get('/readyz', options, async (_request, reply) => {
    await reply.code(health.ready ? 200 : 503).send({ status: health.ready ? 'ready' : 'notReady' });
  });
  server.register(async (scope) => {
    registerAuthentication(scope, tokens);
    scope.get('/metrics', { schema: { hide: true } }, async (request, reply) => {
      requireBoxOperator(request, store);
      await reply.type(metrics.registry.contentType).send(await metrics.text());
    });
  });
}
