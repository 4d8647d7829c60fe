import { createSocket } from 'node:dgram';
import { once } from 'node:events';

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { noise } from '../support/audio.js';
import { Office, planOf, type RequestBody, type TrunkBody } from '../support/office.js';
import { ServiceProcess } from '../support/service-process.js';
import { SipParty } from '../support/sip-party.js';
import { freePort } from '../support/sipp.js';
import { eventually, until } from '../support/until.js';

const SERVICE_NUMBER = '+441632960100';
const PROMPT_SECONDS = 20;

let service: ServiceProcess;
let office: Office;
const parties: SipParty[] = [];

afterEach(async () => {
  for (const party of parties.splice(0)) await party.stop();
});

async function officeOf(running: ServiceProcess): Promise<Office> {
  const made = new Office(running.api);
  await made.audio('prompt', noise(21, PROMPT_SECONDS));
  await made.number(SERVICE_NUMBER, planOf('Prompt', [{ id: 2, type: 'Audio', settings: { audioFile: 'prompt' } }]));
  return made;
}

let numbers = 0;

/** A First Party number that no other test uses. */
function freshNumber(): string {
  numbers += 1;
  return `+44770090${String(numbers).padStart(4, '0')}`;
}

/** A far end behind a trunk for this number. */
async function farEnd(
  number: string,
  scenario: string,
  values: Record<string, string | number> = {},
  trunk: object = {},
  timeoutSeconds = 30,
): Promise<SipParty> {
  const party = await SipParty.start(scenario, values, { timeoutSeconds });
  parties.push(party);
  await office.trunk(`${scenario} ${number} ${party.port}`, party.port, number, trunk);
  return party;
}

function sawInvite(party: SipParty): boolean {
  return party.sipp.received('INVITE') !== undefined;
}

/** The one CDR of an attempt that nobody answered. */
async function expectUnansweredCdr(request: RequestBody, clearDown: number): Promise<void> {
  const cdrs = await eventually(
    () => office.cdrs(`requestId=${request.id}`),
    (list) => list.length > 0,
    { what: 'the attempt’s CDR is there' },
  );
  expect(cdrs).toHaveLength(1);
  expect(cdrs[0]).toMatchObject({ callType: 167, requestId: request.id, answeredAt: null, ttaMs: 0, clearDown });
}

describe('a First Party at a SIP trunk', () => {
  // Timer B is 32 s: these two wait beside all the others.
  let silent: { readonly request: RequestBody; readonly first: SipParty; readonly second: SipParty };
  let silentGoingOn: typeof silent;
  const waiting: SipParty[] = [];

  beforeAll(async () => {
    service = await ServiceProcess.start();
    office = await officeOf(service);
    silent = await askSilence(false);
    silentGoingOn = await askSilence(true);
  }, 60_000);

  afterAll(async () => {
    for (const party of waiting) await party.stop();
    await service?.stop();
  });

  async function askSilence(retryAfterTimeout: boolean): Promise<typeof silent> {
    const number = freshNumber();
    const first = await farEnd(number, 'uas-silent', {}, { priority: 1, retryAfterTimeout }, 60);
    const second = await farEnd(number, 'fp-refuse', { STATUS: '486 Busy Here' }, { priority: 2 }, 60);
    waiting.push(...parties.splice(0));
    return { request: await office.schedule(SERVICE_NUMBER, number, { firstPartyRingSeconds: 60 }), first, second };
  }

  it.each([
    { name: 'busy', status: '486 Busy Here', outcome: 'busy', q850: 17 },
    { name: 'busy everywhere', status: '600 Busy Everywhere', outcome: 'busy', q850: 17 },
    { name: 'away', status: '480 Temporarily Unavailable', outcome: 'noAnswer', q850: 18 },
    { name: 'away, told by the network', status: '480 Temporarily Unavailable', reason: 20, outcome: 'noAnswer', q850: 20 },
    { name: 'declining', status: '603 Decline', outcome: 'rejected', q850: 21 },
    { name: 'forbidding', status: '403 Forbidden', outcome: 'rejected', q850: 21 },
    { name: 'unallocated', status: '404 Not Found', outcome: 'unobtainable', q850: 1 },
    { name: 'unallocated, told by the network', status: '404 Not Found', reason: 1, outcome: 'unobtainable', q850: 1 },
    { name: 'moved away', status: '410 Gone', outcome: 'unobtainable', q850: 22 },
    { name: 'incomplete', status: '484 Address Incomplete', outcome: 'unobtainable', q850: 28 },
    { name: 'unable to talk with us', status: '488 Not Acceptable Here', outcome: 'failed', q850: 88 },
    { name: 'behind a congested line', status: '503 Service Unavailable', outcome: 'congestion', q850: 41 },
    { name: 'behind a congested line, told by the network', status: '503 Service Unavailable', reason: 42, outcome: 'congestion', q850: 42 },
    { name: 'busy says the network, whatever the status', status: '503 Service Unavailable', reason: 17, outcome: 'busy', q850: 17 },
  ])('that is $name ($status) ends the attempt as $outcome, cause $q850', async ({ status, reason, outcome, q850 }) => {
    const number = freshNumber();
    const party = await farEnd(number, 'fp-refuse', { STATUS: status, ...(reason === undefined ? {} : { HEADER: `Reason: Q.850;cause=${reason}` }) });
    const request = await office.finished((await office.schedule(SERVICE_NUMBER, number)).id);
    await party.well();
    const sipStatus = Number(status.slice(0, 3));
    expect(request).toMatchObject({ state: 'failed', outcome });
    expect(request.attempts).toHaveLength(1);
    expect(request.attempts[0]).toMatchObject({ state: 'ended', outcome, q850, sipStatus, answeredAt: null });
    expect(request.attempts[0]?.tries).toHaveLength(1);
    expect(request.attempts[0]?.tries[0]).toMatchObject({ q850, sipStatus, sent: true, inferred: reason === undefined, notCarried: [] });
    await expectUnansweredCdr(request, q850);
  });

  it('that rings and does not answer is cancelled after the ring time', async () => {
    const number = freshNumber();
    const party = await farEnd(number, 'uas-ring-cancel');
    const request = await office.finished((await office.schedule(SERVICE_NUMBER, number, { firstPartyRingSeconds: 2 })).id);
    await party.well();
    const rang = (party.sipp.received('CANCEL')?.atMs ?? NaN) - (party.sipp.received('INVITE')?.atMs ?? NaN);
    expect(rang).toBeGreaterThanOrEqual(1990);
    expect(rang).toBeLessThan(2500);
    expect(party.sipp.received('CANCEL')?.header('Reason')).toContain('cause=19');
    expect(request).toMatchObject({ state: 'failed', outcome: 'noAnswer' });
    expect(request.attempts[0]).toMatchObject({ outcome: 'noAnswer', q850: 19, answeredAt: null });
    await expectUnansweredCdr(request, 19);
  });

  it('that answers in the moment of the CANCEL is hung up again and counts as no answer', async () => {
    const number = freshNumber();
    const party = await farEnd(number, 'uas-cancel-race');
    const request = await office.finished((await office.schedule(SERVICE_NUMBER, number, { firstPartyRingSeconds: 1 })).id);
    await party.well();
    expect(party.sipp.received('BYE')).toBeDefined();
    expect(request).toMatchObject({ state: 'failed', outcome: 'noAnswer' });
  });

  it('that hangs up the moment it has answered was answered, and the run ends with it', async () => {
    const number = freshNumber();
    const party = await farEnd(number, 'uas-answer-bye', { RING_MS: 0, TALK_MS: 0 });
    const request = await office.finished((await office.schedule(SERVICE_NUMBER, number)).id);
    await party.well();
    expect(request).toMatchObject({ state: 'completed', outcome: 'answered' });
    const { call, cdrs } = await office.ended(request.callIds[0] ?? '');
    expect(call).toMatchObject({ expectedCount: 1 });
    expect(cdrs[0]).toMatchObject({ callType: 167, clearDown: 16 });
    expect(cdrs[0]?.ttaMs).toBeGreaterThan(0);
    // The prompt had not been played to nobody: the call was over long before its end.
    expect(Date.parse(call.endAt ?? '') - Date.parse(call.startAt)).toBeLessThan((PROMPT_SECONDS * 1000) / 2);
  });

  it('is called over the next trunk where the first is congested', async () => {
    const number = freshNumber();
    const congested = await farEnd(number, 'fp-refuse', { STATUS: '503 Service Unavailable' }, { priority: 1 });
    const party = await farEnd(number, 'uas-answer-bye', { TALK_MS: 100 }, { priority: 2 });
    const request = await office.finished((await office.schedule(SERVICE_NUMBER, number)).id);
    await congested.well();
    await party.well();
    expect(request).toMatchObject({ state: 'completed', outcome: 'answered' });
    const [first, second] = request.attempts[0]?.tries ?? [];
    expect(request.attempts[0]?.tries).toHaveLength(2);
    expect(first).toMatchObject({ sipStatus: 503, sent: true });
    expect(second).toMatchObject({ sent: true });
    expect(first?.trunkId).not.toBe(second?.trunkId);
    // Two dialogs never share an identity.
    expect(party.sipp.received('INVITE')?.header('Call-ID')).not.toBe(congested.sipp.received('INVITE')?.header('Call-ID'));
  });

  it.each([
    { name: 'has rung', scenario: 'uas-final', status: '503 Service Unavailable' },
    { name: 'is busy', scenario: 'fp-refuse', status: '486 Busy Here' },
    { name: 'declines', scenario: 'fp-refuse', status: '603 Decline' },
  ])('is not called over the next trunk where it $name', async ({ scenario, status }) => {
    const number = freshNumber();
    await farEnd(number, scenario, { STATUS: status }, { priority: 1 });
    const other = await farEnd(number, 'fp-refuse', { STATUS: '486 Busy Here' }, { priority: 2 });
    const request = await office.finished((await office.schedule(SERVICE_NUMBER, number)).id);
    expect(request.attempts[0]?.tries).toHaveLength(1);
    expect(sawInvite(other)).toBe(false);
  });

  it('is called over the next trunk where nothing listens at the first one, whose transport says so', async () => {
    const number = freshNumber();
    await office.trunk('nothing there', await freePort(), number, { priority: 1, transport: 'tcp' });
    const party = await farEnd(number, 'uas-answer-bye', { TALK_MS: 100 }, { priority: 2 });
    const request = await office.finished((await office.schedule(SERVICE_NUMBER, number)).id);
    await party.well();
    expect(request).toMatchObject({ state: 'completed', outcome: 'answered' });
    expect(request.attempts[0]?.tries).toHaveLength(2);
    expect(request.attempts[0]?.tries[0]).toMatchObject({ sent: false });
  });

  it('is called over the next trunk, without a try at the first, where that one’s OPTIONS stay unanswered', async () => {
    const number = freshNumber();
    const mute = createSocket('udp4');
    let invites = 0;
    mute.on('message', (message) => (invites += message.toString('latin1').startsWith('INVITE') ? 1 : 0));
    mute.bind(0, '127.0.0.1');
    await once(mute, 'listening');
    const { id } = await office.trunk('mute', mute.address().port, number, { priority: 1, optionsSeconds: 1 });
    await eventually(
      () => service.api.get<TrunkBody>(`/trunks/${id}`),
      ({ state }) => state === 'down',
      { what: 'the trunk is known to be down', timeoutMs: 15_000 },
    );
    const party = await farEnd(number, 'uas-answer-bye', { TALK_MS: 100 }, { priority: 2 });
    const request = await office.finished((await office.schedule(SERVICE_NUMBER, number)).id);
    await party.well();
    mute.close();
    await service.api.delete(`/trunks/${id}`);
    expect(request).toMatchObject({ state: 'completed', outcome: 'answered' });
    expect(request.attempts[0]?.tries).toHaveLength(1);
    expect(invites).toBe(0);
  });

  it('that no trunk leads to fails without a try', async () => {
    const request = await office.finished((await office.schedule(SERVICE_NUMBER, freshNumber())).id);
    expect(request).toMatchObject({ state: 'failed', outcome: 'failed' });
    expect(request.attempts[0]).toMatchObject({ q850: 3, tries: [] });
    await expectUnansweredCdr(request, 3);
  });

  it('whose INVITE nobody answers at all may have rung, and is not called over another trunk', async () => {
    const request = await office.finished(silent.request.id, 45_000);
    expect(request).toMatchObject({ state: 'failed', outcome: 'failed' });
    expect(request.attempts[0]).toMatchObject({ q850: 102, sipStatus: 408 });
    expect(request.attempts[0]?.tries).toHaveLength(1);
    expect(request.attempts[0]?.tries[0]).toMatchObject({ sent: true, inferred: true });
    expect(sawInvite(silent.first)).toBe(true);
    expect(sawInvite(silent.second)).toBe(false);
  }, 60_000);

  it('whose INVITE nobody answers is called over another trunk where the trunk is set so', async () => {
    const request = await office.finished(silentGoingOn.request.id, 45_000);
    expect(request).toMatchObject({ state: 'failed', outcome: 'busy' });
    expect(request.attempts[0]?.tries).toHaveLength(2);
    expect(sawInvite(silentGoingOn.second)).toBe(true);
  }, 60_000);

  it('leaves nothing behind, whatever came of it', async () => {
    expect(await service.leftovers()).toEqual({});
  });
});

describe('a First Party on an analogue line, which tells by its tones alone', () => {
  const rows = [
    { far: '201', does: 'is busy', outcome: 'busy', q850: 17, inferred: true },
    // It was us who gave up: nothing to infer.
    { far: '202', does: 'never answers', outcome: 'noAnswer', q850: 19, inferred: false },
    { far: '203', does: 'rejects, which sounds like busy', outcome: 'busy', q850: 17, inferred: true },
    { far: '204', does: 'is unallocated', outcome: 'unobtainable', q850: 1, inferred: true },
    { far: '209', does: 'is congested', outcome: 'congestion', q850: 34, inferred: true },
  ];
  let running: ServiceProcess;
  let branch: Office;
  const asked = new Map<string, string>();

  beforeAll(async () => {
    running = await ServiceProcess.start({
      card: 'virtual',
      demo: true,
      environment: { BRANCHLINE_CARD_FXO: '5', BRANCHLINE_CARD_E1: '0', BRANCHLINE_CARD_BRI: '0' },
    });
    branch = new Office(running.api);
    for (const { far } of rows) {
      const { id } = await branch.schedule(SERVICE_NUMBER, `+441632960${far}`, { firstPartyRingSeconds: 10 });
      asked.set(far, id);
    }
  }, 60_000);

  afterAll(async () => running?.stop());

  it.each(rows)(
    'that $does ends the attempt as $outcome',
    async ({ far, outcome, q850, inferred }) => {
      const request = await branch.finished(asked.get(far) ?? '', 40_000);
      expect(request).toMatchObject({ state: 'failed', outcome });
      expect(request.attempts[0]).toMatchObject({ outcome, q850, sipStatus: null });
      expect(request.attempts[0]?.tries).toHaveLength(1);
      expect(request.attempts[0]?.tries[0]).toMatchObject({ inferred, notCarried: ['networkCli', 'presentationCli'] });
    },
    60_000,
  );
});

describe('a service that is told to stop', () => {
  it('hangs up who talks and cancels who rings within five seconds, and accounts for both', async () => {
    const running = await ServiceProcess.start();
    const branch = await officeOf(running);
    const talking = await SipParty.start('uas-answer');
    const ringing = await SipParty.start('uas-ring-cancel');
    parties.push(talking, ringing);
    await branch.trunk('talking', talking.port, '+447700900001');
    await branch.trunk('ringing', ringing.port, '+447700900002');
    const answered = await branch.schedule(SERVICE_NUMBER, '+447700900001');
    const unanswered = await branch.schedule(SERVICE_NUMBER, '+447700900002');
    await branch.inState(answered.id, 'inProgress');
    await until(() => ringing.sipp.messages().some(({ text }) => text.startsWith('SIP/2.0 180')), { what: 'the other party rings' });

    const { exitCode, tookMs } = await running.end('SIGTERM');
    expect(exitCode).toBe(0);
    expect(tookMs).toBeLessThan(5000);
    await talking.well();
    await ringing.well();

    const again = await ServiceProcess.start({ stateDir: running.stateDir });
    const after = new Office(again.api);
    const first = await after.request(answered.id);
    expect(first).toMatchObject({ state: 'completed', outcome: 'answered' });
    const { cdrs } = await after.ended(first.callIds[0] ?? '');
    expect(cdrs).toHaveLength(1);
    expect(cdrs[0]).toMatchObject({ callType: 167, clearDown: 16 });
    expect(await after.cdrs(`requestId=${unanswered.id}`)).toHaveLength(1);
    expect(['failed', 'interrupted']).toContain((await after.request(unanswered.id)).state);
    await again.end('SIGTERM');
    await running.stop();
  }, 60_000);
});
