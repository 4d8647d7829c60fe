import { createHash, randomBytes } from 'node:crypto';

import { BranchlineError, type Clock, type Logger, newId } from '../core/index.js';
import type { Store, TokenRecord } from '../store/index.js';
import type { AccountService } from './account-service.js';
import { accountErrors } from './errors.js';

const PREFIX = 'bl_';
const SECRET_BYTES = 32;
/** Fewer characters than this can be guessed. */
const SHORTEST_BOOTSTRAP_VALUE = 16;
const LONGEST_NAME = 100;
/** The moment of last use is for people: once a minute is enough, and spares a write a request. */
const TOUCH_EVERY_MS = 60_000;

export interface NewToken {
  readonly accountId: string;
  readonly name: string;
  /** Wall time, ms; null: never. */
  readonly expiresAt: number | null;
}

/** `secret` is told this once: only its hash is kept. */
export interface CreatedToken {
  readonly record: TokenRecord;
  readonly secret: string;
}

/** Who speaks, after a token was verified. */
export interface TokenOwner {
  readonly accountId: string;
  readonly tokenId: string;
}

/** API tokens. A token is 256 random bits, kept as its SHA-256: looking it up by hash tells an attacker's clock nothing of the token. */
export class TokenService {
  readonly #store: Store;
  readonly #accounts: AccountService;
  readonly #clock: Clock;
  readonly #logger: Logger;
  /** Uses noted by this process, by token id: the stored moment lags behind by a commit. */
  readonly #touchedAt = new Map<string, number>();

  constructor(store: Store, accounts: AccountService, clock: Clock, logger: Logger) {
    this.#store = store;
    this.#accounts = accounts;
    this.#clock = clock;
    this.#logger = logger;
  }

  /** Rejects with `tokenInvalid` for an empty name or an end that is past. */
  async create(values: NewToken): Promise<CreatedToken> {
    return this.#keep(values, randomSecret());
  }

  /**
   * At the first start: makes the one token with which everything else is made, of `value` or, where that is null, a random one. `announce` is told
   * the random one before it is kept: a process killed in between has shown a token of no worth, and the next start makes another. Null where tokens
   * exist. Rejects with `bootstrapTokenWeak` for a value that can be guessed or cannot be sent in a header.
   */
  async bootstrap(accountId: string, value: string | null, announce: (secret: string) => void = () => undefined): Promise<string | null> {
    if (this.#store.tokens.count() > 0) return null;
    const values: NewToken = { accountId, name: 'bootstrap', expiresAt: null };
    if (value !== null) {
      requireStrong(value);
      return (await this.#keep(values, value)).secret;
    }
    const secret = randomSecret();
    announce(secret);
    return (await this.#keep(values, secret)).secret;
  }

  /**
   * Whose token it is. Throws `tokenRefused` for one that is unknown, revoked or expired, and `accountDisabled` where its account, or one above, is
   * disabled.
   */
  verify(secret: string): TokenOwner {
    const record = this.#store.tokens.byHash(hashOf(secret));
    if (record === null)
      throw new BranchlineError(accountErrors.tokenRefused, 'The API token is unknown here or was revoked: use another, or have one created');
    const now = this.#clock.now();
    if (record.expiresAt !== null && record.expiresAt <= now) {
      throw new BranchlineError(accountErrors.tokenRefused, 'The API token has expired: create a new one', { context: { tokenId: record.id } });
    }
    this.#accounts.requireActive(record.accountId);
    this.#noteUse(record, now);
    return { accountId: record.accountId, tokenId: record.id };
  }

  /** From the moment this resolves the token is refused. Rejects with the store's `conflict` where it does not exist. */
  async revoke(id: string): Promise<void> {
    await this.#store.commit(this.#store.tokens.delete(id));
    this.#touchedAt.delete(id);
  }

  async #keep(values: NewToken, secret: string): Promise<CreatedToken> {
    const now = this.#clock.now();
    requireValid(values, now);
    const record: TokenRecord = {
      id: newId('tok', this.#clock),
      accountId: values.accountId,
      name: values.name.trim(),
      hash: hashOf(secret),
      createdAt: now,
      lastUsedAt: null,
      expiresAt: values.expiresAt,
    };
    await this.#store.commit(this.#store.tokens.insert(record));
    return { record, secret };
  }

  /** Nobody waits for it, and nobody is refused when it fails. */
  #noteUse(record: TokenRecord, now: number): void {
    const before = Math.max(record.lastUsedAt ?? 0, this.#touchedAt.get(record.id) ?? 0);
    if (before !== 0 && Math.abs(now - before) < TOUCH_EVERY_MS) return;
    this.#touchedAt.set(record.id, now);
    this.#store.commit(this.#store.tokens.touch(record.id, now)).catch((error: unknown) => {
      this.#logger.warn({ tokenId: record.id, error: (error as Error).message }, 'The last use of a token was not noted');
    });
  }
}

function randomSecret(): string {
  return `${PREFIX}${randomBytes(SECRET_BYTES).toString('base64url')}`;
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

function requireValid({ name, expiresAt }: NewToken, now: number): void {
  const length = name.trim().length;
  if (length === 0 || length > LONGEST_NAME) throw invalid('/name', `must have 1 to ${LONGEST_NAME} characters`);
  if (expiresAt !== null && expiresAt <= now) throw invalid('/expiresAt', 'must be in the future, or null for a token without an end');
}

function invalid(path: string, message: string): BranchlineError {
  return new BranchlineError(accountErrors.tokenInvalid, `The token cannot be made: ${path} ${message}`, { problems: [{ path, message }] });
}

function requireStrong(value: string): void {
  if (value.length >= SHORTEST_BOOTSTRAP_VALUE && /^[\x21-\x7e]+$/u.test(value)) return;
  throw new BranchlineError(
    accountErrors.bootstrapTokenWeak,
    `The bootstrap token must have at least ${SHORTEST_BOOTSTRAP_VALUE} characters, without spaces, all of ASCII: ` +
      'give BRANCHLINE_BOOTSTRAP_TOKEN a longer value, or leave it out and a random one is made',
  );
}
