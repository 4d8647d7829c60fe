import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import { FIRST_PARTY, SchedulerBench, SERVICE_NUMBER } from '../../../test/support/scheduler-bench.js';
import { accountRecord, serviceNumberRecord } from '../../../test/support/store.js';
import { BranchlineError } from '../../core/index.js';
import type { RequestDraft } from '../index.js';

// A real database opens and syncs its files meanwhile, on a machine that others use too.
vi.setConfig({ testTimeout: 30_000 });

const SUB_NUMBER = '+441632960101';
const OTHERS_NUMBER = '+441632960102';
const PARKED_NUMBER = '+441632960103';
const PREMIUM_NUMBER = '+449098790104';

let bench: SchedulerBench;

beforeAll(async () => {
  bench = await SchedulerBench.started();
  const { accounts, serviceNumbers } = bench.store;
  await bench.store.commit(
    accounts.insert(accountRecord({ id: 'acc_sub', parentId: 'acc_root', name: 'Sub' })),
    accounts.insert(accountRecord({ id: 'acc_other', parentId: 'acc_root', name: 'Other' })),
    accounts.insert(accountRecord({ id: 'acc_plain', parentId: 'acc_root', name: 'Plain', features: { scheduledCall: false, customCli: false } })),
    accounts.insert(accountRecord({ id: 'acc_cli', parentId: 'acc_root', name: 'Cli', features: { scheduledCall: true, customCli: true } })),
    accounts.insert(
      accountRecord({
        id: 'acc_few',
        parentId: 'acc_root',
        name: 'Few',
        limits: { simultaneousScheduledCalls: 1, openRequests: 2, latestStartSeconds: 60 },
      }),
    ),
    serviceNumbers.insert(serviceNumberRecord({ id: 'num_sub', accountId: 'acc_sub', number: SUB_NUMBER })),
    serviceNumbers.insert(serviceNumberRecord({ id: 'num_other', accountId: 'acc_other', number: OTHERS_NUMBER })),
    serviceNumbers.insert(serviceNumberRecord({ id: 'num_parked', number: PARKED_NUMBER, status: 'parked' })),
    serviceNumbers.insert(serviceNumberRecord({ id: 'num_premium', number: PREMIUM_NUMBER })),
    serviceNumbers.insert(serviceNumberRecord({ id: 'num_cli', accountId: 'acc_cli', number: '+441632960105' })),
    serviceNumbers.insert(serviceNumberRecord({ id: 'num_few', accountId: 'acc_few', number: '+441632960106' })),
  );
});

beforeEach(() => {
  bench.plans.active = { planId: 'plan_1', version: 1 };
  bench.plans.entries.clear();
});

afterAll(async () => {
  await bench.remove();
});

/** Far enough ahead that nothing is dialled. */
const draft = (values: Partial<RequestDraft> = {}): RequestDraft => ({
  serviceNumber: SERVICE_NUMBER,
  firstParty: FIRST_PARTY,
  scheduledAt: bench.clock.now() + 3_600_000,
  ...values,
});

async function refused(accountId: string, values: Partial<RequestDraft>): Promise<BranchlineError> {
  try {
    await bench.scheduler.createRequest(accountId, draft(values));
  } catch (error) {
    if (error instanceof BranchlineError) return error;
    throw error;
  }
  throw new Error('It was accepted');
}

describe('a service number', () => {
  it('is checked in the order of the rules: each fault hides those behind it', async () => {
    const everythingWrong = { serviceNumber: PREMIUM_NUMBER, firstParty: 'nobody', presentationNumber: '+449098790999' };
    bench.plans.active = null;
    const faults: string[] = [];
    const note = async (account: string, values: Partial<RequestDraft>): Promise<void> => {
      faults.push((await refused(account, { ...everythingWrong, ...values })).code.name);
    };
    await note('acc_plain', {});
    await note('acc_sub', {});
    await note('acc_root', {});
    await note('acc_root', { serviceNumber: PARKED_NUMBER });
    await note('acc_root', { serviceNumber: SERVICE_NUMBER });
    bench.plans.active = { planId: 'plan_1', version: 1 };
    for (const entry of ['planInvalid', 'notEnabled', 'notConnected', 'ok'] as const) {
      bench.plans.entries.set(1, entry);
      await note('acc_root', { serviceNumber: SERVICE_NUMBER });
    }
    expect(faults).toEqual([
      'featureMissing',
      'serviceNumberNotOnAccount',
      'serviceNumberTypeNotAllowed',
      'serviceNumberNotActive',
      'noActivePlan',
      'planInvalid',
      'scheduledCallNotEnabled',
      'scheduledCallNotConnected',
      'requestInvalid',
    ]);
  });

  it('may be one of a sub account, and not one of the account above or beside', async () => {
    expect(await bench.scheduler.createRequest('acc_root', draft({ serviceNumber: SUB_NUMBER }))).toMatchObject({
      accountId: 'acc_root',
      serviceNumberId: 'num_sub',
    });
    expect((await refused('acc_sub', {})).code.name).toBe('serviceNumberNotOnAccount');
    expect((await refused('acc_sub', { serviceNumber: OTHERS_NUMBER })).code.name).toBe('serviceNumberNotOnAccount');
  });

  it('is taken in national form and kept in E.164', async () => {
    expect(await bench.scheduler.createRequest('acc_root', draft({ serviceNumber: '01632 960100', firstParty: '07700 900123' }))).toMatchObject({
      serviceNumber: SERVICE_NUMBER,
      firstParty: FIRST_PARTY,
      presentationNumber: SERVICE_NUMBER,
    });
  });
});

describe('a request', () => {
  it('has the defaults of the contract', async () => {
    const request = await bench.scheduler.createRequest('acc_root', draft());
    expect(request).toMatchObject({
      firstPartyRingSeconds: 45,
      priority: 5,
      guarantee: 'atMostOnce',
      reference: null,
      variables: '{}',
      latestStartAt: request.dueAt + 3_600_000,
      state: 'queued',
    });
  });

  it('is told every field that is wrong at once', async () => {
    const error = await refused('acc_root', {
      firstParty: '12',
      scheduledAt: bench.clock.now() - 60_001,
      firstPartyRingSeconds: 61,
      priority: 10,
      reference: 'x'.repeat(201),
      variables: { Choice: '1' },
    });
    expect(error.code.name).toBe('requestInvalid');
    expect(error.problems.map(({ path }) => path)).toEqual([
      '/scheduledAt',
      '/firstParty',
      '/firstPartyRingSeconds',
      '/priority',
      '/reference',
      '/variables/Choice',
    ]);
  });

  it.each(['999', '112', 'ext:999', 'sip:999@192.0.2.7'])('may not call the emergency services: %s', async (firstParty) => {
    expect((await refused('acc_root', { firstParty })).problems).toMatchObject([
      { path: '/firstParty', message: expect.stringContaining('emergency') as string },
    ]);
  });

  it.each([0, 61, 1.5])('may not ring for %d seconds', async (firstPartyRingSeconds) => {
    expect((await refused('acc_root', { firstPartyRingSeconds })).problems[0]?.path).toBe('/firstPartyRingSeconds');
  });

  it('past by less than a minute is for now', async () => {
    bench.line.onDial = (leg) => leg.end();
    const request = await bench.scheduler.createRequest('acc_root', draft({ scheduledAt: bench.clock.now() - 59_999 }));
    expect(request).toMatchObject({ scheduledAt: null, dueAt: bench.clock.now() });
    await bench.settle();
  });

  it('may not have its latest start before its moment', async () => {
    const scheduledAt = bench.clock.now() + 10_000_000;
    expect((await refused('acc_root', { scheduledAt, latestStartAt: scheduledAt - 1 })).problems[0]?.path).toBe('/latestStartAt');
    expect(await bench.scheduler.createRequest('acc_root', draft({ scheduledAt, latestStartAt: scheduledAt }))).toMatchObject({
      latestStartAt: scheduledAt,
    });
  });
});

describe('a presentation number', () => {
  it('may be another service number that meets the rules', async () => {
    expect(await bench.scheduler.createRequest('acc_root', draft({ presentationNumber: SUB_NUMBER }))).toMatchObject({
      presentationNumber: SUB_NUMBER,
    });
  });

  it.each([PARKED_NUMBER, PREMIUM_NUMBER, '+447700900555', '+442079460000'])(
    'may not be %s without the custom CLI permission',
    async (presentationNumber) => {
      const error = await refused('acc_root', { presentationNumber });
      expect(error.code.name).toBe('presentationNumberNotAllowed');
      expect(error.problems[0]?.path).toBe('/presentationNumber');
    },
  );

  it('may be any allowed number with the permission, 070 personal numbers and premium rates excepted', async () => {
    const own = { serviceNumber: '+441632960105' };
    expect(await bench.scheduler.createRequest('acc_cli', draft({ ...own, presentationNumber: '07700 900555' }))).toMatchObject({
      presentationNumber: '+447700900555',
    });
    for (const presentationNumber of ['+447012345678', PREMIUM_NUMBER]) {
      expect((await refused('acc_cli', { ...own, presentationNumber })).code.name).toBe('presentationNumberNotAllowed');
    }
  });
});

describe('many requests', () => {
  it('are refused beyond what an account may have open, also when they come at once', async () => {
    const values = draft({ serviceNumber: '+441632960106' });
    const results = await Promise.allSettled(Array.from({ length: 4 }, () => bench.scheduler.createRequest('acc_few', values)));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'rejected']);
    expect((await refused('acc_few', { serviceNumber: '+441632960106' })).code.name).toBe('tooManyOpenRequests');
  });

  it('have a result each, and the answer kept beside them in the same commit', async () => {
    const before = bench.scheduler.statistics(['acc_root']).total;
    let kept = 0;
    const results = await bench.scheduler.createRequests('acc_root', [draft(), draft({ firstParty: 'nobody' }), draft()], (made) => {
      kept = made.length;
      return [
        bench.store.idempotency.insert({ accountId: 'acc_root', key: 'k1', fingerprint: 'f', status: 200, body: '{}', createdAt: bench.clock.now() }),
      ];
    });
    expect(results.map((result) => ('request' in result ? 'accepted' : result.error.code.name))).toEqual(['accepted', 'requestInvalid', 'accepted']);
    expect(kept).toBe(3);
    expect(bench.store.idempotency.get('acc_root', 'k1')?.status).toBe(200);
    expect(bench.scheduler.statistics(['acc_root']).total).toBe(before + 2);
  });

  it('are stored with their answer or not at all', async () => {
    const before = bench.scheduler.statistics(['acc_root']).total;
    const sameKey = () => [
      bench.store.idempotency.insert({ accountId: 'acc_root', key: 'k2', fingerprint: 'f', status: 201, body: '{}', createdAt: bench.clock.now() }),
    ];
    await bench.scheduler.createRequest('acc_root', draft(), sameKey);
    await expect(bench.scheduler.createRequest('acc_root', draft(), sameKey)).rejects.toThrow(BranchlineError);
    expect(bench.scheduler.statistics(['acc_root']).total).toBe(before + 1);
  });
});
