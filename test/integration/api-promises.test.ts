import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { Ajv2020, type AnySchema } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { ApiClient } from '../support/api-client.js';
import { EventStream } from '../support/event-stream.js';
import { noise, wavOf } from '../support/audio.js';
import { Office, planOf } from '../support/office.js';
import { ServiceProcess } from '../support/service-process.js';

const SERVICE_NUMBER = '+441632960100';
const HOUR_MS = 3_600_000;

let service: ServiceProcess;
let api: ApiClient;

beforeAll(async () => {
  service = await ServiceProcess.start();
  api = service.api;
  const office = new Office(api);
  await office.audio('welcome', noise(51, 1));
  await office.number(SERVICE_NUMBER, planOf('Welcome', [{ id: 2, type: 'Audio', settings: { audioFile: 'welcome' } }]));
}, 60_000);

afterAll(async () => service?.stop());

interface Asked {
  readonly id: string;
  readonly dueAt: string;
}

/** A Scheduled Call that is not dialled in this test. */
function asking(firstParty: string, more: object = {}): object {
  return { serviceNumber: SERVICE_NUMBER, firstParty, scheduledAt: new Date(Date.now() + HOUR_MS).toISOString(), ...more };
}

async function total(): Promise<number> {
  return (await api.get<{ readonly total: number }>('/scheduled-calls/statistics')).total;
}

describe('an Idempotency-Key', () => {
  const send = (key: string, body: object, where = '/scheduled-calls') =>
    api.request<Asked>('POST', where, body, { headers: { 'idempotency-key': key } });

  it('makes a repetition answer what the first request was answered, and nothing more', async () => {
    const body = asking('+447700900001');
    const first = await send('once', body);
    const before = await total();
    const again = await send('once', body);
    expect(first.status).toBe(201);
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    expect(again).toMatchObject({ status: 201, body: first.body });
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(await total()).toBe(before);
  });

  it('is refused for another request, and when it is none', async () => {
    await send('taken', asking('+447700900002'));
    const before = await total();
    expect(await send('taken', asking('+447700900003'))).toMatchObject({ status: 422, body: { code: 'idempotencyKeyReused' } });
    expect(await send('taken', { name: 'An account' }, '/accounts')).toMatchObject({ status: 422, body: { code: 'idempotencyKeyReused' } });
    expect(await send('with a space', asking('+447700900003'))).toMatchObject({ status: 400, body: { code: 'idempotencyKeyInvalid' } });
    expect(await total()).toBe(before);
  });

  it('lets one of many at once through', async () => {
    const before = await total();
    const body = asking('+447700900004');
    const answers = await Promise.all(Array.from({ length: 20 }, () => send('at-once', body)));
    const made = answers.filter(({ status }) => status === 201);
    expect(made.length).toBeGreaterThanOrEqual(1);
    expect(new Set(made.map((answer) => answer.body.id)).size).toBe(1);
    expect(made.filter((answer) => answer.headers.get('idempotency-replayed') === null)).toHaveLength(1);
    for (const refused of answers.filter(({ status }) => status !== 201))
      expect(refused).toMatchObject({ status: 409, body: { code: 'idempotencyInProgress' } });
    expect(await total()).toBe(before + 1);
  });

  it('of a request that was refused can be used again for the mended one', async () => {
    expect((await send('mended', asking('hello'))).status).toBe(422);
    expect((await send('mended', asking('+447700900005'))).status).toBe(201);
  });

  it('is another one for another account', async () => {
    const account = await api.post<{ readonly id: string }>('/accounts', { name: 'Its own keys', features: { scheduledCall: true } });
    const { token } = await api.post<{ readonly token: string }>('/tokens', { name: 'its own', accountId: account.id });
    const body = { name: 'Below' };
    const mine = await send('shared', body, '/accounts');
    const theirs = await api.as(token).request<Asked>('POST', '/accounts', body, { headers: { 'idempotency-key': 'shared' } });
    expect(theirs.status).toBe(201);
    expect(theirs.body.id).not.toBe(mine.body.id);
  });

  it.each([
    { where: '/accounts', body: { name: 'Made once' } },
    { where: '/trunks', body: { name: 'Made once', kind: 'sip', address: '127.0.0.1:9', optionsSeconds: 0 } },
    { where: '/service-numbers', body: { number: '+441632960150' } },
    { where: '/call-plans', body: { document: planOf('Made once', [{ id: 2, type: 'Audio', settings: { audioFile: 'welcome' } }]) } },
    { where: '/scheduled-calls/batch', body: { requests: [asking('+447700900006'), asking('hello')] } },
  ])('holds for POST $where', async ({ where, body }) => {
    const first = await send(`for ${where}`.replace(' ', '-'), body, where);
    const again = await send(`for ${where}`.replace(' ', '-'), body, where);
    expect(first.status).toBeLessThan(300);
    expect(again).toMatchObject({ status: first.status, body: first.body });
  });

  it('holds for a token without keeping its secret anywhere', async () => {
    const first = await send('token', { name: 'made once' }, '/tokens');
    const again = await send('token', { name: 'made once' }, '/tokens');
    const { token, ...rest } = first.body as Asked & { readonly token: string };
    expect(again).toMatchObject({ status: 201, body: rest });
    expect(again.body).not.toHaveProperty('token');
    const files = readdirSync(service.stateDir).filter((name) => name.startsWith('branchline.db'));
    expect(files.length).toBeGreaterThan(0);
    for (const name of files) expect(readFileSync(path.join(service.stateDir, name)).includes(token)).toBe(false);
  });

  it('holds for an upload', async () => {
    const form = (): FormData => {
      const parts = new FormData();
      parts.append('slug', 'uploaded-once');
      parts.append('file', new Blob([new Uint8Array(wavOf(noise(52, 0.3)))]), 'a.wav');
      return parts;
    };
    const upload = () => api.request<Asked>('POST', '/audio-files', form(), { headers: { 'idempotency-key': 'upload' } });
    const first = await upload();
    expect(first.status).toBe(201);
    expect(await upload()).toMatchObject({ status: 201, body: first.body });
  });
});

describe('pages', () => {
  it('lead through all Scheduled Calls once, in their order, and end', async () => {
    const due = Date.now() + 2 * HOUR_MS;
    const requests = Array.from({ length: 23 }, (_, n) =>
      asking('+447700900020', { reference: 'paged', scheduledAt: new Date(due + (n % 5) * 1000).toISOString() }),
    );
    const { results } = await api.post<{ readonly results: readonly { readonly status: number; readonly request: Asked }[] }>(
      '/scheduled-calls/batch',
      { requests },
    );
    expect(results.every(({ status }) => status === 201)).toBe(true);

    const seen: Asked[] = [];
    const sizes: number[] = [];
    for (let after: string | null = ''; after !== null;) {
      const cursor: string = after === '' ? '' : `&after=${encodeURIComponent(after)}`;
      const page: { readonly items: readonly Asked[]; readonly after: string | null } = await api.get(
        `/scheduled-calls?reference=paged&limit=10${cursor}`,
      );
      seen.push(...page.items);
      sizes.push(page.items.length);
      ({ after } = page);
    }
    expect(sizes).toEqual([10, 10, 3]);
    expect(new Set(seen.map(({ id }) => id))).toEqual(new Set(results.map(({ request }) => request.id)));
    const moments = seen.map(({ dueAt }) => dueAt);
    expect(moments).toEqual([...moments].sort());
  });

  it.each(['limit=0', 'limit=1001', 'limit=ten', 'after=nonsense', 'page=2'])('are refused for %s', async (query) => {
    for (const list of ['scheduled-calls', 'calls', 'cdrs', 'service-numbers']) {
      const { status } = await api.request('GET', `/${list}?${query}`);
      expect({ list, status }).toEqual({ list, status: 400 });
    }
  });
});

describe('what is not there', () => {
  it.each([
    ['GET', '/nothing-of-that-name', 'routeUnknown'],
    ['GET', '/scheduled-calls/req_nobody', 'notFound'],
    ['DELETE', '/scheduled-calls/req_nobody', 'notFound'],
    ['POST', '/scheduled-calls/req_nobody/hang-up', 'notFound'],
    ['GET', '/calls/call_nobody', 'notFound'],
    ['GET', '/calls/call_nobody/events', 'notFound'],
    ['GET', '/call-plans/plan_nobody', 'notFound'],
    ['GET', '/audio-files/aud_nobody/content', 'notFound'],
    ['GET', '/trunks/trk_nobody', 'notFound'],
    ['GET', '/accounts/acc_nobody', 'notFound'],
    ['GET', '/virtual-card/far-end/calls', 'cardNotVirtual'],
  ])('is said to be so: %s %s', async (method, where, code) => {
    expect(await api.request(method, where)).toMatchObject({ status: 404, body: { status: 404, code } });
  });

  it('is never told by the probes', async () => {
    for (const probe of ['healthz', 'readyz']) {
      const answer = await fetch(`${service.url}/${probe}`);
      expect(answer.status).toBe(200);
      expect(Object.keys((await answer.json()) as object)).toEqual(['status']);
    }
    expect((await fetch(`${service.url}/metrics`)).status).toBe(401);
  });
});

describe('the event stream', () => {
  const ofRequests = (stream: EventStream) =>
    stream.events.filter(({ type }) => type.startsWith('request.')).map(({ requestId, type }) => `${type} ${requestId}`);

  it('goes on behind the last event that was read, without a gap or a repetition, also after kill −9', async () => {
    const stateful = await ServiceProcess.start();
    const office = new Office(stateful.api);
    await office.audio('welcome', noise(51, 1));
    await office.number(SERVICE_NUMBER, planOf('Welcome', [{ id: 2, type: 'Audio', settings: { audioFile: 'welcome' } }]));
    const ask = async (running: ServiceProcess): Promise<string> => (await running.api.post<Asked>('/scheduled-calls', asking('+447700900030'))).id;

    const first = await EventStream.open(stateful.url, stateful.token);
    const read = await ask(stateful);
    const last = await first.event(({ type, requestId }) => type === 'request.accepted' && requestId === read, 'the stream tells of the request');
    expect(last).toMatchObject({ id: expect.stringMatching(/^\w+-\d+$/) as unknown, data: { dueAt: expect.anything() as unknown } });
    first.close();

    const missed = await ask(stateful);
    await stateful.api.delete(`/scheduled-calls/${missed}`);
    await stateful.kill();
    const again = await ServiceProcess.start({ stateDir: stateful.stateDir });
    const second = await EventStream.open(again.url, again.token, last.id);
    const later = await ask(again);
    await second.event(({ requestId }) => requestId === later, 'the stream goes on');
    expect(ofRequests(second)).toEqual([`request.accepted ${missed}`, `request.deleted ${missed}`, `request.accepted ${later}`]);
    const ids = second.events.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    second.close();
    await again.stop();
    await stateful.stop();
  });

  it('says that an event is gone that nobody knows', async () => {
    const answer = await api.request('GET', '/events', undefined, { headers: { 'last-event-id': 'zzzz-0000000001' } });
    expect(answer).toMatchObject({ status: 410, body: { code: 'eventGone' } });
  });

  it('tells an account of what is its own', async () => {
    const account = await api.post<{ readonly id: string }>('/accounts', { name: 'Listens' });
    const { token } = await api.post<{ readonly token: string }>('/tokens', { name: 'listens', accountId: account.id });
    const [own, all] = [await EventStream.open(service.url, token), await EventStream.open(service.url, service.token)];
    const { id } = await api.post<Asked>('/scheduled-calls', asking('+447700900031'));
    await all.event(({ requestId }) => requestId === id, 'the account above is told');
    expect(own.events).toEqual([]);
    own.close();
    all.close();
  });
});

describe('the OpenAPI document', () => {
  interface Operation {
    readonly operationId: string;
    readonly tags?: readonly string[];
    readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required?: boolean; readonly schema: AnySchema }[];
    readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: AnySchema }>> };
    readonly responses: Readonly<
      Record<string, { readonly description: string; readonly content?: Readonly<Record<string, { readonly schema?: AnySchema }>> }>
    >;
  }
  interface Document {
    readonly openapi: string;
    readonly info: { readonly title: string; readonly version: string };
    readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
    readonly components: { readonly schemas: Readonly<Record<string, object>>; readonly securitySchemes: object };
  }

  let document: Document;
  let operations: readonly { readonly path: string; readonly method: string; readonly operation: Operation }[];

  beforeAll(async () => {
    document = (await (await fetch(`${service.url}/api/v1/openapi.json`)).json()) as Document;
    operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
    );
  });

  it('has every operation of the contract', () => {
    expect(document.openapi).toMatch(/^3\.1\./);
    expect(Object.fromEntries(operations.map(({ path, method, operation }) => [operation.operationId, `${method} ${path}`]))).toMatchObject({
      createScheduledCallRequest: 'post /api/v1/scheduled-calls',
      createScheduledCallRequests: 'post /api/v1/scheduled-calls/batch',
      listScheduledCallRequests: 'get /api/v1/scheduled-calls',
      getScheduledCallRequest: 'get /api/v1/scheduled-calls/{id}',
      updateScheduledCallRequest: 'patch /api/v1/scheduled-calls/{id}',
      holdScheduledCallRequest: 'post /api/v1/scheduled-calls/{id}/hold',
      releaseScheduledCallRequest: 'post /api/v1/scheduled-calls/{id}/release',
      runScheduledCallRequestNow: 'post /api/v1/scheduled-calls/{id}/run-now',
      deleteScheduledCallRequest: 'delete /api/v1/scheduled-calls/{id}',
      hangUpScheduledCall: 'post /api/v1/scheduled-calls/{id}/hang-up',
      getScheduledCallStatistics: 'get /api/v1/scheduled-calls/statistics',
    });
  });

  it('names each operation once, describes its answers, and declares what stands in its path', () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(ids).toEqual([...new Set(ids)]);
    for (const { path, method, operation } of operations) {
      const declared = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path' && parameter.required === true);
      const used = new Set([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
      const facts = { path, method, declared: new Set(declared.map(({ name }) => name)), tags: operation.tags?.length };
      expect(facts).toEqual({ path, method, declared: used, tags: 1 });
      expect(Object.keys(operation.responses)).not.toEqual([]);
      for (const response of Object.values(operation.responses)) expect(response.description).toBeTypeOf('string');
    }
  });

  it('has schemas that are JSON Schema 2020-12, with every reference in the document', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: true });
    addFormats.default(ajv);
    ajv.addSchema(document, 'document');
    const places = operations.flatMap(({ operation }) => [
      ...(operation.parameters ?? []).map(({ schema }) => schema),
      ...Object.values(operation.requestBody?.content ?? {}).map(({ schema }) => schema),
      ...Object.values(operation.responses).flatMap(({ content }) =>
        Object.values(content ?? {}).flatMap(({ schema }) => (schema === undefined ? [] : [schema])),
      ),
    ]);
    expect(places.length).toBeGreaterThan(50);
    for (const schema of places) {
      const absolute = JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/', '"$ref":"document#/')) as AnySchema;
      expect(() => ajv.compile(absolute)).not.toThrow();
    }
  });

  it('describes what really answers: each operation wants a token, and is there with one', async () => {
    for (const { path, method, operation } of operations) {
      const where = path.replace('/api/v1', '').replaceAll(/\{\w+\}/g, 'nobody');
      const { status } = await api.request(method.toUpperCase(), where, undefined, { token: null });
      expect({ id: operation.operationId, status }).toEqual({ id: operation.operationId, status: 401 });
    }
  });

  it('has a page to read', async () => {
    const page = await fetch(`${service.url}/api/docs`);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('<html');
  });
});
