import type { FastifyRequest } from 'fastify';

import { BranchlineError } from '../core/index.js';
import type { Store } from '../store/index.js';
import { apiErrors } from './errors.js';

/** The accounts a request may see: its token's and all below. */
export function visibleAccounts(request: FastifyRequest, store: Store): readonly string[] {
  return store.accounts.subtreeIds(request.principal.accountId);
}

/** The record, if the request may see it. Another account's is told apart from none by nobody: both are "not found". */
export function visible<T extends { readonly accountId: string }>(request: FastifyRequest, store: Store, record: T | null, what: string): T {
  if (record === null || !visibleAccounts(request, store).includes(record.accountId)) throw notFound(what);
  return record;
}

/** The account a new thing is for: the one named, when the request may see it, else the token's own. */
export function accountFor(request: FastifyRequest, store: Store, named: string | undefined): string {
  if (named === undefined) return request.principal.accountId;
  if (!visibleAccounts(request, store).includes(named)) throw notFound('account');
  return named;
}

/** Lines, trunks, the card and the box's figures belong to the box: only the root account's tokens see and change them. */
export function requireBoxOperator(request: FastifyRequest, store: Store): void {
  if (store.accounts.root()?.id !== request.principal.accountId) {
    throw new BranchlineError(apiErrors.forbidden, 'This belongs to the whole box: use a token of the root account');
  }
}

export function notFound(what: string): BranchlineError {
  return new BranchlineError(apiErrors.notFound, `There is no such ${what} on this account or a sub account`);
}
