// Bad days of the whole service, as a process: the disk is full, it is killed, told to stop, its carrier goes away, a client does not read.
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, describe, expect, it } from 'vitest';

import { noise, RATE, wavOf } from '../support/audio.js';
import { CountingFarEnd, type FarEndManner } from '../support/counting-far-end.js';
import { EventStream } from '../support/event-stream.js';
import { Office, planOf, type RequestBody } from '../support/office.js';
import { ServiceProcess, type ServiceProcessOptions } from '../support/service-process.js';
import { SipParty } from '../support/sip-party.js';
import { SmallDisk } from '../support/small-disk.js';
import { eventually, until } from '../support/until.js';

const SERVICE_NUMBER = '+441632960100';
const HOUR_MS = 3_600_000;
const SPOKEN = noise(71, 12);
const PLAN = planOf('Spoken', [{ id: 2, type: 'Audio', settings: { audioFile: 'spoken' } }]);
/** Needs more room than a page or two. */
const LONG_PLAN = planOf(
  'Too much',
  Array.from({ length: 100 }, (_, n) => ({
    id: n + 2,
    type: 'Audio',
    settings: { audioFile: 'spoken' },
    branches: n === 99 ? {} : { Continue: n + 3 },
  })),
);
/** By the last figure but two of the number: 1 rings for ever, 2 answers and stays, 3 answers and soon hangs up, others are busy. */
const MANNERS: Readonly<Record<string, FarEndManner>> = {
  '1': { do: 'answer', ringMs: 60_000, talkMs: 60_000 },
  '2': { do: 'answer', ringMs: 20, talkMs: 60_000 },
  '3': { do: 'answer', ringMs: 20, talkMs: 400 },
};
const RINGS = '+447700900100';
const STAYS = '+447700900200';
const HANGS_UP = '+447700900300';
const BUSY = '+447700900400';
const LATER = '+447700900401';

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
});

function folder(): string {
  const made = mkdtempSync(path.join(tmpdir(), 'branchline-bad-day-'));
  endings.push(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

async function run(options: ServiceProcessOptions): Promise<ServiceProcess> {
  const service = await ServiceProcess.start(options);
  endings.push(() => service.stop());
  return service;
}

async function farEndOf(manner = (number: string): FarEndManner => MANNERS[number.at(-3) ?? ''] ?? { do: 'refuse', status: 486, afterMs: 20 }) {
  const farEnd = await CountingFarEnd.start(manner);
  endings.push(() => farEnd.close());
  return farEnd;
}

/** A service with a number whose plan speaks for twelve seconds. */
async function openOffice(options: ServiceProcessOptions): Promise<{ service: ServiceProcess; office: Office }> {
  const service = await run(options);
  const office = new Office(service.api);
  await office.audio('spoken', SPOKEN);
  await office.number(SERVICE_NUMBER, PLAN);
  return { service, office };
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
const inAnHour = (): string => new Date(Date.now() + HOUR_MS).toISOString();

/** Every call is closed, and has the CDRs that it says. */
async function expectClosedBooks(office: Office): Promise<void> {
  for (const call of await office.calls()) {
    const cdrs = await office.cdrs(`callId=${call.id}`);
    expect({ call: call.id, live: call.live, ended: call.endAt !== null, cdrs: cdrs.length }).toEqual({
      call: call.id,
      live: false,
      ended: true,
      cdrs: call.expectedCount,
    });
  }
}

describe('a full disk', () => {
  it('ends no call and delays none; requests are refused with 507 until there is room, and every record comes after all', async (context) => {
    const disk = SmallDisk.make(24) ?? context.skip('this user may not mount a file system for the test');
    endings.push(() => disk.remove());
    const { service, office } = await openOffice({ stateDir: disk.folder });
    const farEnd = await farEndOf();
    const party = await SipParty.start('uas-answer', {}, {});
    endings.push(() => party.stop());
    await office.trunk('party', party.port, '+4477009005');
    await office.trunk('far end', farEnd.port, '+447700900');
    const talking = await office.schedule(SERVICE_NUMBER, '+447700900500');
    await party.hears(SPOKEN.subarray(0, RATE / 2), 'the beginning');
    const waiting = [HANGS_UP, BUSY].map((number) =>
      office.schedule(SERVICE_NUMBER, number, { scheduledAt: new Date(Date.now() + 1_900).toISOString() }),
    );
    const due = await Promise.all(waiting);
    // Too far ahead to be armed by now: whether there is a page left for that at its moment is chance.
    const unarmed = await office.schedule(SERVICE_NUMBER, LATER, { scheduledAt: new Date(Date.now() + 5_000).toISOString() });
    disk.fill();

    const kept: string[] = [];
    const bulky = { serviceNumber: SERVICE_NUMBER, firstParty: BUSY, variables: { '@Filler': 'x'.repeat(900) }, scheduledAt: inAnHour() };
    const ask = () => service.api.request<RequestBody>('POST', '/scheduled-calls', bulky);
    const refused = await eventually(
      async () => {
        const answer = await ask();
        if (answer.status === 201) kept.push(answer.body.id);
        return answer;
      },
      ({ status }) => status !== 201,
      { what: 'the disk is full for the service too', everyMs: 1 },
    );
    expect(refused).toMatchObject({ status: 507, body: { code: 'diskFull', title: expect.stringMatching(/free some space/) as unknown } });
    expect(refused.headers.get('content-type')).toContain('application/problem+json');
    const plan = await service.api.request('POST', '/call-plans', { document: LONG_PLAN });
    const form = new FormData();
    form.append('slug', 'too-much');
    form.append('file', new Blob([new Uint8Array(wavOf(noise(72, 2)))]), 'a.wav');
    const upload = await service.api.request('POST', '/audio-files', form);
    expect([plan.status, upload.status]).toEqual([507, 507]);
    expect(readdirSync(path.join(disk.folder, 'audio'), { recursive: true }).filter((name) => String(name).includes('too-much'))).toEqual([]);

    // Whatever room a checkpoint makes is taken again, so that the calls' own records find none either.
    const room = new AbortController();
    let unwritten = 0;
    const taking = (async () => {
      while (!room.signal.aborted) {
        disk.fill();
        const answer = await ask();
        if (answer.status === 201) kept.push(answer.body.id);
        else expect(answer.status).toBe(507);
        const { scheduledCalls } = await service.api.get<{ scheduledCalls: { unwritten: number } }>('/system');
        unwritten = Math.max(unwritten, scheduledCalls.unwritten);
        await pause(25);
      }
    })();
    // Those armed ahead are dialled at their moment all the same, and the call that talks hears its audio to the end.
    const dialled = () => farEnd.calls.filter(({ number }) => number !== LATER);
    await until(() => dialled().length === 2, { what: 'both due calls are dialled' });
    const dueAt = Date.parse(due[0]?.dueAt ?? '');
    const lateness = dialled().map(({ at }) => at - dueAt);
    await party.hears(SPOKEN.subarray(SPOKEN.length - RATE), 'the end', 15_000);
    await party.well();
    await until(() => unwritten > 0, { what: 'what became of an attempt waits for room' });
    room.abort();
    await taking;
    console.log(
      `full disk: due calls ${lateness.join(', ')} ms late, ${kept.length} requests kept in what room was left, ${unwritten} attempts waited to be written`,
    );

    disk.clear();
    const records = await Promise.all([talking, ...due].map(({ id }) => office.finished(id)));
    expect(records.map(({ state, outcome }) => [state, outcome])).toEqual([
      ['completed', 'answered'],
      ['completed', 'answered'],
      ['failed', 'busy'],
    ]);
    expect(records.map(({ attempts }) => attempts.map(({ state }) => state))).toEqual([['ended'], ['ended'], ['ended']]);
    for (const { callIds } of records) {
      const { cdrs } = await office.ended(callIds[0] ?? 'none');
      expect(cdrs.map(({ callType }) => callType)).toEqual([167]);
    }
    const late = await office.finished(unarmed.id);
    expect({
      state: late.state,
      outcome: late.outcome,
      attempts: late.attempts.length === 1 ? [] : late.attempts,
      reason: late.reason,
    }).toMatchObject({ state: 'failed', outcome: 'busy', attempts: [] });
    expect([...farEnd.attempts().values()]).toEqual([1, 1, 1]);
    expect((await ask()).status).toBe(201);
    const { total } = await service.api.get<{ readonly total: number }>('/scheduled-calls/statistics');
    expect(total).toBe(4 + kept.length + 1);
    const items = async (where: string) => (await service.api.get<{ readonly items: readonly unknown[] }>(where)).items.length;
    expect([await items('/call-plans'), await items('/audio-files')]).toEqual([1, 1]);
    await expectClosedBooks(office);
  }, 60_000);
});

describe('SIGTERM on a full disk', () => {
  it('releases the far end and is gone in time; the next start knows of everybody', async (context) => {
    const disk = SmallDisk.make(24) ?? context.skip('this user may not mount a file system for the test');
    endings.push(() => disk.remove());
    const { service, office } = await openOffice({ stateDir: disk.folder });
    const farEnd = await farEndOf();
    await office.trunk('far end', farEnd.port, '+447700900');
    const { id } = await office.schedule(SERVICE_NUMBER, STAYS);
    await office.inState(id, 'inProgress');
    const bulky = { serviceNumber: SERVICE_NUMBER, firstParty: BUSY, variables: { '@Filler': 'x'.repeat(900) }, scheduledAt: inAnHour() };
    await until(
      async () => {
        disk.fill();
        return (await service.api.request('POST', '/scheduled-calls', bulky)).status === 507;
      },
      { what: 'the disk is full for the service too', everyMs: 1 },
    );
    const end = await service.end('SIGTERM');
    console.log(`SIGTERM on a full disk: gone in ${Math.round(end.tookMs)} ms, exit code ${String(end.exitCode)}`);
    expect(farEnd.calls.map(({ released }) => released)).toEqual(['byPeer']);
    expect(end).toMatchObject({ exitCode: 0 });
    expect(end.tookMs).toBeLessThan(5_000);
    disk.clear();
    const again = new Office((await run({ stateDir: disk.folder })).api);
    expect(['completed', 'interrupted']).toContain((await again.request(id)).state);
    await expectClosedBooks(again);
    expect(farEnd.calls).toHaveLength(1);
  }, 30_000);
});

describe('kill -9', () => {
  it('leaves what was acknowledged, rings nobody twice, closes the books, and keeps nothing that is half', async () => {
    const stateDir = folder();
    const { service, office } = await openOffice({ stateDir });
    const farEnd = await farEndOf();
    await office.trunk('far end', farEnd.port, '+447700900');
    const [rings, stays] = [await office.schedule(SERVICE_NUMBER, RINGS), await office.schedule(SERVICE_NUMBER, STAYS)];
    await office.inState(rings.id, 'dialling');
    await office.inState(stays.id, 'inProgress');
    const hangsUp = await office.schedule(SERVICE_NUMBER, HANGS_UP);
    const half = await halfUpload(service);
    await until(() => farEnd.calls.some(({ number, released }) => number === HANGS_UP && released === 'byUs'), { what: 'the third hangs up' });
    // In flight while it dies: requests, a plan, a whole upload.
    const acknowledged: string[] = [];
    const flights = Array.from({ length: 30 }, async () => {
      const made = await office.schedule(SERVICE_NUMBER, BUSY, { scheduledAt: inAnHour() });
      acknowledged.push(made.id);
    });
    let planKept = false;
    let audioKept = false;
    flights.push(service.api.post('/call-plans', { document: { ...PLAN, name: 'In flight' } }).then(() => void (planKept = true)));
    flights.push(office.audio('in-flight', noise(73, 5)).then(() => void (audioKept = true)));
    const landed = Promise.allSettled(flights);
    await until(() => acknowledged.length > 0, { what: 'one is acknowledged', everyMs: 1 });
    await service.kill();
    await landed;
    half.destroy();

    const after = await run({ stateDir });
    const again = new Office(after.api);
    expect(await again.request(rings.id)).toMatchObject({ state: 'interrupted', outcome: 'interrupted', reasonCode: 'cutOff' });
    expect(await again.request(stays.id)).toMatchObject({ state: 'interrupted', outcome: 'interrupted', reasonCode: 'cutOff' });
    const ended = await again.request(hangsUp.id);
    expect(['completed', 'interrupted']).toContain(ended.state);
    for (const id of acknowledged) expect(await again.request(id)).toMatchObject({ state: 'queued' });
    for (const { callIds } of [await again.request(rings.id), await again.request(stays.id), ended]) {
      const { cdrs } = await again.ended(callIds[0] ?? 'none');
      expect(cdrs.map(({ callType }) => callType)).toEqual([167]);
    }
    await expectClosedBooks(again);

    const plans = await after.api.get<{ items: { id: string; name: string }[] }>('/call-plans');
    const flown = plans.items.find(({ name }) => name === 'In flight');
    if (planKept) expect(flown).toBeDefined();
    if (flown !== undefined) expect(await after.api.get(`/call-plans/${flown.id}`)).toMatchObject({ name: 'In flight' });
    const files = await after.api.get<{ items: { id: string; slug: string; sizeBytes: number }[] }>('/audio-files');
    if (audioKept) expect(files.items.map(({ slug }) => slug)).toContain('in-flight');
    for (const { id, sizeBytes } of files.items) expect((await after.api.bytes(`/audio-files/${id}/content`)).length).toBe(sizeBytes);
    const stored = readdirSync(path.join(stateDir, 'audio'), { recursive: true }).filter((name) => /\.\w+$/.test(String(name)));
    expect(stored).toHaveLength(files.items.length);
    expect(files.items.map(({ slug }) => slug)).not.toContain('half');
    await again.audio('half', noise(74, 0.2));
    // A call that comes after shows that the service would have dialled by now.
    const later = await again.finished((await again.schedule(SERVICE_NUMBER, BUSY)).id);
    expect(later).toMatchObject({ state: 'failed', outcome: 'busy' });
    const doubled = [...farEnd.attempts()].filter(([, count]) => count > 1);
    console.log(
      `kill -9: the call just over reads ${ended.state}; ${acknowledged.length} of 30 requests acknowledged; plan ${String(planKept)}, upload ${String(audioKept)}`,
    );
    expect(doubled).toEqual([]);
  }, 60_000);
});

/** An upload of which only the first half has been sent. */
async function halfUpload(service: ServiceProcess): Promise<Socket> {
  const boundary = 'half';
  const wav = wavOf(noise(75, 4));
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="slug"\r\n\r\nhalf\r\n--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\nContent-Type: audio/wav\r\n\r\n`;
  const tail = `\r\n--${boundary}--\r\n`;
  const socket = await rawRequest(service, 'POST /api/v1/audio-files', {
    'Content-Type': `multipart/form-data; boundary=${boundary}`,
    'Content-Length': String(head.length + wav.length + tail.length),
  });
  socket.write(head);
  socket.write(wav.subarray(0, wav.length / 2));
  return socket;
}

async function rawRequest(service: ServiceProcess, what: string, headers: Readonly<Record<string, string>>): Promise<Socket> {
  const { hostname, port } = new URL(service.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  const lines = Object.entries({ Host: hostname, Authorization: `Bearer ${service.token}`, ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  socket.write(`${what} HTTP/1.1\r\n${lines.join('')}\r\n`);
  return socket;
}

describe('SIGTERM with ten calls up', () => {
  async function tenCalls() {
    const stateDir = folder();
    const { service, office } = await openOffice({ stateDir });
    const farEnd = await farEndOf();
    await office.trunk('far end', farEnd.port, '+447700900');
    const numbers = Array.from({ length: 10 }, (_, n) => `${(n % 2 === 0 ? RINGS : STAYS).slice(0, -1)}${n}`);
    const made = await Promise.all(numbers.map((number) => office.schedule(SERVICE_NUMBER, number)));
    await Promise.all(made.map(({ id }, n) => office.inState(id, n % 2 === 0 ? 'dialling' : 'inProgress')));
    return { stateDir, service, farEnd, made };
  }

  it('releases every far end and is gone within five seconds with exit code 0; nothing is open afterwards', async () => {
    const { stateDir, service, farEnd, made } = await tenCalls();
    const end = await service.end('SIGTERM');
    const released = farEnd.calls.map(({ released: how }) => String(how)).toSorted((a, b) => a.localeCompare(b));
    console.log(`SIGTERM with 10 calls: gone in ${Math.round(end.tookMs)} ms`);
    expect(end.exitCode).toBe(0);
    expect(end.tookMs).toBeLessThan(5_000);
    expect(released).toEqual([...Array<string>(5).fill('byPeer'), ...Array<string>(5).fill('cancelled')]);
    const again = new Office((await run({ stateDir })).api);
    const states = await Promise.all(made.map(async ({ id }) => (await again.request(id)).state));
    expect(states).toEqual(made.map((_, n) => (n % 2 === 0 ? 'interrupted' : 'completed')));
    await expectClosedBooks(again);
    expect([...farEnd.attempts().values()]).toEqual(Array(10).fill(1));
  }, 30_000);

  it('is gone within five seconds where no far end answers any more, and at once at a second signal', async () => {
    const [first, second] = [await tenCalls(), await tenCalls()];
    first.farEnd.deaf = true;
    second.farEnd.deaf = true;
    const slow = await first.service.end('SIGTERM');
    const stopping = second.service.end('SIGTERM');
    await eventually(
      () =>
        fetch(`${second.service.url}/healthz`).then(
          () => false,
          () => true,
        ),
      (closed) => closed,
      { what: 'the first signal was heard' },
    );
    const secondSignal = performance.now();
    process.kill(second.service.pid, 'SIGTERM');
    await stopping;
    const atOnceMs = performance.now() - secondSignal;
    console.log(`SIGTERM, far ends deaf: gone in ${Math.round(slow.tookMs)} ms; after a second one in ${Math.round(atOnceMs)} ms `);
    expect(slow.tookMs).toBeLessThan(5_000);
    expect(atOnceMs).toBeLessThan(500);
    await expectClosedBooks(new Office((await run({ stateDir: first.stateDir })).api));
    await expectClosedBooks(new Office((await run({ stateDir: second.stateDir })).api));
  }, 60_000);
});

describe('a carrier that goes away and comes back', () => {
  it('is told by events; calls take the next trunk meanwhile, and the first again by themselves', async () => {
    const { service, office } = await openOffice({ stateDir: folder() });
    const [first, second] = [await farEndOf(), await farEndOf()];
    const trunk = await office.trunk('first', first.port, '+447700900', { optionsSeconds: 1, priority: 1 });
    await office.trunk('second', second.port, '+447700900', { optionsSeconds: 1, priority: 2 });
    const stream = await EventStream.open(service.url, service.token);
    endings.push(() => stream.close());
    const stateIs = (state: string) =>
      until(async () => (await service.api.get<{ state: string }>(`/trunks/${trunk.id}`)).state === state, {
        what: `the trunk is ${state}`,
        timeoutMs: 15_000,
      });
    const told = (type: string) => stream.events.filter((event) => event.type === type && event.data['trunkId'] === trunk.id).length;
    const call = async () => office.finished((await office.schedule(SERVICE_NUMBER, BUSY)).id);
    await stateIs('up');
    await call();
    expect([first.calls.length, second.calls.length]).toEqual([1, 0]);

    first.deaf = true;
    const wentAt = performance.now();
    await stateIs('down');
    const noticedMs = performance.now() - wentAt;
    await until(() => told('trunk.wentDown') === 1, { what: 'the stream tells that the trunk went down' });
    const upBefore = told('trunk.cameUp');
    const meanwhile = await call();
    expect(meanwhile).toMatchObject({ outcome: 'busy', attempts: [{ tries: [{ trunkName: 'second' }] }] });
    expect([first.calls.length, second.calls.length]).toEqual([1, 1]);

    first.deaf = false;
    const backAt = performance.now();
    await stateIs('up');
    const backMs = performance.now() - backAt;
    await until(() => told('trunk.cameUp') === upBefore + 1, { what: 'the stream tells that the trunk came up' });
    await call();
    expect([first.calls.length, second.calls.length]).toEqual([2, 1]);
    console.log(`trunk: down noticed after ${Math.round(noticedMs)} ms, up after ${Math.round(backMs)} ms`);
  }, 45_000);
});

describe('the event stream', () => {
  const BATCHES = 30;
  /** What sixteen that do not read may cost: a megabyte each, and what garbage is about. All of it in memory would be 80 MiB and more. */
  const GROWTH_BYTES = 32 * 1024 * 1024;

  async function many(service: ServiceProcess, count: number): Promise<string[]> {
    const requests = Array.from({ length: count }, () => ({ serviceNumber: SERVICE_NUMBER, firstParty: BUSY, scheduledAt: inAnHour() }));
    const { results } = await service.api.post<{ results: { request: RequestBody }[] }>('/scheduled-calls/batch', { requests });
    return results.map(({ request }) => request.id);
  }

  it('cuts off who never reads and serves the others; what was missed comes exactly once, after a restart too', async () => {
    const stateDir = folder();
    const { service } = await openOffice({ stateDir });
    const reader = await EventStream.open(service.url, service.token);
    await many(service, 1);
    await until(() => reader.events.length > 0, { what: 'the reader is served' });
    const firstId = reader.events[0]?.id ?? '';
    const deaf = await rawRequest(service, 'GET /api/v1/events', {});
    endings.push(() => deaf.destroy());
    deaf.pause();
    const ids: string[] = [];
    for (let batch = 0; batch < BATCHES && !/reads too slowly/.test(service.log); batch += 1) ids.push(...(await many(service, 1_000)));
    await until(() => /reads too slowly/.test(service.log), { what: 'the one that does not read is cut off' });
    const accepted = (stream: EventStream) => stream.events.filter(({ type }) => type === 'request.accepted').map(({ requestId }) => requestId);
    await until(() => reader.events.length >= ids.length, { what: 'the reader has all' });
    expect(accepted(reader).slice(-ids.length)).toEqual(ids);
    // Some that ask for all of it again and never read either.
    await until(() => reader.events.length >= ids.length, { what: 'the reader has all' });
    const before = await service.metric('process_resident_memory_bytes');
    for (let n = 0; n < 16; n += 1) {
      const socket = await rawRequest(service, 'GET /api/v1/events', { 'Last-Event-ID': firstId });
      socket.pause();
      endings.push(() => socket.destroy());
    }
    await many(service, 1);
    const growth = (await service.metric('process_resident_memory_bytes')) - before;
    console.log(
      `events: ${ids.length} sent before one was cut off; 16 that replay them and do not read cost ${(growth / 1024 / 1024).toFixed(1)} MiB`,
    );
    expect(growth).toBeLessThan(GROWTH_BYTES);
    reader.close();

    await service.end('SIGTERM');
    const after = await run({ stateDir });
    const resumed = await EventStream.open(after.url, after.token, firstId);
    endings.push(() => resumed.close());
    const [last = ''] = await many(after, 1);
    await until(() => accepted(resumed).includes(last), { what: 'the resumed stream has come to the present', timeoutMs: 20_000 });
    const seen = resumed.events.map(({ id }) => id);
    expect(new Set(seen).size).toBe(seen.length);
    expect(accepted(resumed).slice(0, ids.length)).toEqual(ids);
    const boots = seen.map((id) => Number(id.split('-')[0]));
    expect(boots).toEqual(boots.toSorted((a, b) => a - b));
    expect(new Set(boots).size).toBe(2);
    expect(existsSync(path.join(stateDir, 'trace.db'))).toBe(true);
  }, 60_000);
});
