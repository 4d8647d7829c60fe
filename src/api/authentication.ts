import type { FastifyInstance, FastifyRequest } from 'fastify';

import type { TokenService } from '../accounts/index.js';
import { BranchlineError } from '../core/index.js';
import { apiErrors } from './errors.js';

/** Who asks: a token of an account, which sees that account and what is below it. */
export interface Principal {
  readonly accountId: string;
  readonly tokenId: string;
}

declare module 'fastify' {
  interface FastifyRequest {
    principal: Principal;
  }
  interface FastifyContextConfig {
    /** Health and documents: no token wanted. */
    public?: boolean;
  }
}

/** Wants `Authorization: Bearer <token>` of every request but those to public routes. */
export function registerAuthentication(server: FastifyInstance, tokens: TokenService): void {
  server.decorateRequest('principal');
  server.addHook('onRequest', async (request) => {
    if (request.routeOptions.config.public === true || request.is404) return;
    request.principal = tokens.verify(tokenOf(request));
  });
}

/** The token as it was sent. */
export function tokenOf(request: FastifyRequest): string {
  const [scheme, token] = (request.headers.authorization ?? '').split(' ');
  if (scheme?.toLowerCase() !== 'bearer' || token === undefined || token === '') {
    throw new BranchlineError(apiErrors.tokenMissing, 'Send an API token: Authorization: Bearer <token>');
  }
  return token;
}
