import { BranchlineError, type Clock, newId } from '../core/index.js';
import type { AccountFeatures, AccountLimits, AccountRecord, Store, WriteCommand } from '../store/index.js';
import { accountErrors } from './errors.js';
import { checkedCountry, checkedLimits, checkedName, DEFAULT_LIMITS } from './account-values.js';

export interface NewAccount {
  readonly parentId: string;
  readonly name: string;
  /** ISO 3166; the parent's where it is absent. */
  readonly country?: string | undefined;
  /** Off where absent. */
  readonly features?: Partial<AccountFeatures> | undefined;
  readonly limits?: Partial<AccountLimits> | undefined;
}

export interface AccountChange {
  readonly name?: string | undefined;
  readonly country?: string | undefined;
  readonly status?: AccountRecord['status'] | undefined;
  readonly features?: Partial<AccountFeatures> | undefined;
  readonly limits?: Partial<AccountLimits> | undefined;
}

export interface RootAccount {
  readonly name: string;
  readonly country: string;
  readonly features: AccountFeatures;
  readonly limits?: Partial<AccountLimits>;
}

const FEATURE_NAMES: Readonly<Record<keyof AccountFeatures, string>> = { scheduledCall: 'Scheduled Call', customCli: 'custom CLI' };
const NO_FEATURES: AccountFeatures = { scheduledCall: false, customCli: false };

/**
 * The tree of accounts. An account sees itself and what is below it; what it may do (features, limits, status) is decided above it. A feature is
 * only ever on where it is on all the way up.
 */
export class AccountService {
  readonly #store: Store;
  readonly #clock: Clock;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** The root account: the stored one, or at the very first start a new one of these values. */
  async ensureRoot(values: RootAccount): Promise<AccountRecord> {
    const existing = this.#store.accounts.root();
    if (existing !== null) return existing;
    const record: AccountRecord = {
      id: newId('acc', this.#clock),
      parentId: null,
      name: checkedName(values.name),
      status: 'active',
      country: checkedCountry(values.country),
      features: values.features,
      limits: checkedLimits({ ...DEFAULT_LIMITS, ...values.limits }),
      createdAt: this.#clock.now(),
    };
    await this.#store.commit(this.#store.accounts.insert(record));
    return record;
  }

  /**
   * A new account below `callerId` or one of its sub accounts. Rejects with `accountUnknown` where the parent is not among those, and with
   * `featureNotOnParent` where it would have a feature that its parent has not.
   */
  async create(callerId: string, values: NewAccount): Promise<AccountRecord> {
    const parent = this.#visible(callerId, values.parentId);
    const features = { ...NO_FEATURES, ...defined(values.features) };
    requireOnParent(features, parent);
    const record: AccountRecord = {
      id: newId('acc', this.#clock),
      parentId: parent.id,
      name: checkedName(values.name),
      status: 'active',
      country: checkedCountry(values.country ?? parent.country),
      features,
      limits: checkedLimits({ ...DEFAULT_LIMITS, ...defined(values.limits) }),
      createdAt: this.#clock.now(),
    };
    await this.#store.commit(this.#store.accounts.insert(record));
    return record;
  }

  /**
   * Changes an account. Features, limits and status of an account are changed from above it (the root's by itself; it cannot be disabled), else
   * `accountNotYours`. A feature that is taken away goes from everything below as well, in the same commit.
   */
  async update(callerId: string, id: string, change: AccountChange): Promise<AccountRecord> {
    const before = this.#visible(callerId, id);
    this.#requireRightTo(callerId, before, change);
    const after: AccountRecord = {
      ...before,
      name: change.name === undefined ? before.name : checkedName(change.name),
      country: change.country === undefined ? before.country : checkedCountry(change.country),
      status: change.status ?? before.status,
      features: { ...before.features, ...defined(change.features) },
      limits: checkedLimits({ ...before.limits, ...defined(change.limits) }),
    };
    const parent = before.parentId === null ? null : this.#store.accounts.get(before.parentId);
    if (parent !== null) requireOnParent(after.features, parent);
    await this.#store.commit(this.#store.accounts.update(after), ...this.#withdrawnBelow(after));
    return after;
  }

  /** Whether an account is `ancestorId` or below it. */
  isWithin(accountId: string, ancestorId: string): boolean {
    return this.#pathOf(accountId).some(({ id }) => id === ancestorId);
  }

  /** Throws `accountDisabled`, in the platform's words, where the account or one above it is disabled. */
  requireActive(accountId: string): void {
    const disabled = this.#pathOf(accountId).find(({ status }) => status === 'disabled');
    if (disabled === undefined) return;
    throw new BranchlineError(accountErrors.accountDisabled, 'Your account is disabled. Please contact your system administrator', {
      context: { accountId, disabled: disabled.id },
    });
  }

  /** The account and all above it, itself first. */
  #pathOf(accountId: string): readonly AccountRecord[] {
    const path: AccountRecord[] = [];
    let account = this.#store.accounts.get(accountId);
    while (account !== null) {
      path.push(account);
      account = account.parentId === null ? null : this.#store.accounts.get(account.parentId);
    }
    return path;
  }

  #visible(callerId: string, id: string): AccountRecord {
    const record = this.#store.accounts.get(id);
    if (record !== null && this.isWithin(id, callerId)) return record;
    throw new BranchlineError(accountErrors.accountUnknown, `There is no account "${id}" at or below yours`, { context: { callerId, id } });
  }

  #requireRightTo(callerId: string, account: AccountRecord, { status, features, limits }: AccountChange): void {
    const isRoot = account.parentId === null;
    if (isRoot && status === 'disabled') {
      throw new BranchlineError(
        accountErrors.accountNotYours,
        'The root account cannot be disabled, since nobody could enable it again: leave it active',
      );
    }
    const decidedAbove = status !== undefined || features !== undefined || limits !== undefined;
    if (decidedAbove && callerId === account.id && !isRoot) {
      throw new BranchlineError(
        accountErrors.accountNotYours,
        'Status, features and limits of an account are changed from above it: use a token of an account above',
        {
          context: { callerId, id: account.id },
        },
      );
    }
  }

  /** Changes to all accounts below that have a feature which `account` has no longer. */
  #withdrawnBelow(account: AccountRecord): readonly WriteCommand[] {
    return this.#store.accounts.children(account.id).flatMap((child) => {
      const features = both(child.features, account.features);
      const below: AccountRecord = { ...child, features };
      const changed = features.scheduledCall !== child.features.scheduledCall || features.customCli !== child.features.customCli;
      return [...(changed ? [this.#store.accounts.update(below)] : []), ...this.#withdrawnBelow(below)];
    });
  }
}

function requireOnParent(features: AccountFeatures, parent: AccountRecord): void {
  const missing = featureKeys().find((key) => features[key] && !parent.features[key]);
  if (missing === undefined) return;
  throw new BranchlineError(
    accountErrors.featureNotOnParent,
    `The account "${parent.name}" above has no feature ${FEATURE_NAMES[missing]} to hand on: leave it off, or have it enabled there first`,
    {
      context: { parentId: parent.id, feature: missing },
      problems: [
        { path: `/features/${missing}`, message: 'The account above does not have this feature: leave it off, or have it enabled there first.' },
      ],
    },
  );
}

function both(a: AccountFeatures, b: AccountFeatures): AccountFeatures {
  return { scheduledCall: a.scheduledCall && b.scheduledCall, customCli: a.customCli && b.customCli };
}

function featureKeys(): readonly (keyof AccountFeatures)[] {
  return Object.keys(FEATURE_NAMES) as (keyof AccountFeatures)[];
}

/** Without the fields that are there but undefined, which would overwrite what is spread before them. */
function defined<T extends object>(values: Partial<T> | undefined): { [K in keyof T]?: T[K] } {
  return Object.fromEntries(Object.entries(values ?? {}).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: T[K] };
}
