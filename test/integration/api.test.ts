import { readdirSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { ApiAnswer, ApiClient } from '../support/api-client.js';
import { noise, wavOf } from '../support/audio.js';
import { Office, planOf } from '../support/office.js';
import { ServiceProcess } from '../support/service-process.js';

const SERVICE_NUMBER = '+441632960100';
const FIRST_PARTY = '+447700900123';
const HOUR_MS = 3_600_000;

interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
}

let service: ServiceProcess;
let api: ApiClient;
let office: Office;

beforeAll(async () => {
  service = await ServiceProcess.start();
  api = service.api;
  office = new Office(api);
  await office.audio('welcome', noise(41, 1));
  await office.number(SERVICE_NUMBER, PLAN);
}, 60_000);

afterAll(async () => service?.stop());

const PLAN = planOf('Welcome', [{ id: 2, type: 'Audio', settings: { audioFile: 'welcome' } }]);

/** What the box holds; nothing of it may change by a request that is refused. */
async function holdings(): Promise<object> {
  const count = async (thing: string) => (await api.get<{ readonly items: readonly unknown[] }>(`/${thing}?limit=1000`)).items.length;
  const trunks = (await api.get<{ readonly items: readonly unknown[] }>('/trunks')).items.length;
  const things = ['accounts', 'audio-files', 'call-plans', 'service-numbers', 'tokens', 'scheduled-calls'] as const;
  const counts = await Promise.all(things.map(async (thing) => [thing, await count(thing)] as const));
  return { ...Object.fromEntries(counts), trunks, files: readdirSync(path.join(service.stateDir, 'audio')).length };
}

/** Holds an answer against the form of every refusal: RFC 9457, a status that is said twice, a title that ends in the code people quote. */
function expectProblem(answer: ApiAnswer, status: number, code: string): ProblemBody {
  const body = answer.body as ProblemBody;
  expect({ status: answer.status, code: body.code }).toEqual({ status, code });
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  expect(body.status).toBe(status);
  expect(body.type).toMatch(/^urn:branchline:error:BL\d+$/);
  expect(body.title).toMatch(/\(BL\d+\)$/);
  return body;
}

interface Refusal {
  readonly status: number;
  readonly code: string;
  /** Places that are wrong, as JSON pointers. */
  readonly places: readonly string[];
  /** Whether anything was kept, changed or lost by what was refused. */
  readonly changed: boolean;
}

/** Sends what is to be refused, and holds the answer against the form of every refusal. */
async function refusalOf(send: () => Promise<ApiAnswer>): Promise<Refusal> {
  const before = await holdings();
  const answer = await send();
  const { status, code, errors = [] } = expectProblem(answer, answer.status, (answer.body as ProblemBody).code);
  return { status, code, places: errors.map((problem) => problem.path), changed: !isDeepStrictEqual(await holdings(), before) };
}

describe('a Scheduled Call that cannot be read', () => {
  const good = { serviceNumber: SERVICE_NUMBER, firstParty: FIRST_PARTY };
  const inAnHour = () => new Date(Date.now() + HOUR_MS).toISOString();

  it.each([
    ['a word for a number', { firstParty: 'hello' }, 422, 'requestInvalid', '/firstParty'],
    ['a number that is too short', { firstParty: '+44' }, 422, 'requestInvalid', '/firstParty'],
    ['a number that is too long', { firstParty: '+4416329602001234567' }, 422, 'requestInvalid', '/firstParty'],
    ['a number with letters', { firstParty: '0800 FLOWERS' }, 422, 'requestInvalid', '/firstParty'],
    ['a number with more behind it', { firstParty: '01632960200;drop' }, 422, 'requestInvalid', '/firstParty'],
    ['an emergency number', { firstParty: '999' }, 422, 'requestInvalid', '/firstParty'],
    ['an extension that is none', { firstParty: 'ext:12a' }, 422, 'requestInvalid', '/firstParty'],
    ['half a SIP address', { firstParty: 'sip:anna@' }, 422, 'requestInvalid', '/firstParty'],
    ['a SIP address with a header in it', { firstParty: 'sip:anna@example.com\r\nVia: x' }, 422, 'requestInvalid', '/firstParty'],
    ['no first party', { firstParty: undefined }, 400, 'invalidInput', '/firstParty'],
    ['a first party that is a number', { firstParty: 447700900123 }, 400, 'invalidInput', '/firstParty'],
    ['an extension as service number', { serviceNumber: 'ext:201' }, 422, 'requestInvalid', '/serviceNumber'],
    ['a word as service number', { serviceNumber: 'reception' }, 422, 'requestInvalid', '/serviceNumber'],
    ['a word as presentation number', { presentationNumber: 'reception' }, 422, 'requestInvalid', '/presentationNumber'],
    ['a premium-rate presentation number', { presentationNumber: '+449098790000' }, 422, 'presentationNumberNotAllowed', '/presentationNumber'],
    ['a moment two minutes ago', { scheduledAt: new Date(Date.now() - 120_000).toISOString() }, 422, 'requestInvalid', '/scheduledAt'],
    ['a moment without an offset', { scheduledAt: '2036-12-01T09:30:00' }, 400, 'invalidInput', '/scheduledAt'],
    ['a day that is none', { scheduledAt: '2036-02-30T09:30:00Z' }, 400, 'invalidInput', '/scheduledAt'],
    ['a moment in words', { scheduledAt: 'tomorrow' }, 400, 'invalidInput', '/scheduledAt'],
    [
      'a latest start before the due moment',
      { scheduledAt: inAnHour(), latestStartAt: new Date(Date.now()).toISOString() },
      422,
      'requestInvalid',
      '/latestStartAt',
    ],
    ['61 seconds of ringing', { firstPartyRingSeconds: 61 }, 400, 'invalidInput', '/firstPartyRingSeconds'],
    ['no ringing', { firstPartyRingSeconds: 0 }, 400, 'invalidInput', '/firstPartyRingSeconds'],
    ['ringing in text', { firstPartyRingSeconds: '45' }, 400, 'invalidInput', '/firstPartyRingSeconds'],
    ['half a second of ringing', { firstPartyRingSeconds: 0.5 }, 400, 'invalidInput', '/firstPartyRingSeconds'],
    ['a priority beyond the last', { priority: 10 }, 400, 'invalidInput', '/priority'],
    ['a retry after a rejection', { retry: { rejected: { times: 1, afterSeconds: 60 } } }, 400, 'invalidInput', '/retry/rejected'],
    ['a hundred retries', { retry: { busy: { times: 100, afterSeconds: 60 } } }, 400, 'invalidInput', '/retry/busy/times'],
    ['a guarantee that nobody gives', { guarantee: 'exactlyOnce' }, 400, 'invalidInput', '/guarantee'],
    ['a reference of 201 characters', { reference: 'x'.repeat(201) }, 400, 'invalidInput', '/reference'],
    ['a variable without @', { variables: { Choice: '1' } }, 422, 'requestInvalid', '/variables/Choice'],
    ['a variable that is no text', { variables: { '@Choice': 1 } }, 400, 'invalidInput', '/variables/@Choice'],
    ['a field that nobody knows', { colour: 'red' }, 400, 'invalidInput', '/colour'],
    ['a state of its own', { state: 'completed' }, 400, 'invalidInput', '/state'],
  ])('is refused for %s, which is named, and nothing is kept', async (_name, change, status, code, at) => {
    const refusal = await refusalOf(() => api.request('POST', '/scheduled-calls', { scheduledAt: inAnHour(), ...good, ...change }));
    expect(refusal).toMatchObject({ status, code, changed: false });
    expect(refusal.places).toContain(at);
  });

  it('is told of all that is wrong at once', async () => {
    const answer = await api.request<ProblemBody>('POST', '/scheduled-calls', {
      serviceNumber: SERVICE_NUMBER,
      firstParty: 'x',
      presentationNumber: 'y',
    });
    expect(answer.body.errors?.map((problem) => problem.path).sort()).toEqual(['/firstParty', '/presentationNumber']);
  });

  it.each([
    ['half an object', '{"serviceNumber":', 400, 'notJson'],
    ['nothing', '', 400, 'notJson'],
    ['an array', '[]', 400, 'invalidInput'],
    ['null', 'null', 400, 'invalidInput'],
    ['a text', '"call me"', 400, 'invalidInput'],
    ['a prototype', '{"__proto__":{"admin":true}}', 400, 'notJson'],
    ['10 MB', JSON.stringify({ ...good, reference: 'x'.repeat(10 * 1024 * 1024) }), 413, 'bodyTooLarge'],
  ])('is refused for a body of %s', async (_name, body, status, code) => {
    expect(await refusalOf(() => api.request('POST', '/scheduled-calls', body))).toMatchObject({ status, code, changed: false });
  });

  it('is refused in another form than JSON', async () => {
    expect(
      await refusalOf(() => api.request('POST', '/scheduled-calls', 'serviceNumber=1', { headers: { 'content-type': 'text/plain' } })),
    ).toMatchObject({ status: 415, code: 'unsupportedMedia', changed: false });
  });

  it('says for each of a batch what became of it, and keeps the good ones', async () => {
    const answer = await api.request<{
      readonly results: readonly { readonly status: number; readonly problem?: ProblemBody; readonly request?: { readonly id: string } }[];
    }>('POST', '/scheduled-calls/batch', {
      requests: [
        { ...good, scheduledAt: inAnHour() },
        { ...good, firstParty: 'hello' },
        { ...good, scheduledAt: inAnHour() },
      ],
    });
    expect(answer.body.results.map(({ status }) => status)).toEqual([201, 422, 201]);
    expect(answer.body.results[1]?.problem).toMatchObject({ code: 'requestInvalid', errors: [{ path: '/firstParty' }] });
    for (const { request } of answer.body.results) if (request !== undefined) await api.delete(`/scheduled-calls/${request.id}`);
  });

  it('says which retry rules it has, and takes others', async () => {
    const retry = { busy: { times: 3, afterSeconds: 300, backOff: 1.5, jitterSeconds: 30 }, noAnswer: { times: 1, afterSeconds: 900 } };
    const made = await api.post<{ readonly id: string; readonly retry: object }>('/scheduled-calls', { ...good, scheduledAt: inAnHour(), retry });
    expect(made.retry).toEqual(retry);
    await api.patch(`/scheduled-calls/${made.id}`, { retry: { congestion: { times: 2, afterSeconds: 10 } } });
    expect(await api.get(`/scheduled-calls/${made.id}`)).toMatchObject({ retry: { congestion: { times: 2, afterSeconds: 10 } } });
    await api.delete(`/scheduled-calls/${made.id}`);
  });

  it('takes a moment up to a minute ago as now, and numbers in national form', async () => {
    const made = await api.post<{ readonly id: string; readonly firstParty: string; readonly scheduledAt: string | null }>('/scheduled-calls', {
      serviceNumber: '01632 960100',
      firstParty: '07700 900123',
      scheduledAt: new Date(Date.now() - 30_000).toISOString(),
    });
    expect(made).toMatchObject({ firstParty: FIRST_PARTY, scheduledAt: null });
    expect(await office.finished(made.id)).toMatchObject({ state: 'failed', outcome: 'failed' });
  });
});

describe('a Scheduled Call that is not admitted', () => {
  it('is refused by the first rule that fails, in the order of the rules, until all are met', async () => {
    const number = '+441632960110';
    const mobile = '+447700900110';
    const account = await api.post<{ readonly id: string }>('/accounts', { name: 'In order' });
    const sub = await api.post<{ readonly id: string }>('/accounts', { name: 'In order, below', parentId: account.id });
    const code = async (serviceNumber = number): Promise<string> => {
      const answer = await api.request<ProblemBody>('POST', '/scheduled-calls', { accountId: account.id, serviceNumber, firstParty: FIRST_PARTY });
      expectProblem(answer, 422, answer.body.code);
      return answer.body.code;
    };
    const plan = (name: string, start: Record<string, number>, extra: object) =>
      api.post<{ readonly id: string; readonly revision: number }>('/call-plans', {
        accountId: sub.id,
        document: { ...planOf(name, [{ id: 2, type: 'Jump', settings: { target: { plan: 'Target' } } }], start), ...extra },
      });

    await api.patch(`/accounts/${account.id}`, { features: { scheduledCall: false } });
    expect(await code()).toBe('featureMissing');
    await api.patch(`/accounts/${account.id}`, { features: { scheduledCall: true } });
    await api.patch(`/accounts/${sub.id}`, { features: { scheduledCall: true } });
    expect(await code()).toBe('serviceNumberNotOnAccount');
    expect(await code(SERVICE_NUMBER)).toBe('serviceNumberNotOnAccount');
    await api.post('/service-numbers', { accountId: sub.id, number: mobile, status: 'parked' });
    expect(await code(mobile)).toBe('serviceNumberTypeNotAllowed');
    const made = await api.post<{ readonly id: string }>('/service-numbers', { accountId: sub.id, number, status: 'suspended' });
    expect(await code()).toBe('serviceNumberNotActive');
    await api.patch(`/service-numbers/${made.id}`, { status: 'active' });
    expect(await code()).toBe('noActivePlan');

    const target = planOf('Target', [{ id: 2, type: 'Deliver Call', settings: { destination: FIRST_PARTY } }]);
    const { id: targetId } = await api.post<{ readonly id: string }>('/call-plans', { accountId: sub.id, document: target });
    const closed = await plan('Closed', { Continue: 2 }, {});
    await api.post(`/service-numbers/${made.id}/assignments`, { planId: closed.id, active: false });
    expect(await code()).toBe('noActivePlan');
    await api.post(`/service-numbers/${made.id}/assignments`, { planId: closed.id, active: true });
    // A plan that was valid when it was published and no longer is: it jumps to one that is gone.
    await api.delete(`/call-plans/${targetId}`);
    expect(await code()).toBe('planInvalid');
    await api.post('/call-plans', { accountId: sub.id, document: target });
    expect(await code()).toBe('scheduledCallNotEnabled');

    const open = await plan('Open', { Continue: 2, 'Scheduled Call': 2 }, {});
    await api.post(`/service-numbers/${made.id}/assignments`, { planId: open.id, active: true });
    const accepted = await api.request<{ readonly id: string }>('POST', '/scheduled-calls', {
      accountId: account.id,
      serviceNumber: number,
      firstParty: FIRST_PARTY,
      scheduledAt: new Date(Date.now() + HOUR_MS).toISOString(),
    });
    expect(accepted.status).toBe(201);
    await api.delete(`/scheduled-calls/${accepted.body.id}`);
  });
});

describe('a call plan that cannot be', () => {
  const without = (branches: Readonly<Record<string, number>>, settings: object = { audioFile: 'welcome' }) =>
    planOf('Bad', [{ id: 2, type: 'Audio', settings, branches }]);

  it.each([
    ['plays unknown audio', without({}, { audioFile: 'nobody-recorded-this' }), '/nodes/1/settings/audioFile'],
    ['has a branch to itself', without({ Continue: 2 }), '/nodes/1/branches/Continue'],
    ['has a branch to nowhere', without({ Continue: 99 }), '/nodes/1/branches/Continue'],
    ['has a branch that its node lacks', without({ Sideways: 1 }), '/nodes/1/branches/Sideways'],
    [
      'lacks the branch of an enabled Scheduled Call',
      { ...PLAN, nodes: PLAN.nodes.map((node) => (node.id === 1 ? { ...node, branches: { Continue: 2 } } : node)) },
      '/nodes/0/branches/Scheduled Call',
    ],
    ['has a node of no known type', planOf('Bad', [{ id: 2, type: 'Teleport' }]), '/nodes/1/type'],
    ['has a setting of the wrong type', without({}, { audioFile: 'welcome', repeat: 'often' }), '/nodes/1/settings/repeat'],
    ['has a setting that nobody knows', without({}, { audioFile: 'welcome', colour: 'red' }), '/nodes/1/settings/colour'],
  ])('is refused with the place where it %s, and is found by validation as well', async (_name, document, at) => {
    const refusal = await refusalOf(() => api.request('POST', '/call-plans', { document }));
    expect(refusal).toMatchObject({ status: 422, code: 'planInvalid', changed: false });
    expect(refusal.places).toContain(at);
    const { valid, findings } = await api.post<{ readonly valid: boolean; readonly findings: readonly { readonly path: string }[] }>(
      '/call-plans/validate',
      { document },
    );
    expect(valid).toBe(false);
    expect(findings.map((finding) => finding.path)).toContain(at);
  });

  it('is refused as a change without touching what callers get', async () => {
    const { id, revision } = await api.post<{ readonly id: string; readonly revision: number }>('/call-plans', {
      document: { ...PLAN, name: 'Kept' },
    });
    expect(await refusalOf(() => api.request('PUT', `/call-plans/${id}`, { revision, document: without({ Continue: 2 }) }))).toMatchObject({
      status: 422,
      code: 'planInvalid',
      changed: false,
    });
    expect(await api.get(`/call-plans/${id}`)).toMatchObject({ name: 'Kept', activeVersion: 1, revision });
    expect(
      await refusalOf(() => api.request('PUT', `/call-plans/${id}`, { revision: revision + 7, document: { ...PLAN, name: 'Kept' } })),
    ).toMatchObject({ status: 409, code: 'planRevisionConflict', changed: false });
  });
});

describe('audio that cannot be played', () => {
  const wav = wavOf(noise(42, 0.5));
  const changed = (at: number, value: number): Buffer => {
    const copy = Buffer.from(wav);
    copy.writeUInt16LE(value, at);
    return copy;
  };

  function upload(content: Buffer, slug: string | null = 'new'): Promise<ApiAnswer> {
    const form = new FormData();
    if (slug !== null) form.append('slug', slug);
    form.append('file', new Blob([new Uint8Array(content)]), 'new.wav');
    return api.request('POST', '/audio-files', form);
  }

  it.each([
    ['a text', Buffer.from('I am a WAV, honestly'), 422, 'notWav'],
    ['nothing', Buffer.alloc(0), 422, 'notWav'],
    ['an MP3', Buffer.concat([Buffer.from('ID3\u0004\0\0', 'latin1'), Buffer.alloc(2000, 0x55)]), 422, 'notWav'],
    ['a WAV cut off in its header', wav.subarray(0, 30), 422, 'wavTruncated'],
    ['a WAV without audio', wavOf([]), 422, 'wavEmpty'],
    ['a WAV cut off in its audio', wav.subarray(0, 400), 422, 'wavTruncated'],
    ['five channels', changed(22, 5), 422, 'wavUnsupported'],
    ['a format that nobody reads', changed(20, 0x50), 422, 'wavUnsupported'],
    ['more than 10 MB', Buffer.alloc(10 * 1024 * 1024 + 1, 1), 413, 'bodyTooLarge'],
    ['far more than 10 MB', Buffer.alloc(30 * 1024 * 1024, 1), 413, 'bodyTooLarge'],
  ])('is refused: %s', async (_name, content, status, code) => {
    expect(await refusalOf(() => upload(content))).toMatchObject({ status, code, changed: false });
  });

  it('is refused under a slug that is taken, that is none, or that is missing', async () => {
    expect(await refusalOf(() => upload(wav, 'welcome'))).toMatchObject({ status: 409, code: 'slugTaken', places: ['/slug'], changed: false });
    expect(await refusalOf(() => upload(wav, 'Not A Slug/../x'))).toMatchObject({
      status: 422,
      code: 'slugInvalid',
      places: ['/slug'],
      changed: false,
    });
    expect(await refusalOf(() => upload(wav, null))).toMatchObject({ status: 400, code: 'invalidInput', places: ['/slug'], changed: false });
  });
});

describe('a token', () => {
  it('is wanted, and must be one', async () => {
    const get = (token: string | null) => api.request('GET', '/scheduled-calls', undefined, { token });
    expectProblem(await get(null), 401, 'tokenMissing');
    const wrong = await get('bl_nobody-was-given-this-token');
    expectProblem(wrong, 401, 'tokenRefused');
    expect(wrong.headers.get('www-authenticate')).toBe('Bearer');
    const { id, token } = await api.post<{ readonly id: string; readonly token: string }>('/tokens', { name: 'short-lived' });
    expect((await get(token)).status).toBe(200);
    await api.delete(`/tokens/${id}`);
    expectProblem(await get(token), 401, 'tokenRefused');
  });

  it('of another account sees and changes nothing of this one, and cannot tell what is there', async () => {
    const mine = await api.post<{ readonly id: string }>('/scheduled-calls', {
      serviceNumber: SERVICE_NUMBER,
      firstParty: FIRST_PARTY,
      scheduledAt: new Date(Date.now() + HOUR_MS).toISOString(),
    });
    const [other, sibling] = [
      await api.post<{ readonly id: string }>('/accounts', { name: 'Other', features: { scheduledCall: true } }),
      await api.post<{ readonly id: string }>('/accounts', { name: 'Sibling' }),
    ];
    const { token } = await api.post<{ readonly token: string }>('/tokens', { name: 'of the other', accountId: other.id });
    const stranger = api.as(token);
    const plan = (await api.get<{ readonly items: readonly { readonly id: string }[] }>('/call-plans')).items[0];
    const before = await holdings();

    for (const [method, where, body] of [
      ['GET', `/scheduled-calls/${mine.id}`],
      ['PATCH', `/scheduled-calls/${mine.id}`, { priority: 1 }],
      ['DELETE', `/scheduled-calls/${mine.id}`],
      ['POST', `/scheduled-calls/${mine.id}/run-now`],
      ['GET', `/call-plans/${plan?.id}`],
      ['POST', '/scheduled-calls', { accountId: sibling.id, serviceNumber: SERVICE_NUMBER, firstParty: FIRST_PARTY }],
      ['POST', '/service-numbers', { accountId: sibling.id, number: '+441632960111' }],
      ['POST', '/tokens', { accountId: sibling.id, name: 'mine now' }],
    ] as const) {
      expectProblem(await stranger.request(method, where, body), 404, 'notFound');
    }
    expectProblem(
      await stranger.request('POST', '/scheduled-calls', { serviceNumber: SERVICE_NUMBER, firstParty: FIRST_PARTY }),
      422,
      'serviceNumberNotOnAccount',
    );
    expectProblem(await stranger.request('POST', '/trunks', { name: 'x', kind: 'sip', address: '127.0.0.1:9' }), 403, 'forbidden');
    for (const list of ['scheduled-calls', 'call-plans', 'audio-files', 'service-numbers', 'calls', 'cdrs'])
      expect(await stranger.get(`/${list}`)).toMatchObject({ items: [] });
    expect(await holdings()).toEqual(before);
    expect(await office.request(mine.id)).toMatchObject({ state: 'queued' });
    await api.delete(`/scheduled-calls/${mine.id}`);
  });
});
