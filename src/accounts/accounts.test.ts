import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { openTestStore, planRecord, requestRecord, type TestStore } from '../../test/support/store.js';
import { silentLogger, SteppedClock } from '../core/index.js';
import type { AccountRecord, Store } from '../store/index.js';
import { AccountService } from './account-service.js';
import { ServiceNumberService } from './service-number-service.js';
import { TokenService } from './token-service.js';

let test: TestStore;
let store: Store;
let clock: SteppedClock;
let accounts: AccountService;
let root: AccountRecord;

beforeAll(async () => {
  test = await openTestStore();
  store = test.store;
});
afterAll(() => test.remove());

beforeEach(async () => {
  test.clear();
  clock = new SteppedClock();
  accounts = new AccountService(store, clock);
  root = await accounts.ensureRoot({ name: 'Branch office', country: 'GB', features: { scheduledCall: true, customCli: false } });
});

function refusal(name: string) {
  return { code: { name } };
}

describe('the root account', () => {
  it('is made at the first start and kept at all others', async () => {
    expect(root).toMatchObject({ parentId: null, status: 'active', limits: { latestStartSeconds: 3600 } });
    const again = await accounts.ensureRoot({ name: 'Other', country: 'US', features: { scheduledCall: false, customCli: true } });
    expect(again).toEqual(root);
  });

  it('cannot be disabled', async () => {
    await expect(accounts.update(root.id, root.id, { status: 'disabled' })).rejects.toMatchObject(refusal('accountNotYours'));
  });

  it('decides on its own features', async () => {
    await accounts.update(root.id, root.id, { features: { customCli: true } });
    expect(store.accounts.root()?.features).toEqual({ scheduledCall: true, customCli: true });
  });
});

describe('sub accounts, two levels down', () => {
  let child: AccountRecord;
  let grandchild: AccountRecord;
  let sibling: AccountRecord;

  beforeEach(async () => {
    child = await accounts.create(root.id, { parentId: root.id, name: ' Reseller ', country: 'IE', features: { scheduledCall: true } });
    grandchild = await accounts.create(root.id, { parentId: child.id, name: 'Customer', features: { scheduledCall: true } });
    sibling = await accounts.create(root.id, { parentId: root.id, name: 'Sibling' });
  });

  it('take country from above, features off and limits by default where nothing is said', () => {
    expect(child).toMatchObject({ name: 'Reseller', country: 'IE', features: { scheduledCall: true, customCli: false } });
    expect(grandchild.country).toBe('IE');
    expect(sibling).toMatchObject({
      country: 'GB',
      features: { scheduledCall: false, customCli: false },
      limits: { simultaneousScheduledCalls: 100 },
    });
  });

  it('are within every account above them and in no other', () => {
    const within = (account: AccountRecord): boolean[] => [root, child, grandchild, sibling].map(({ id }) => accounts.isWithin(account.id, id));
    expect(within(root)).toEqual([true, false, false, false]);
    expect(within(child)).toEqual([true, true, false, false]);
    expect(within(grandchild)).toEqual([true, true, true, false]);
    expect(within(sibling)).toEqual([true, false, false, true]);
    expect(accounts.isWithin('acc_unknown', root.id)).toBe(false);
  });

  it('are made only at or below the account that asks', async () => {
    const under = (callerId: string, parentId: string) => accounts.create(callerId, { parentId, name: 'New' });
    await expect(under(child.id, grandchild.id)).resolves.toMatchObject({ parentId: grandchild.id });
    await expect(under(child.id, child.id)).resolves.toMatchObject({ parentId: child.id });
    await expect(under(child.id, root.id)).rejects.toMatchObject(refusal('accountUnknown'));
    await expect(under(child.id, sibling.id)).rejects.toMatchObject(refusal('accountUnknown'));
    await expect(under(grandchild.id, child.id)).rejects.toMatchObject(refusal('accountUnknown'));
    await expect(under(root.id, 'acc_unknown')).rejects.toMatchObject(refusal('accountUnknown'));
  });

  it('get only features that the account above has', async () => {
    const withFeature = accounts.create(root.id, { parentId: sibling.id, name: 'New', features: { scheduledCall: true } });
    await expect(withFeature).rejects.toThrow(
      'The account "Sibling" above has no feature Scheduled Call to hand on: leave it off, or have it enabled there first (BL4003)',
    );
    await expect(accounts.update(root.id, child.id, { features: { customCli: true } })).rejects.toMatchObject({
      ...refusal('featureNotOnParent'),
      problems: [{ path: '/features/customCli' }],
    });
  });

  it('lose a feature that is taken away anywhere above them', async () => {
    await accounts.update(root.id, root.id, { features: { scheduledCall: false } });
    expect([child, grandchild].map(({ id }) => store.accounts.get(id)?.features.scheduledCall)).toEqual([false, false]);
  });

  it('change name and country themselves, but what they may do only from above', async () => {
    await accounts.update(child.id, child.id, { name: 'Renamed', country: 'GB' });
    expect(store.accounts.get(child.id)).toMatchObject({ name: 'Renamed', country: 'GB' });
    for (const change of [{ features: { customCli: false } }, { limits: { openRequests: 5 } }, { status: 'disabled' as const }]) {
      await expect(accounts.update(child.id, child.id, change)).rejects.toMatchObject(refusal('accountNotYours'));
    }
    await accounts.update(child.id, grandchild.id, { limits: { openRequests: 5 }, status: 'disabled' });
    expect(store.accounts.get(grandchild.id)).toMatchObject({ limits: { openRequests: 5, latestStartSeconds: 3600 }, status: 'disabled' });
    await expect(accounts.update(grandchild.id, child.id, { name: 'x' })).rejects.toMatchObject(refusal('accountUnknown'));
  });

  it('are refused with values that cannot be', async () => {
    const create = (values: object) => accounts.create(root.id, { parentId: root.id, name: 'New', ...values });
    await expect(create({ name: '  ' })).rejects.toThrow('/name must have 1 to 100 characters (BL4005)');
    await expect(create({ country: 'gb' })).rejects.toThrow('such as GB');
    await expect(create({ limits: { openRequests: 0, latestStartSeconds: 1.5 } })).rejects.toMatchObject({
      problems: [{ path: '/limits/openRequests' }, { path: '/limits/latestStartSeconds' }],
    });
  });

  it('are disabled with all that is below', async () => {
    expect(() => accounts.requireActive(grandchild.id)).not.toThrow();
    await accounts.update(root.id, child.id, { status: 'disabled' });
    const words = 'Your account is disabled. Please contact your system administrator (BL4002)';
    expect(() => accounts.requireActive(grandchild.id)).toThrow(words);
    expect(() => accounts.requireActive(sibling.id)).not.toThrow();
  });
});

describe('tokens', () => {
  let tokens: TokenService;
  const make = (expiresAt: number | null = null) => tokens.create({ accountId: root.id, name: 'script', expiresAt });
  /** Waits for what was committed before. */
  const settled = () => store.commit(store.tokens.touch('none', 0));

  beforeEach(() => {
    tokens = new TokenService(store, accounts, clock, silentLogger);
  });

  it('are 256 random bits, told once and kept as a hash', async () => {
    const { record, secret } = await make();
    expect(secret).toMatch(/^bl_[\w-]{43}$/u);
    expect((await make()).secret).not.toBe(secret);
    expect(record.hash).toMatch(/^[0-9a-f]{64}$/u);
    expect(JSON.stringify(store.tokens.get(record.id))).not.toContain(secret);
    expect(tokens.verify(secret)).toEqual({ accountId: root.id, tokenId: record.id });
  });

  it('are refused when unknown, revoked or expired', async () => {
    const revoked = await make();
    await tokens.revoke(revoked.record.id);
    const expiring = await make(clock.now() + 1000);
    expect(() => tokens.verify('bl_unknown')).toThrow('is unknown here or was revoked: use another, or have one created (BL4006)');
    expect(() => tokens.verify(revoked.secret)).toThrow('is unknown here or was revoked');
    await clock.advance(999);
    expect(() => tokens.verify(expiring.secret)).not.toThrow();
    await clock.advance(1);
    expect(() => tokens.verify(expiring.secret)).toThrow('has expired: create a new one');
    await expect(tokens.revoke('tok_unknown')).rejects.toMatchObject(refusal('conflict'));
  });

  it("of a disabled account get the platform's words", async () => {
    const child = await accounts.create(root.id, { parentId: root.id, name: 'Child' });
    const { secret } = await tokens.create({ accountId: child.id, name: 'script', expiresAt: null });
    await accounts.update(root.id, child.id, { status: 'disabled' });
    expect(() => tokens.verify(secret)).toThrow('Your account is disabled. Please contact your system administrator');
  });

  it('note their last use at most once a minute', async () => {
    const { record, secret } = await make();
    const lastUsedAt = async (): Promise<number | null | undefined> => {
      tokens.verify(secret);
      await settled();
      return store.tokens.get(record.id)?.lastUsedAt;
    };
    const first = clock.now();
    expect(await lastUsedAt()).toBe(first);
    await clock.advance(59_999);
    expect(await lastUsedAt()).toBe(first);
    await clock.advance(1);
    expect(await lastUsedAt()).toBe(first + 60_000);
  });

  it('need a name, and an end in the future', async () => {
    await expect(tokens.create({ accountId: root.id, name: ' ', expiresAt: null })).rejects.toMatchObject(refusal('tokenInvalid'));
    await expect(make(clock.now())).rejects.toMatchObject({ problems: [{ path: '/expiresAt' }] });
  });

  it('begin with one of the value that was given', async () => {
    const value = 'a-value-of-16-ch';
    expect(await tokens.bootstrap(root.id, value)).toBe(value);
    expect(tokens.verify(value).accountId).toBe(root.id);
  });

  it('begin with a random one where none was given, at the first start only', async () => {
    const secret = await tokens.bootstrap(root.id, null);
    expect(tokens.verify(secret ?? '').accountId).toBe(root.id);
    expect(await tokens.bootstrap(root.id, null)).toBeNull();
    expect(await tokens.bootstrap(root.id, 'a-value-of-16-ch')).toBeNull();
    expect(store.tokens.count()).toBe(1);
  });

  it.each([['short'], ['fifteen-letters'], [''], ['with spaces in the middle'], ['ümlauts-cannot-be-in-headers']])(
    'do not begin with "%s", which is weak',
    async (value) => {
      await expect(tokens.bootstrap(root.id, value)).rejects.toThrow(/at least 16 characters.*BRANCHLINE_BOOTSTRAP_TOKEN.*\(BL4008\)$/u);
      expect(store.tokens.count()).toBe(0);
    },
  );
});

describe('service numbers', () => {
  let numbers: ServiceNumberService;
  let child: AccountRecord;
  const make = (number: string, accountId = root.id) => numbers.create({ accountId, number, status: 'active', description: '' });

  beforeEach(async () => {
    numbers = new ServiceNumberService(store, accounts, clock);
    child = await accounts.create(root.id, { parentId: root.id, name: 'Child' });
    await store.commit(
      store.plans.insert(planRecord({ accountId: root.id })),
      store.plans.insert(planRecord({ id: 'plan_child', accountId: child.id })),
    );
  });

  it('are E.164, numbers reserved for drama included', async () => {
    for (const number of ['+441632960100', '+447700900123', '+448001234']) await expect(make(number)).resolves.toMatchObject({ number });
    for (const number of ['01632960100', '+0441632', '+44', '+44 1632 960100', '+4416329601001234', '']) {
      await expect(make(number)).rejects.toMatchObject(refusal('serviceNumberInvalid'));
    }
  });

  it('exist once in the box', async () => {
    await make('+441632960100', child.id);
    await expect(make('+441632960100')).rejects.toThrow('The service number exists already (BL3001)');
  });

  it('are found on their account and from above, not from below or beside', async () => {
    const own = await make('+441632960100');
    const below = await make('+441632960101', child.id);
    const beside = await accounts.create(root.id, { parentId: root.id, name: 'Beside' });
    expect(numbers.find(root.id, '+441632960101')).toEqual(below);
    expect(numbers.find(child.id, '+441632960101')).toEqual(below);
    expect(numbers.find(child.id, own.number)).toBeNull();
    expect(numbers.find(beside.id, below.number)).toBeNull();
    expect(numbers.find(root.id, '+441632960999')).toBeNull();
  });

  it('change status, description and account', async () => {
    const { id } = await make('+441632960100');
    await numbers.update(id, { status: 'suspended', description: 'closed' });
    expect(await numbers.update(id, { accountId: child.id })).toMatchObject({ status: 'suspended', description: 'closed', accountId: child.id });
    expect(store.serviceNumbers.get(id)?.accountId).toBe(child.id);
    await expect(numbers.update('num_unknown', {})).rejects.toMatchObject(refusal('serviceNumberUnknown'));
  });

  it('stay while a Scheduled Call that is not over uses them', async () => {
    const { id } = await make('+441632960100');
    const request = requestRecord({ accountId: root.id, serviceNumberId: id });
    await store.commit(store.scheduledCalls.insert(request));
    await expect(numbers.delete(id)).rejects.toThrow(/^\+441632960100 has Scheduled Calls that are not over.*\(BL4011\)$/u);
    await store.commit(store.scheduledCalls.update({ ...request, state: 'deleted', finalAt: clock.now() }, ['queued']));
    await numbers.delete(id);
    expect(store.serviceNumbers.get(id)).toBeNull();
    await expect(numbers.delete(id)).rejects.toMatchObject(refusal('serviceNumberUnknown'));
  });

  it('have plans of their account or of one above it', async () => {
    const own = await make('+441632960100');
    const below = await make('+441632960101', child.id);
    await expect(numbers.assign(below.id, 'plan_1', true)).resolves.toMatchObject({ planId: 'plan_1', active: true });
    await expect(numbers.assign(below.id, 'plan_child', false)).resolves.toMatchObject({ active: false });
    await expect(numbers.assign(own.id, 'plan_child', true)).rejects.toMatchObject(refusal('planNotOnAccount'));
    await expect(numbers.assign(own.id, 'plan_unknown', true)).rejects.toMatchObject(refusal('planNotOnAccount'));
  });

  it('have one active assignment, which can be changed and taken away', async () => {
    const { id } = await make('+441632960100');
    const other = await make('+441632960101');
    const first = await numbers.assign(id, 'plan_1', true);
    const second = await numbers.assign(id, 'plan_1', true);
    const active = () => store.serviceNumbers.activeAssignment(id)?.id;
    expect(active()).toBe(second.id);
    await numbers.activate(id, first.id);
    expect(active()).toBe(first.id);
    await expect(numbers.activate(other.id, first.id)).rejects.toMatchObject(refusal('assignmentUnknown'));
    await expect(numbers.unassign(other.id, first.id)).rejects.toMatchObject(refusal('assignmentUnknown'));
    await numbers.activate(id, null);
    expect(active()).toBeUndefined();
    await numbers.unassign(id, first.id);
    expect(store.serviceNumbers.assignments(id).map((assignment) => assignment.id)).toEqual([second.id]);
  });
});
