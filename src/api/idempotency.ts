import { createHash } from 'node:crypto';

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { BranchlineError, type Clock } from '../core/index.js';
import type { Store, WriteCommand } from '../store/index.js';
import { apiErrors } from './errors.js';

const KEY = /^[\u0021-\u007e]{1,200}$/;

/** What a creating handler does with its Idempotency-Key. */
export interface Idempotency {
  /** The command that keeps the answer, to be committed together with what the request creates; none without a key. */
  keep(status: number, body: unknown): readonly WriteCommand[];
}

declare module 'fastify' {
  interface FastifyRequest {
    idempotency: Idempotency;
  }
}

const WITHOUT_KEY: Idempotency = { keep: () => [] };

/**
 * Idempotency-Key on every POST: the first answer is kept and given again, whatever happened in between. A key with another request is refused; a
 * second request while the first is under way is told to come back (draft-ietf-httpapi-idempotency-key-header).
 */
export function registerIdempotency(server: FastifyInstance, store: Store, clock: Clock): void {
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
    request.idempotency = {
      keep: (status, body) => [
        store.idempotency.insert({
          accountId: request.principal.accountId,
          key,
          fingerprint,
          status,
          body: JSON.stringify(body),
          createdAt: clock.now(),
        }),
      ],
    };
  });
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
