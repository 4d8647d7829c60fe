import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { SchedulerBench } from '../support/scheduler-bench.js';
import { accountRecord } from '../support/store.js';
import { AccountService, ServiceNumberService, TokenService } from '../../src/accounts/index.js';
import { PlanCatalogue, PlanService } from '../../src/callplan/index.js';
import { silentLogger, SystemClock } from '../../src/core/index.js';
import { EventLog } from '../../src/delivery/index.js';
import { HealthService } from '../../src/health/index.js';
import { AudioLibrary, enginesOf, sayAsPrompts, Speech } from '../../src/media/index.js';
import { type CardPort, type LineHealthParts, type LineMaintenance, LineTests, LiveLegs, watchLines } from '../../src/telephony/index.js';
import { speechSettings } from '../support/speech.js';
import { ScriptedLine } from '../support/scripted-line.js';
import { type ApiServer, buildServer, Metrics } from '../../src/api/index.js';
import { ExtensionDirectory, SpanDirectory } from '../../src/telephony/index.js';

// A real database opens and syncs its files meanwhile, on a machine that others use too.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

const NO_DURATIONS = { boundsSeconds: [0.01], counts: [0, 0], sumSeconds: 0 };
const ENGINE_COUNTERS = {
  frames: 6,
  lateFrames: 0,
  skippedFrames: 0,
  prefetchUnderruns: 0,
  recordOverruns: 0,
  eventsLost: 0,
  legs: 0,
  players: 0,
  recorders: 0,
  bridges: 0,
  worstLatenessMicroseconds: 0,
  frameLateness: NO_DURATIONS,
  frameTime: { boundsSeconds: [0.001, 0.02], counts: [3, 2, 1], sumSeconds: 0.0625 },
  lockWait: NO_DURATIONS,
};

let bench: SchedulerBench;
let cardLine: ScriptedLine;
let lineHealth: LineHealthParts;
let metrics: Metrics;
/** Tests that end at once; the call that is on every line. */
const maintenance: LineMaintenance = {
  testsOf: () => ['dialTone'],
  run: () => Promise.resolve({ passed: true, words: 'dial tone', figures: { timeToDialToneMs: 600, frequenciesHz: [350, 440] } }),
};
let onCall: string | null = null;
/** What the card was told of its telephones. */
const configured: { readonly channel: number; readonly settings: object }[] = [];
/** A card with an analogue span of two lines and an E1 in alarm. */
const errors = { slips: 3, bipolarViolations: 0, crcErrors: 0, framingErrors: 0, missedInterrupts: 0 };
const card: CardPort = {
  spans: () => [{ span: 1, kind: 'e1', name: 'E1', alarms: ['red'], ...errors }],
  channel: (channel) => (channel === 1 ? { offHook: false, battery: true, reversed: false } : null),
  echoCanceller: (channel) => (channel === 1 ? 'engine' : 'none'),
};
let server: ApiServer;
/** Tokens of the root account and of one below it. */
let tokens: { readonly root: string; readonly sub: string };

beforeAll(async () => {
  bench = await SchedulerBench.started();
  const { store, clock, scheduler, calls, trunks } = bench;
  cardLine = new ScriptedLine(clock, 'analogue');
  cardLine.physical = [1, 2].map((channel) => ({ line: `card/${channel}`, kind: 'fxo', channel, state: 'idle', since: 0, detail: '' }));
  await store.commit(store.accounts.insert(accountRecord({ id: 'acc_sub', parentId: 'acc_root', name: 'Sub' })));
  const accounts = new AccountService(store, clock);
  const tokenService = new TokenService(store, accounts, clock, silentLogger);
  const audio = new AudioLibrary({ store, clock, logger: silentLogger, stateDirectory: bench.directory, usage: { plansPlaying: () => [] } });
  const engines = enginesOf(speechSettings(), new SystemClock());
  const speech = new Speech({
    engines,
    cacheFolder: path.join(bench.directory, 'speech'),
    cacheBytes: 1_000_000,
    atOnce: 1,
    clock,
    logger: silentLogger,
  });
  const make = async (accountId: string) => (await tokenService.create({ accountId, name: 'test', expiresAt: null })).secret;
  tokens = { root: await make('acc_root'), sub: await make('acc_sub') };
  lineHealth = watchLines({ store, clock, logger: silentLogger, lines: [cardLine], card, live: new LiveLegs() });
  metrics = new Metrics({
    engine: () => ENGINE_COUNTERS,
    store: () => store.statistics(),
    liveCalls: () => 0,
    openRequests: () => 0,
    trunks: () => [],
    lines: () => [{ channel: 1, usable: true, inUse: false, calls: 7 }],
    spans: () => [{ span: 2, alarms: ['red'], slips: 3 }],
  });
  server = await buildServer({
    version: 'test',
    clock,
    logger: silentLogger,
    store,
    health: new HealthService(),
    metrics,
    eventLog: new EventLog(store, clock, silentLogger),
    accounts,
    tokens: tokenService,
    serviceNumbers: new ServiceNumberService(store, accounts, clock),
    plans: new PlanService({ store, catalogue: new PlanCatalogue(store), audio, clock }),
    audio,
    speech,
    speechLanguage: 'en-GB',
    sayAsPrompts: sayAsPrompts(),
    scheduler,
    calls,
    trunks,
    lines: lineHealth,
    lineTests: new LineTests({ ...lineHealth, maintenance: [maintenance], callOn: () => onCall, clock, logger: silentLogger }),
    spans: new SpanDirectory({ store, port: { spans: () => [], configure: () => undefined } }),
    extensions: new ExtensionDirectory({
      store,
      port: { extensions: () => [{ extension: '201', channel: 3 }], configure: (channel, settings) => void configured.push({ channel, settings }) },
    }),
    virtualCard: null,
  });
});

afterAll(async () => {
  await server.close();
  await bench.remove();
});

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

async function ask(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', where: string, body?: object, token = tokens.root): Promise<Answer> {
  const url = where.startsWith('/metrics') ? where : `/api/v1${where}`;
  const answer = await server.inject({
    method,
    url,
    headers: { authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { payload: body }),
  });
  const json = String(answer.headers['content-type']).includes('json');
  return { status: answer.statusCode, body: json ? answer.json<Record<string, unknown>>() : {} };
}

describe('what belongs to the whole box', () => {
  it.each(['/metrics', '/lines', '/trunks', '/trunk-groups', '/spans', '/extensions', '/system', '/virtual-card/far-end/calls'])(
    'is not shown to a token of a sub account: %s',
    async (where) => {
      expect(await ask('GET', where, undefined, tokens.sub)).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    },
  );
});

describe('the status of a refusal', () => {
  it.each([
    ['GET', '/call-plans/plan_nobody', undefined, 404, 'notFound'],
    ['PATCH', '/accounts/acc_nobody', { name: 'x' }, 404, 'accountUnknown'],
    ['PATCH', '/accounts/acc_sub', { status: 'disabled' }, 403, 'accountNotYours'],
    ['POST', '/service-numbers', { number: '+441632960100' }, 409, 'conflict'],
    ['POST', '/tokens', { name: 'x', expiresAt: '2026-12-31T23:59:60Z' }, 400, 'invalidInput'],
    ['GET', '/cdrs?from=2026-12-31T23:59:60Z', undefined, 400, 'invalidInput'],
  ] as const)('%s %s %j is %i %s', async (method, where, body, status, code) => {
    expect(await ask(method, where, body, code === 'accountNotYours' ? tokens.sub : tokens.root)).toMatchObject({ status, body: { code } });
  });

  it('is 409 for a number that Scheduled Calls still need', async () => {
    await bench.request({ inMs: 60_000 });
    expect(await ask('DELETE', '/service-numbers/num_1')).toMatchObject({ status: 409, body: { code: 'serviceNumberInUse' } });
  });
});

describe('a list', () => {
  it('of Scheduled Calls is narrowed by a service number in national form', async () => {
    const { id } = await bench.request({ inMs: 60_000, reference: 'R1' });
    expect((await ask('GET', '/scheduled-calls?reference=R1&serviceNumber=01632%20960100')).body['items']).toMatchObject([{ id }]);
    expect((await ask('GET', '/scheduled-calls?serviceNumber=01632%20960101')).body['items']).toEqual([]);
  });

  it('of live calls shows one the database has not got yet, and each by itself', async () => {
    await bench.request();
    const items = (await ask('GET', '/calls?live=true')).body['items'] as readonly { readonly id: string }[];
    expect(items).toMatchObject([{ live: true, origin: 'scheduled' }]);
    expect(await ask('GET', `/calls/${items[0]?.id ?? ''}`)).toMatchObject({ status: 200, body: { legs: [{ state: 'new' }] } });
    expect((await ask('GET', '/calls?live=true', undefined, tokens.sub)).body['items']).toEqual([]);
  });
});

describe('an audio file', () => {
  it('is described in other words, and by nobody of another account', async () => {
    const { store, clock } = bench;
    const facts = { slug: 'welcome', description: '', path: 'audio/welcome.wav', sizeBytes: 44, durationMs: 0, createdAt: clock.now() };
    await store.commit(store.audioFiles.insert({ id: 'aud_1', accountId: 'acc_root', ...facts }));
    const where = '/audio-files/aud_1';
    expect(await ask('PATCH', where, { description: 'By night' }, tokens.sub)).toMatchObject({ status: 404 });
    expect(await ask('PATCH', where, { description: 'By night' })).toMatchObject({ status: 200, body: { description: 'By night' } });
    expect(await ask('PATCH', where, { slug: 'other' })).toMatchObject({ status: 400 });
  });
});

describe('a text', () => {
  const content = (where: string) => server.inject({ method: 'GET', url: `/api/v1${where}`, headers: { authorization: `Bearer ${tokens.root}` } });

  it('is heard, and kept as an audio file with the same audio', async () => {
    const spoken = { text: 'The office is closed today.', gender: 'Male' };
    const preview = await server.inject({
      method: 'POST',
      url: '/api/v1/speech/preview',
      headers: { authorization: `Bearer ${tokens.root}` },
      payload: spoken,
    });
    expect(preview).toMatchObject({ statusCode: 200, headers: { 'content-type': 'audio/wav' } });
    const made = await ask('POST', '/audio-files/from-text', { ...spoken, slug: 'closed' });
    expect(made).toMatchObject({ status: 201, body: { slug: 'closed', description: spoken.text, sizeBytes: preview.rawPayload.length } });
    expect(made.body['durationMs']).toBeGreaterThan(1000);
    expect((await content(`/audio-files/${String(made.body['id'])}/content`)).rawPayload.equals(preview.rawPayload)).toBe(true);
    expect(await ask('POST', '/audio-files/from-text', { ...spoken, slug: 'closed' })).toMatchObject({ status: 409, body: { code: 'slugTaken' } });
    expect(await ask('POST', '/audio-files/from-text', { ...spoken, slug: 'other', accountId: 'acc_root' }, tokens.sub)).toMatchObject({
      status: 404,
    });
  });

  it.each([
    ['no text', {}, 400, 'invalidInput'],
    ['an empty one', { text: '' }, 400, 'invalidInput'],
    ['100 kB', { text: 'a'.repeat(100_000) }, 400, 'invalidInput'],
    ['control characters alone', { text: '\u0000\u0007 \u001b' }, 422, 'speechTextEmpty'],
    ['a language that is none', { text: 'Hello', language: '../en' }, 400, 'invalidInput'],
    ['a language nobody speaks', { text: 'Hello', language: 'zz' }, 422, 'voiceNotSpoken'],
    ['a voice that is a path', { text: 'Hello', voice: '../../etc/passwd' }, 422, 'voiceNotSpoken'],
    ['a rate out of bounds', { text: 'Hello', ratePercent: 1000 }, 400, 'invalidInput'],
    ['an unknown field', { text: 'Hello', ssml: true }, 400, 'invalidInput'],
  ] as const)('is refused: %s', async (_name, body, status, code) => {
    expect(await ask('POST', '/speech/preview', body)).toMatchObject({ status, body: { code } });
    expect(await ask('POST', '/audio-files/from-text', { ...body, slug: 'bad' })).toMatchObject({ status, body: { code } });
  });
});

describe('the prompts that values are said of', () => {
  const list = async (query: string, token = tokens.root) => (await ask('GET', `/speech/prompts?${query}`, undefined, token)).body['items'];

  it('are listed with what to read out, and whether the account has them', async () => {
    const female = (await list('language=EN-gb&gender=Female')) as readonly { readonly slug: string }[];
    const twenty = { slug: 'say-en-gb-female-20', language: 'en-GB', gender: 'Female', text: 'twenty', recorded: false };
    expect(female).toContainEqual(twenty);
    await ask('POST', '/audio-files/from-text', { text: 'twenty', slug: twenty.slug });
    expect(await list('recorded=true')).toEqual([{ ...twenty, recorded: true }]);
    expect(await list('recorded=true', tokens.sub)).toHaveLength(1);
    expect(await list('language=en-GB&gender=Female&recorded=false')).toHaveLength(female.length - 1);
    expect(await list('language=fr-FR')).toEqual([]);
    expect(await ask('GET', '/speech/prompts?accountId=acc_root', undefined, tokens.sub)).toMatchObject({ status: 404 });
  });
});

describe('a trunk group', () => {
  it('is made, read, changed and deleted', async () => {
    const trunk = (await ask('POST', '/trunks', { name: 'member', kind: 'sip', address: '192.0.2.9', enabled: false })).body;
    const made = await ask('POST', '/trunk-groups', { name: 'lines', members: [trunk['id']], reserveInbound: 2, failover: { causes: [34] } });
    expect(made).toMatchObject({
      status: 201,
      body: { rule: 'inOrder', failover: { causes: [34], sipStatuses: [] }, state: 'down', inUse: 0, free: 0 },
    });
    const where = `/trunk-groups/${String(made.body['id'])}`;
    expect(await ask('POST', '/trunk-groups', { name: 'LINES' })).toMatchObject({ status: 409, body: { code: 'trunkGroupNameTaken' } });
    expect(await ask('PATCH', where, { failover: { causes: [17] } })).toMatchObject({
      status: 422,
      body: { code: 'trunkGroupInvalid', errors: [{ path: '/failover/causes/0' }] },
    });
    expect(await ask('PATCH', where, { rule: 'leastUsed', failover: null })).toMatchObject({
      status: 200,
      body: { rule: 'leastUsed', failover: null },
    });
    expect((await ask('GET', '/trunk-groups')).body['items']).toMatchObject([{ name: 'lines', members: [trunk['id']] }]);
    expect(await ask('DELETE', `/trunks/${String(trunk['id'])}`)).toMatchObject({ status: 204 });
    expect(await ask('GET', where)).toMatchObject({ status: 200, body: { members: [], state: 'empty' } });
    expect(await ask('DELETE', where)).toMatchObject({ status: 204 });
    expect(await ask('GET', where)).toMatchObject({ status: 404 });
  });
});

describe('an extension', () => {
  it('is read, and changed in what is named: the card is told all of it', async () => {
    const settings = { firstDigitSeconds: 15, nextDigitSeconds: 4, completeNumbers: [], messageWaiting: false };
    expect((await ask('GET', '/extensions')).body['items']).toEqual([{ extension: '201', channel: 3, settings }]);
    const changed = { ...settings, messageWaiting: true, completeNumbers: ['2XX'] };
    expect(await ask('PATCH', '/extensions/201', { messageWaiting: true, completeNumbers: ['2XX'] })).toMatchObject({
      status: 200,
      body: { extension: '201', settings: changed },
    });
    expect(await ask('GET', '/extensions/201')).toMatchObject({ status: 200, body: { settings: changed } });
    expect(configured).toEqual([{ channel: 3, settings: changed }]);
  });

  it.each([
    ['/extensions/299', { messageWaiting: true }, 404, 'extensionUnknown'],
    ['/extensions/201', { completeNumbers: ['9-1'] }, 422, 'extensionInvalid'],
    ['/extensions/201', { nextDigitSeconds: 0 }, 400, 'invalidInput'],
    ['/extensions/201', {}, 400, 'invalidInput'],
  ] as const)('%s is not changed to %j', async (where, body, status, code) => {
    expect(await ask('PATCH', where, body)).toMatchObject({ status, body: { code } });
  });
});

describe('a line', () => {
  it('shows how it fares, and is taken out of service and given back', async () => {
    expect(await ask('GET', '/lines/1')).toMatchObject({
      status: 200,
      body: { channel: 1, battery: true, echoCanceller: 'engine', outOfService: null, lastCall: null, callsToday: 0, callsTotal: 0 },
    });
    expect(await ask('GET', '/lines/9')).toMatchObject({ status: 404 });
    expect(await ask('POST', '/lines/1/out-of-service', {})).toMatchObject({ status: 400 });
    expect(await ask('POST', '/lines/1/out-of-service', { reason: 'noise' }, tokens.sub)).toMatchObject({ status: 403 });
    const out = await ask('POST', '/lines/1/out-of-service', { reason: 'noise' });
    expect(out).toMatchObject({ status: 200, body: { outOfService: { reason: 'noise', by: expect.stringMatching(/^tok_/u) as string } } });
    expect([...cardLine.outOfService]).toEqual([1]);
    expect(await ask('POST', '/lines/1/in-service')).toMatchObject({ status: 200, body: { outOfService: null } });
    expect([...cardLine.outOfService]).toEqual([]);
    await vi.waitFor(async () => {
      const page = (await ask('GET', '/lines/1/history?limit=1')).body as { readonly items: readonly object[]; readonly after: string };
      expect(page.items).toMatchObject([{ type: 'inService' }]);
      expect((await ask('GET', `/lines/1/history?after=${page.after}`)).body['items']).toMatchObject([
        { type: 'outOfService', data: { reason: 'noise' } },
      ]);
    });
  });
});

describe('a test of a line', () => {
  it('is started and read, with its figures', async () => {
    const started = await ask('POST', '/lines/1/tests', { test: 'dialTone' });
    expect(started).toMatchObject({ status: 202, body: { line: 1, test: 'dialTone', seconds: 10, result: null } });
    expect(await ask('GET', `/lines/1/tests/${String(started.body['id'])}`)).toMatchObject({
      body: { result: { passed: true, figures: { timeToDialToneMs: 600, frequenciesHz: [350, 440] } } },
    });
    expect((await ask('GET', '/lines/1/tests')).body['items']).toHaveLength(1);
    expect(await ask('GET', `/lines/2/tests/${String(started.body['id'])}`)).toMatchObject({ status: 404 });
  });

  it('is refused while the line carries a call, which is named', async () => {
    onCall = 'call_7';
    const refusal = await ask('POST', '/lines/1/tests', { test: 'dialTone' });
    onCall = null;
    expect(refusal).toMatchObject({ status: 409, body: { code: 'lineTestInUse', title: expect.stringContaining('call_7') as string } });
  });

  it.each([
    [1, { test: 'ring' }, 422, 'lineTestUnsuited'],
    [9, { test: 'dialTone' }, 404, 'lineUnknown'],
    [1, { test: 'smoke' }, 400, 'invalidInput'],
    [1, { test: 'dialTone', seconds: 0 }, 400, 'invalidInput'],
  ] as const)('is refused on line %i as %j', async (line, body, status, code) => {
    expect(await ask('POST', `/lines/${line}/tests`, body)).toMatchObject({ status, body: { code } });
  });
});

describe('the figures of lines and spans', () => {
  it.each([
    ['branchline_line_up', 'branchline_line_up{line="1"} 1'],
    ['branchline_line_calls', 'branchline_line_calls{line="1"} 7'],
    ['branchline_span_alarm', 'branchline_span_alarm{span="2",alarm="red"} 1'],
    ['branchline_span_alarm', 'branchline_span_alarm{span="2",alarm="blue"} 0'],
    ['branchline_span_slips', 'branchline_span_slips{span="2"} 3'],
  ])('are among the metrics: %s', async (name, line) => {
    expect((await metrics.registry.getSingleMetricAsString(name)).split('\n')).toContain(line);
  });
});

describe('a span', () => {
  it('shows its alarms and errors', async () => {
    expect((await ask('GET', '/spans')).body['items']).toMatchObject([{ span: 1, kind: 'e1', alarms: ['red'], slips: 3 }]);
    expect(await ask('GET', '/spans/1')).toMatchObject({ status: 200, body: { name: 'E1' } });
    expect(await ask('GET', '/spans/2')).toMatchObject({ status: 404 });
    expect(await ask('GET', '/spans/1/history')).toMatchObject({ status: 200, body: { items: [], after: null } });
  });
});

describe('the table of causes', () => {
  it('is read by any token', async () => {
    const { status, body } = await ask('GET', '/causes', undefined, tokens.sub);
    expect(status).toBe(200);
    expect(body['causes']).toHaveLength(127);
    expect(body['sipStatuses']).toContainEqual({ status: 486, q850: 17, outcome: 'busy', lineRefusal: false });
  });
});

describe('a token', () => {
  it('is shown without its secret, to its own account and those above', async () => {
    const made = (await ask('POST', '/tokens', { name: 'reader', accountId: 'acc_sub' })).body;
    const shown = await ask('GET', `/tokens/${String(made['id'])}`, undefined, tokens.sub);
    expect(shown).toMatchObject({ status: 200, body: { name: 'reader', accountId: 'acc_sub' } });
    expect(shown.body).not.toHaveProperty('token');
    expect(shown.body).not.toHaveProperty('hash');
  });
});

describe('an event stream', () => {
  it('ends soon after its token was revoked', async () => {
    const url = await server.listen({ host: '127.0.0.1', port: 0 });
    const made = (await ask('POST', '/tokens', { name: 'listener' })).body;
    const answer = await fetch(`${url}/api/v1/events`, { headers: { authorization: `Bearer ${String(made['token'])}` } });
    expect(answer.status).toBe(200);
    const ended = answer.text().then(
      () => 'ended',
      () => 'ended',
    );
    await bench.clock.advance(15_000);
    const waiting = new Promise((resolve) => setTimeout(resolve, 50, 'open'));
    expect(await Promise.race([ended, waiting])).toBe('open');
    await ask('DELETE', `/tokens/${String(made['id'])}`);
    await bench.clock.advance(15_000);
    expect(await ended).toBe('ended');
  });
});

describe('the API document', () => {
  it('lists every route under the base path, each with an operation id of its own', async () => {
    const document = (await ask('GET', '/openapi.json')).body as {
      readonly paths: Record<string, Record<string, { readonly operationId?: string }>>;
    };
    const documented = Object.entries(document.paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method} ${path}`));
    const ids = Object.values(document.paths).flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId));
    const routes = server.printRoutes({ commonPrefix: false, includeHooks: false });
    expect(ids.length).toBeGreaterThan(50);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).not.toContain(undefined);
    expect(new Set(documented)).toEqual(new Set(routesOf(routes).filter((route) => !route.endsWith('/openapi.json'))));
  });
});

/** Routes under the base path out of Fastify's tree, as the document writes them. */
function routesOf(tree: string): readonly string[] {
  const stack: string[] = [];
  const routes: string[] = [];
  for (const line of tree.split('\n')) {
    const match = /^([\s│]*)[├└]── (\S*)(?: \((.*)\))?$/.exec(line);
    if (match === null) continue;
    const [, indent = '', part = '', methods = ''] = match;
    stack.length = Math.floor(indent.length / 4);
    stack.push(part);
    const path = stack.join('').replaceAll(/:(\w+)/g, '{$1}');
    for (const method of methods.split(', ').filter((name) => name !== '' && name !== 'HEAD' && name !== 'OPTIONS')) {
      if (path.startsWith('/api/v1/')) routes.push(`${method.toLowerCase()} ${path}`);
    }
  }
  return routes;
}

describe('the figures of the audio thread', () => {
  it('are histograms among the metrics', async () => {
    const answer = await server.inject({ url: '/metrics', headers: { authorization: `Bearer ${tokens.root}` } });
    const lines = answer.body.split('\n');
    expect(lines.filter((line) => line.startsWith('branchline_audio_frame_time_seconds'))).toEqual([
      'branchline_audio_frame_time_seconds_bucket{le="0.001"} 3',
      'branchline_audio_frame_time_seconds_bucket{le="0.02"} 5',
      'branchline_audio_frame_time_seconds_bucket{le="+Inf"} 6',
      'branchline_audio_frame_time_seconds_sum 0.0625',
      'branchline_audio_frame_time_seconds_count 6',
    ]);
    for (const name of ['frame_lateness', 'lock_wait']) expect(lines).toContain(`# TYPE branchline_audio_${name}_seconds histogram`);
  });
});
