import { createHash } from 'node:crypto';

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { BranchlineError, type Clock, type Logger } from '../core/index.js';
import type { Store, WriteCommand } from '../store/index.js';
import { apiErrors } from './errors.js';

const KEY = /^[\u0021-\u007e]{1,200}$/;

/** What a creating handler does with its Idempotency-Key. */
export interface Idempotency {
  /** The command that keeps the answer, to be committed together with what the request creates; none without a key. */
  keep(status: number, body: unknown): readonly WriteCommand[];
  /** For handlers that did not: the command to be committed after them; none without a key, or where `keep` was called. */
  keepLate(status: number, body: string): readonly WriteCommand[];
}

interface IdempotencyDependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
}

declare module 'fastify' {
  interface FastifyRequest {
    idempotency: Idempotency;
  }
}

const WITHOUT_KEY: Idempotency = { keep: () => [], keepLate: () => [] };

/**
 * Idempotency-Key on every POST: the first answer is kept and given again, whatever happened in between. A key with another request is refused; a
 * second request while the first is under way is told to come back (draft-ietf-httpapi-idempotency-key-header).
 */
export function registerIdempotency(server: FastifyInstance, { store, clock, logger }: IdempotencyDependencies): void {
  const underWay = new Set<string>();
  server.decorateRequest('idempotency');
  server.addHook('preHandler', async (request, reply) => {
    request.idempotency = WITHOUT_KEY;
    const key = keyOf(request);
    if (key === null) return;
    const slot = `${request.principal.accountId} ${key}`;
    const fingerprint = fingerprintOf(request);
    const kept = store.idempotency.get(request.principal.accountId, key);
    if (kept !== null) {
      if (kept.fingerprint !== fingerprint)
        throw new BranchlineError(apiErrors.idempotencyKeyReused, 'This Idempotency-Key was used for another request: choose a new one');
      await replay(reply, kept.status, kept.body);
      return;
    }
    if (underWay.has(slot))
      throw new BranchlineError(
        apiErrors.idempotencyInProgress,
        'The first request with this Idempotency-Key is still under way: try again in a moment',
      );
    underWay.add(slot);
    reply.raw.once('close', () => underWay.delete(slot));
    const command = (status: number, body: string): WriteCommand =>
      store.idempotency.insert({ accountId: request.principal.accountId, key, fingerprint, status, body, createdAt: clock.now() });
    request.idempotency = keeperOf(command);
  });
  server.addHook('onSend', async (request, reply, payload) => {
    if (request.method !== 'POST' || reply.statusCode >= 300 || typeof payload !== 'string') return payload;
    const commands = request.idempotency.keepLate(reply.statusCode, payload);
    // What was asked for is done: the answer says so, even where a repetition could not be told from a new request any more.
    if (commands.length > 0)
      await store.commit(...commands).catch((error: unknown) => logger.error({ err: error }, 'the answer of an Idempotency-Key could not be kept'));
    return payload;
  });
}

function keeperOf(command: (status: number, body: string) => WriteCommand): Idempotency {
  let kept = false;
  const once = (status: number, body: string): readonly WriteCommand[] => {
    if (kept) return [];
    kept = true;
    return [command(status, body)];
  };
  return { keep: (status, body) => once(status, JSON.stringify(body)), keepLate: once };
}

function keyOf(request: FastifyRequest): string | null {
  const header = request.headers['idempotency-key'];
  if (request.method !== 'POST' || header === undefined) return null;
  if (typeof header !== 'string' || !KEY.test(header)) {
    throw new BranchlineError(apiErrors.idempotencyKeyInvalid, 'Idempotency-Key must be 1 to 200 printable ASCII characters without spaces');
  }
  return header;
}

/** Multipart bodies are streams here and count by their length alone. */
function fingerprintOf(request: FastifyRequest): string {
  const body = request.isMultipart() ? `multipart ${request.headers['content-length'] ?? ''}` : JSON.stringify(request.body ?? null);
  return createHash('sha256').update(`${request.method} ${request.url}\n${body}`).digest('hex');
}

async function replay(reply: FastifyReply, status: number, body: string): Promise<void> {
  await reply.code(status).header('idempotency-replayed', 'true').type('application/json; charset=utf-8').serializer(String).send(body);
}
