import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { accountRecord, AT, openTestStore, planRecord, serviceNumberRecord, type TestStore, trunkRecord } from '../../../test/support/store.js';
import type { AssignmentRecord, AudioFileRecord, TokenRecord, TrunkGroupRecord } from '../records.js';
import type { Store } from '../store.js';

let test: TestStore;
let store: Store;

beforeAll(async () => {
  test = await openTestStore();
  store = test.store;
});
afterAll(() => test.remove());

beforeEach(async () => {
  test.clear();
  await store.commit(
    store.accounts.insert(accountRecord()),
    store.accounts.insert(accountRecord({ id: 'acc_b', parentId: 'acc_root' })),
    store.accounts.insert(accountRecord({ id: 'acc_c', parentId: 'acc_b' })),
    store.accounts.insert(accountRecord({ id: 'acc_d', parentId: 'acc_root' })),
  );
});

const conflict = { code: { name: 'conflict' } };

describe('accounts', () => {
  it('come back as they were stored', async () => {
    const record = accountRecord({
      id: 'acc_e',
      parentId: 'acc_c',
      status: 'disabled',
      country: 'IE',
      features: { scheduledCall: false, customCli: true },
    });
    await store.commit(store.accounts.insert(record));
    expect(store.accounts.get('acc_e')).toEqual(record);
    expect(store.accounts.get('acc_unknown')).toBeNull();
  });

  it('are changed as a whole', async () => {
    const changed = accountRecord({ name: 'Head office', limits: { simultaneousScheduledCalls: 1, openRequests: 2, latestStartSeconds: 3 } });
    await store.commit(store.accounts.update(changed));
    expect(store.accounts.root()).toEqual(changed);
  });

  it('have one root', async () => {
    await expect(store.commit(store.accounts.insert(accountRecord({ id: 'acc_other' })))).rejects.toMatchObject(conflict);
  });

  it('have a parent that exists', async () => {
    await expect(store.commit(store.accounts.insert(accountRecord({ id: 'acc_x', parentId: 'acc_unknown' })))).rejects.toThrow(
      "The account's parent does not exist (BL3001)",
    );
  });

  it('know their children and everything below them', () => {
    expect(store.accounts.children('acc_root').map(({ id }) => id)).toEqual(['acc_b', 'acc_d']);
    expect([...store.accounts.subtreeIds('acc_b')].sort()).toEqual(['acc_b', 'acc_c']);
    expect([...store.accounts.subtreeIds('acc_root')].sort()).toEqual(['acc_b', 'acc_c', 'acc_d', 'acc_root']);
    expect(store.accounts.subtreeIds('acc_unknown')).toEqual([]);
  });

  it('are listed in pages of those asked for', () => {
    const first = store.accounts.list(['acc_b', 'acc_d', 'acc_root'], { limit: 2 });
    expect(first.rows.map(({ id }) => id)).toEqual(['acc_b', 'acc_d']);
    const second = store.accounts.list(['acc_b', 'acc_d', 'acc_root'], { limit: 2, after: first.after ?? '' });
    expect(second.rows.map(({ id }) => id)).toEqual(['acc_root']);
    expect(second.after).toBeNull();
  });
});

describe('service numbers', () => {
  const number = serviceNumberRecord();
  const assignment = (id: string, active: boolean): AssignmentRecord => ({
    id,
    serviceNumberId: 'num_1',
    planId: 'plan_1',
    active,
    createdAt: AT,
  });

  beforeEach(() => store.commit(store.plans.insert(planRecord()), store.serviceNumbers.insert(number)));

  it('are found by id and by number', () => {
    expect(store.serviceNumbers.get('num_1')).toEqual(number);
    expect(store.serviceNumbers.byNumber('+441632960100')).toEqual(number);
    expect(store.serviceNumbers.byNumber('+441632960101')).toBeNull();
  });

  it('exist once in the whole box', async () => {
    const same = serviceNumberRecord({ id: 'num_2', accountId: 'acc_b' });
    await expect(store.commit(store.serviceNumbers.insert(same))).rejects.toThrow('The service number exists already');
  });

  it('are listed over several accounts, merged by age, page by page', async () => {
    const more = [2, 3, 4, 5].map((n) =>
      serviceNumberRecord({ id: `num_${n}`, number: `+44163296010${n}`, accountId: n % 2 === 0 ? 'acc_b' : 'acc_root' }),
    );
    await store.commit(...more.map((record) => store.serviceNumbers.insert(record)));
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const page = store.serviceNumbers.list(['acc_root', 'acc_b', 'acc_d'], after === null ? { limit: 2 } : { limit: 2, after });
      seen.push(...page.rows.map(({ id }) => id));
      after = page.after;
    } while (after !== null);
    expect(seen).toEqual(['num_1', 'num_2', 'num_3', 'num_4', 'num_5']);
    expect(store.serviceNumbers.list(['acc_b'], { limit: 10 }).rows.map(({ id }) => id)).toEqual(['num_2', 'num_4']);
  });

  it('have at most one active assignment, whichever way it became so', async () => {
    const active = (): string | undefined => store.serviceNumbers.activeAssignment('num_1')?.id;
    await store.commit(store.serviceNumbers.insertAssignment(assignment('asg_1', true)));
    await store.commit(store.serviceNumbers.insertAssignment(assignment('asg_2', true)));
    expect(active()).toBe('asg_2');
    await store.commit(store.serviceNumbers.activateAssignment('num_1', 'asg_1'));
    expect(active()).toBe('asg_1');
    expect(store.serviceNumbers.assignments('num_1')).toEqual([assignment('asg_1', true), assignment('asg_2', false)]);
    await store.commit(store.serviceNumbers.activateAssignment('num_1', null));
    expect(active()).toBeUndefined();
    await store.commit(store.serviceNumbers.deleteAssignment('asg_1'));
    expect(store.serviceNumbers.assignment('asg_1')).toBeNull();
    expect(store.serviceNumbers.assignmentsOfPlan('plan_1')).toEqual([assignment('asg_2', false)]);
  });

  it('keep their active assignment when the one to activate does not exist', async () => {
    await store.commit(store.serviceNumbers.insertAssignment(assignment('asg_1', true)));
    await expect(store.commit(store.serviceNumbers.activateAssignment('num_1', 'asg_9'))).rejects.toMatchObject(conflict);
    expect(store.serviceNumbers.activeAssignment('num_1')?.id).toBe('asg_1');
  });

  it('go with their assignments', async () => {
    await store.commit(store.serviceNumbers.insertAssignment(assignment('asg_1', true)));
    await store.commit(store.serviceNumbers.delete('num_1'));
    expect(store.serviceNumbers.assignmentsOfPlan('plan_1')).toEqual([]);
  });

  it('move to another account', async () => {
    const moved = { ...number, accountId: 'acc_d', status: 'parked' as const, description: 'moved' };
    await store.commit(store.serviceNumbers.update(moved));
    expect(store.serviceNumbers.get('num_1')).toEqual(moved);
  });
});

describe('plans', () => {
  const plan = planRecord();
  beforeEach(() => store.commit(store.plans.insert(plan)));

  it('are changed only from the revision they have', async () => {
    await store.commit(store.plans.update({ ...plan, name: 'First', revision: 2 }, 1));
    await expect(store.commit(store.plans.update({ ...plan, name: 'Second', revision: 2 }, 1))).rejects.toMatchObject({
      code: { name: 'conflict' },
      context: { operation: 'plans.update', id: 'plan_1' },
    });
    expect(store.plans.get('plan_1')).toMatchObject({ name: 'First', revision: 2 });
    expect(store.plans.list(['acc_root'], { limit: 5 }).rows).toHaveLength(1);
  });

  it('keep their versions, in order, until one is forgotten', async () => {
    const versions = [1, 2, 3].map((version) => ({ planId: 'plan_1', version, document: `{"format":${version}}`, createdAt: AT + version }));
    expect(store.plans.latestVersionNumber('plan_1')).toBe(0);
    await store.commit(...versions.map((version) => store.plans.insertVersion(version)));
    expect(store.plans.latestVersionNumber('plan_1')).toBe(3);
    expect(store.plans.version('plan_1', 2)).toEqual(versions[1]);
    const page = store.plans.versions('plan_1', { limit: 2 });
    expect(page.rows).toEqual(versions.slice(0, 2));
    expect(store.plans.versions('plan_1', { limit: 2, after: page.after ?? '' }).rows).toEqual(versions.slice(2));
    await store.commit(store.plans.deleteVersion('plan_1', 1), store.plans.deleteVersion('plan_1', 99));
    expect(store.plans.version('plan_1', 1)).toBeNull();
    await store.commit(store.plans.delete('plan_1'));
    expect(store.plans.version('plan_1', 3)).toBeNull();
  });

  it('stay while a service number is assigned to them', async () => {
    await store.commit(
      store.serviceNumbers.insert(serviceNumberRecord()),
      store.serviceNumbers.insertAssignment({ id: 'asg_1', serviceNumberId: 'num_1', planId: 'plan_1', active: false, createdAt: AT }),
    );
    await expect(store.commit(store.plans.delete('plan_1'))).rejects.toThrow('remove the assignment first');
  });
});

describe('audio files', () => {
  const record: AudioFileRecord = {
    id: 'aud_1',
    accountId: 'acc_root',
    slug: 'welcome',
    description: 'Welcome',
    path: 'audio/aud_1.wav',
    durationMs: 2345,
    sizeBytes: 37_564,
    createdAt: AT,
  };
  beforeEach(() => store.commit(store.audioFiles.insert(record)));

  it('are found by id and by slug within their account', () => {
    expect(store.audioFiles.get('aud_1')).toEqual(record);
    expect(store.audioFiles.bySlug('acc_root', 'welcome')).toEqual(record);
    expect(store.audioFiles.bySlug('acc_b', 'welcome')).toBeNull();
  });

  it('have a slug that is unique in the account and never changes', async () => {
    await expect(store.commit(store.audioFiles.insert({ ...record, id: 'aud_2' }))).rejects.toMatchObject(conflict);
    await store.commit(store.audioFiles.insert({ ...record, id: 'aud_2', accountId: 'acc_b' }));
    await store.commit(store.audioFiles.update({ ...record, slug: 'other', durationMs: 1 }));
    expect(store.audioFiles.get('aud_1')).toEqual({ ...record, durationMs: 1 });
    expect(store.audioFiles.list(['acc_b', 'acc_root'], { limit: 9 }).rows.map(({ id }) => id)).toEqual(['aud_1', 'aud_2']);
  });

  it('are deleted once', async () => {
    await store.commit(store.audioFiles.delete('aud_1'));
    await expect(store.commit(store.audioFiles.delete('aud_1'))).rejects.toThrow('The audio file does not exist');
  });
});

describe('trunks', () => {
  const sip = trunkRecord({
    id: 'trk_2',
    name: 'carrier',
    kind: 'sip',
    enabled: false,
    analogue: null,
    isdn: null,
    sip: {
      address: '127.0.0.1:5070',
      transport: 'udp',
      register: true,
      username: 'branch',
      password: 'secret',
      optionsSeconds: 30,
      srtp: 'off',
      dtmf: 'automatic',
      refer: 'refuse',
      ddiPrefix: '',
      retryAfterTimeout: false,
    },
  });

  it('come back with their settings', async () => {
    await store.commit(store.trunks.insert(trunkRecord()), store.trunks.insert(sip));
    expect(store.trunks.all()).toEqual([trunkRecord(), sip]);
    await store.commit(store.trunks.update({ ...sip, enabled: true, prefixes: [] }));
    expect(store.trunks.get('trk_2')).toEqual({ ...sip, enabled: true, prefixes: [] });
    await store.commit(store.trunks.delete('trk_1'));
    expect(store.trunks.get('trk_1')).toBeNull();
  });

  it('have a name of their own', async () => {
    await store.commit(store.trunks.insert(sip));
    await expect(store.commit(store.trunks.insert(trunkRecord({ name: 'carrier' })))).rejects.toThrow('A trunk of that name exists already');
  });
});

describe('trunk groups', () => {
  const group: TrunkGroupRecord = {
    id: 'tgr_1',
    name: 'office lines',
    members: ['trk_2', 'trk_1'],
    rule: 'roundRobin',
    prefixes: ['+44'],
    priority: 3,
    reserveInbound: 2,
    failover: { causes: [34, 1], sipStatuses: [503] },
    createdAt: AT,
  };

  beforeEach(async () => {
    await store.commit(store.trunks.insert(trunkRecord()), store.trunks.insert(trunkRecord({ id: 'trk_2', name: 'two' })));
    await store.commit(store.trunkGroups.insert(group));
  });

  it('come back with their members in order', async () => {
    expect(store.trunkGroups.all()).toEqual([group]);
    const changed = { ...group, members: ['trk_1', 'trk_2'], failover: null };
    await store.commit(store.trunkGroups.update(changed), store.trunkGroups.insert({ ...group, id: 'tgr_2', name: 'spare', members: [] }));
    expect(store.trunkGroups.all()).toEqual([changed, { ...group, id: 'tgr_2', name: 'spare', members: [] }]);
    await store.commit(store.trunkGroups.delete('tgr_1'));
    expect(store.trunkGroups.all().map(({ id }) => id)).toEqual(['tgr_2']);
  });

  it('lose a member that is deleted, and keep the others in order', async () => {
    await store.commit(store.trunks.delete('trk_2'));
    expect(store.trunkGroups.all()).toEqual([{ ...group, members: ['trk_1'] }]);
  });

  it('have a name of their own and members that exist', async () => {
    await expect(store.commit(store.trunkGroups.insert({ ...group, id: 'tgr_2' }))).rejects.toThrow('of that name exists already');
    const dangling = { ...group, members: ['trk_9'] };
    await expect(store.commit(store.trunkGroups.update(dangling))).rejects.toThrow('A member of the trunk group does not exist');
    expect(store.trunkGroups.all()).toEqual([group]);
  });
});

describe('the history of lines', () => {
  const event = (subject: string, at: number, type = 'state') => store.lineHistory.append({ id: 0, subject, at, type, data: '{}' });

  it('is read from the newest on, each line by itself', async () => {
    await store.commit(event('line/1', AT), event('line/2', AT + 1), event('line/1', AT + 2, 'call'), event('line/1', AT + 3));
    const [newest, call] = store.lineHistory.page('line/1', null, 2);
    expect([newest?.at, call?.at]).toEqual([AT + 3, AT + 2]);
    expect(store.lineHistory.page('line/1', call?.id ?? 0, 2).map(({ at }) => at)).toEqual([AT]);
    expect(store.lineHistory.last('line/1', 'call')?.at).toBe(AT + 2);
    expect(store.lineHistory.last('line/2', 'call')).toBeNull();
    expect(store.lineHistory.callsSince('line/1', AT + 2)).toBe(1);
    expect(store.lineHistory.callsSince('line/1', AT + 3)).toBe(0);
  });

  it('is bounded by age and by rows', async () => {
    await store.commit(...[0, 1, 2, 3, 4].map((at) => event('line/1', AT + at)));
    await store.commit(store.lineHistory.deleteBefore(AT + 2));
    expect(store.lineHistory.page('line/1', null, 9).map(({ at }) => at - AT)).toEqual([4, 3, 2]);
    await store.commit(store.lineHistory.keepNewest(1));
    expect(store.lineHistory.page('line/1', null, 9).map(({ at }) => at - AT)).toEqual([4]);
  });

  it('counts calls', async () => {
    await store.commit(store.lineHistory.countCall('line/1', AT), store.lineHistory.countCall('line/1', AT + 5));
    expect(store.lineHistory.totals()).toEqual([{ subject: 'line/1', calls: 2, since: AT }]);
  });
});

describe('lines out of service', () => {
  it('are kept with their reason until they are taken back', async () => {
    const record = { channel: 3, reason: 'engineer on site', by: 'tok_1', at: AT };
    await store.commit(store.linesOutOfService.put({ ...record, reason: 'noise' }), store.linesOutOfService.put(record));
    expect(store.linesOutOfService.all()).toEqual([record]);
    await store.commit(store.linesOutOfService.delete(3), store.linesOutOfService.delete(4));
    expect(store.linesOutOfService.all()).toEqual([]);
  });
});

describe('tokens', () => {
  const token: TokenRecord = {
    id: 'tok_1',
    accountId: 'acc_b',
    name: 'script',
    hash: 'ab'.repeat(32),
    createdAt: AT,
    lastUsedAt: null,
    expiresAt: AT + 1,
  };

  it('are found by hash and counted', async () => {
    expect(store.tokens.count()).toBe(0);
    await store.commit(store.tokens.insert(token));
    expect(store.tokens.byHash(token.hash)).toEqual(token);
    expect(store.tokens.get('tok_1')).toEqual(token);
    expect(store.tokens.list(['acc_b'], { limit: 1 }).rows).toEqual([token]);
    expect(store.tokens.count()).toBe(1);
  });

  it('note their last use, and do not mind when they are gone', async () => {
    await store.commit(store.tokens.insert(token));
    await store.commit(store.tokens.touch('tok_1', AT + 5));
    expect(store.tokens.get('tok_1')?.lastUsedAt).toBe(AT + 5);
    await store.commit(store.tokens.delete('tok_1'));
    await expect(store.commit(store.tokens.touch('tok_1', AT + 6))).resolves.toBeUndefined();
  });
});

describe('idempotency keys', () => {
  const record = { accountId: 'acc_root', key: 'k1', fingerprint: 'f', status: 201, body: '{}', createdAt: AT };

  it('are kept by account, once', async () => {
    await store.commit(store.idempotency.insert(record), store.idempotency.insert({ ...record, accountId: 'acc_b' }));
    expect(store.idempotency.get('acc_root', 'k1')).toEqual(record);
    expect(store.idempotency.get('acc_d', 'k1')).toBeNull();
    await expect(store.commit(store.idempotency.insert(record))).rejects.toThrow('The Idempotency-Key was used already');
  });

  it('are forgotten by age', async () => {
    await store.commit(store.idempotency.insert(record), store.idempotency.insert({ ...record, key: 'k2', createdAt: AT + 10 }));
    await store.commit(store.idempotency.deleteBefore(AT + 10));
    expect(store.idempotency.get('acc_root', 'k1')).toBeNull();
    expect(store.idempotency.get('acc_root', 'k2')).not.toBeNull();
  });
});
