import { createSocket } from 'node:dgram';
import { once } from 'node:events';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { NativeSip } from '../support/native-sip.js';
import { RtpPeer, toneLevel } from '../support/rtp-peer.js';
import { freePort, Sipp, type SippOptions } from '../support/sipp.js';

const TONE = [{ frequencies: [1004], levelDbm0: -10, milliseconds: 1000 }];

let sip: NativeSip;
let rtp: RtpPeer;
const running: Sipp[] = [];

beforeAll(() => {
  sip = new NativeSip();
});
afterAll(async () => {
  await sip.close();
});
beforeEach(async () => {
  sip.events.length = 0;
  rtp = await RtpPeer.open();
});
afterEach(async () => {
  rtp.close();
  for (const sipp of running.splice(0)) await sipp.stop();
});

/** A far end that is called. */
async function called(scenario: string, values: Record<string, string | number> = {}, options: Partial<SippOptions> = {}): Promise<Sipp> {
  const sipp = await Sipp.start({ scenario, values: { RTP_PORT: rtp.port, ...values }, ...options });
  running.push(sipp);
  return sipp;
}

/** A far end that calls us. */
async function calling(scenario: string, values: Record<string, string | number> = {}, options: Partial<SippOptions> = {}): Promise<Sipp> {
  return called(scenario, values, { remote: { port: sip.engine.sipPorts().udp }, ...options });
}

async function expectAllWell(sipp: Sipp): Promise<void> {
  const result = await sipp.done;
  expect(result.errors).toBe('');
  expect(result.exitCode).toBe(0);
}

describe('an outgoing call', () => {
  test('is answered, hears and is heard, and is hung up by us', async () => {
    const far = await called('uas-answer');
    const leg = sip.dial(sip.trunk(far.port));
    await sip.event('legSeized', leg);
    expect(await sip.event('legProgress', leg)).toMatchObject({ sipStatus: 180, earlyMedia: false });
    const answered = await sip.event('legAnswered', leg);
    rtp.speak(440, -12);
    sip.engine.playTone(leg, TONE, true);
    await sip.until(() => rtp.packets.length > 60, 'a second of RTP');
    const { receivedDbm0 } = sip.engine.levels(leg);
    expect(receivedDbm0).toBeCloseTo(-12, 0);
    expect(toneLevel(rtp.heard(20), 1004)).toBeCloseTo(-10, 0);
    sip.engine.clear(leg, 16, 0);
    expect(await sip.event('legEnded', leg)).toMatchObject({ q850: 16, inferred: false, by: 'us', sent: true, responded: true, sipStatus: 0 });
    await expectAllWell(far);
    expect(far.received('BYE')?.header('Reason')).toBe('Q.850;cause=16');
    expect(answered.atMs).toBeGreaterThan(0);
  });

  test('carries the identity chosen ahead, the CLIs and the privacy', async () => {
    const far = await called('uas-answer');
    const leg = sip.dial(sip.trunk(far.port, { domain: 'carrier.example' }), {
      callId: 'chosen-1@branch.example',
      fromTag: 'chosen-tag-1',
      fromName: 'The "Branch"',
      fromUri: 'sip:anonymous@anonymous.invalid',
      assertedUri: 'sip:+441632960100@branch.example',
      privacy: 'id',
      diversion: '<sip:+441632960111@branch.example>;reason=unconditional',
    });
    await sip.event('legAnswered', leg);
    sip.engine.clear(leg, 16, 0);
    await expectAllWell(far);
    const invite = far.received('INVITE');
    expect(invite?.text.split('\n')[0]).toBe('INVITE sip:+447700900123@carrier.example SIP/2.0');
    expect(invite?.header('Call-ID')).toBe('chosen-1@branch.example');
    expect(invite?.header('From')).toBe('"The \\"Branch\\"" <sip:anonymous@anonymous.invalid>;tag=chosen-tag-1');
    expect(invite?.header('P-Asserted-Identity')).toBe('<sip:+441632960100@branch.example>');
    expect(invite?.header('Privacy')).toBe('id');
    expect(invite?.header('Diversion')).toBe('<sip:+441632960111@branch.example>;reason=unconditional');
    expect(invite?.header('Route')).toBe('');
  });

  test('stays with a far end whose Contact is a name, without asking any DNS', async () => {
    const far = await called('uas-answer', { CONTACT_HOST: 'pbx.invalid' });
    const leg = sip.dial(sip.trunk(far.port));
    await sip.event('legAnswered', leg);
    sip.engine.clear(leg, 16, 0);
    await expectAllWell(far);
    expect(far.received('BYE')?.text).toMatch(/^BYE sip:far@pbx.invalid:/);
  });

  test('sends its first RTP within 20 ms of the answer though the far end is silent', async () => {
    const far = await called('uas-answer');
    const leg = sip.dial(sip.trunk(far.port));
    let answeredAt = 0;
    sip.onEvent = (event) => {
      if (event.type === 'legAnswered') answeredAt = event.atMs;
    };
    await sip.event('legAnswered', leg);
    const offset = performance.now() - sip.engine.nowMs();
    await sip.until(() => rtp.packets.length > 0, 'RTP');
    sip.onEvent = undefined;
    // A frame, and what the kernel and this loop add to the packet's time stamp.
    expect((rtp.packets[0]?.atMs ?? Infinity) - offset - answeredAt).toBeLessThan(25);
    sip.engine.clear(leg, 16, 0);
    await expectAllWell(far);
  });

  test.each([
    ['486 Busy Here', 'X-None: x', { q850: 17, inferred: true, sipStatus: 486 }],
    ['603 Decline', 'X-None: x', { q850: 21, inferred: true, sipStatus: 603 }],
    ['404 Not Found', 'X-None: x', { q850: 1, inferred: true, sipStatus: 404 }],
    ['480 Temporarily Unavailable', 'Reason: Q.850;cause=20;text="Absent"', { q850: 20, inferred: false, sipStatus: 480 }],
    ['503 Service Unavailable', 'Reason: Q.850;cause=34', { q850: 34, inferred: false, sipStatus: 503 }],
    ['302 Moved Temporarily', 'Contact: <sip:else@127.0.0.1:9>', { sipStatus: 302 }],
  ])('that is refused with %s ends with its cause', async (status, header, end) => {
    const far = await called('uas-final', { STATUS: status, HEADER: header });
    const leg = sip.dial(sip.trunk(far.port));
    expect(await sip.event('legEnded', leg)).toMatchObject({ ...end, by: 'peer', sent: true, responded: true, detail: status.slice(4) });
    await expectAllWell(far);
    expect(sip.all('legEnded', leg)).toHaveLength(1);
  });

  test('that the far end hangs up ends with the cause it gives', async () => {
    const far = await called('uas-answer-bye', { REASON: 'Q.850;cause=31;text="Normal"' });
    const leg = sip.dial(sip.trunk(far.port));
    expect(await sip.event('legEnded', leg)).toMatchObject({ q850: 31, inferred: false, by: 'peer', sipStatus: 0 });
    await expectAllWell(far);
  });

  test('is cancelled while it rings', async () => {
    const far = await called('uas-ring-cancel');
    const leg = sip.dial(sip.trunk(far.port));
    await sip.event('legProgress', leg);
    sip.engine.clear(leg, 102, 0);
    expect(await sip.event('legEnded', leg)).toMatchObject({ q850: 102, by: 'us', sent: true, responded: true });
    await expectAllWell(far);
  });

  test('whose answer crosses our CANCEL is acknowledged and hung up at once', async () => {
    const far = await called('uas-cancel-race');
    const leg = sip.dial(sip.trunk(far.port));
    await sip.event('legProgress', leg);
    sip.engine.clear(leg, 16, 0);
    await sip.event('legEnded', leg);
    await expectAllWell(far);
    expect(sip.all('legAnswered', leg)).toHaveLength(0);
  });

  test('lets early media be heard before the answer', async () => {
    const far = await called('uas-early-media', { RING_MS: 600 });
    rtp.speak(440, -12);
    const leg = sip.dial(sip.trunk(far.port));
    expect(await sip.event('legProgress', leg)).toMatchObject({ sipStatus: 183, earlyMedia: true });
    await sip.until(() => sip.engine.levels(leg).receivedDbm0 > -13, 'the tone', 3000);
    expect(sip.all('legAnswered', leg)).toHaveLength(0);
    await sip.event('legAnswered', leg);
    sip.engine.clear(leg, 16, 0);
    await expectAllWell(far);
  });

  test('goes over TCP, and a refused connection is told as not sent', async () => {
    const far = await called('uas-answer', {}, { transport: 'tcp' });
    const leg = sip.dial(sip.trunk(far.port, { transport: 'tcp' }));
    await sip.event('legAnswered', leg);
    sip.engine.clear(leg, 16, 0);
    await expectAllWell(far);
    expect(far.received('INVITE')?.header('Via')).toContain('SIP/2.0/TCP');

    const nobody = sip.dial(sip.trunk(await freePort(), { transport: 'tcp' }));
    expect(await sip.event('legEnded', nobody)).toMatchObject({ by: 'line', sent: false, responded: false, sipStatus: 0 });
  });

  test('that nobody answers at all ends after Timer B (32 s), sent and without response', async (context) => {
    if (process.env['BRANCHLINE_TEST_DEPTH'] !== 'full')
      context.skip('32 s of waiting, which outcomes.test.ts does once: BRANCHLINE_TEST_DEPTH=full');
    const leg = sip.dial(sip.trunk(await freePort()));
    expect(await sip.event('legEnded', leg, 40_000)).toMatchObject({ by: 'line', sent: true, responded: false, sipStatus: 408, q850: 102 });
  }, 50_000);

  test('with a header that would begin another is refused in words, and nothing is sent', async () => {
    const leg = sip.dial(sip.trunk(await freePort()), { fromName: 'x\r\nVia: y' });
    expect(await sip.event('legEnded', leg)).toMatchObject({ sent: false, detail: 'the From name has control characters' });
    expect(sip.all('legSeized', leg)).toHaveLength(0);
  });

  test('that is held by the far end tells so, sends nothing meanwhile, and goes on', async () => {
    const far = await called('uas-hold');
    const leg = sip.dial(sip.trunk(far.port));
    await sip.event('legAnswered', leg);
    await sip.eventWhere('legHeld', (event) => event.held);
    await sip.eventWhere('legHeld', (event) => !event.held);
    const before = rtp.packets.length;
    await sip.until(() => rtp.packets.length > before + 10, 'RTP after the hold');
    sip.engine.clear(leg, 16, 0);
    await expectAllWell(far);
    const answers = far
      .messages()
      .filter((message) => message.direction === 'received' && message.text.startsWith('SIP/2.0 200') && message.text.includes('m=audio'));
    expect(answers.map((message) => /^a=(sendrecv|sendonly|recvonly|inactive)$/m.exec(message.text)?.[1])).toEqual(['recvonly', 'sendrecv']);
  });

  test('refuses a REFER where the trunk says so', async () => {
    const far = await called('uas-refer-refused');
    const leg = sip.dial(sip.trunk(far.port));
    await sip.event('legEnded', leg);
    await expectAllWell(far);
    expect(sip.all('legReferred')).toHaveLength(0);
  });

  test('tells a REFER where the trunk says so', async () => {
    const far = await called('uas-refer');
    const leg = sip.dial(sip.trunk(far.port, { refer: 'follow' }));
    expect(await sip.event('legReferred', leg)).toMatchObject({ referTo: 'sip:elsewhere@127.0.0.1' });
    await expectAllWell(far);
  });
});

describe('digits', () => {
  test('by RFC 4733 are one each, with the time they were held, also where the end packets were lost', async () => {
    const far = await called('uas-answer');
    const leg = sip.dial(sip.trunk(far.port));
    await sip.event('legAnswered', leg);
    await sip.until(() => rtp.packets.length > 2, 'RTP');
    await rtp.key('1', 100);
    await rtp.key('1', 160);
    await rtp.key('#', 80, true);
    await sip.until(() => sip.all('digit', leg).length === 3, `three digits, got ${JSON.stringify(sip.all('digit', leg))}`, 3000);
    expect(sip.all('digit', leg).map(({ digit, method }) => `${digit} ${method}`)).toEqual(['1 rfc4733', '1 rfc4733', '# rfc4733']);
    expect(sip.all('digit', leg).map(({ durationMs }) => durationMs)).toEqual([100, 160, 80]);
    sip.engine.clear(leg, 16, 0);
    await expectAllWell(far);
    expect(sip.all('digit', leg)).toHaveLength(3);
  });

  test('are sent by RFC 4733 where the far end offers it', async () => {
    const far = await called('uas-answer');
    const leg = sip.dial(sip.trunk(far.port));
    await sip.event('legAnswered', leg);
    expect(sip.engine.sendDigits(leg, '12#', 100, 100, 'automatic')).toBe(0);
    expect(await sip.event('digitsSent', leg)).toMatchObject({ method: 'rfc4733' });
    await sip.until(() => rtp.digits().length === 3, 'three digits');
    expect(rtp.digits().map(({ digit }) => digit)).toEqual(['1', '2', '#']);
    for (const { durationMs } of rtp.digits()) expect(Math.abs(durationMs - 100)).toBeLessThanOrEqual(20);
    sip.engine.clear(leg, 16, 0);
    await expectAllWell(far);
  });

  test('go both ways by INFO where the far end has no telephone-event', async () => {
    const far = await called('uas-info', { PAYLOADS: '8', RTPMAPS: 'a=rtpmap:8 PCMA/8000' });
    const leg = sip.dial(sip.trunk(far.port));
    await sip.until(() => sip.all('digit', leg).length === 2, 'two digits');
    expect(sip.all('digit', leg)).toMatchObject([
      { digit: '5', durationMs: 160, method: 'info' },
      { digit: '7', method: 'info' },
    ]);
    await sip.until(() => far.messages().some((message) => message.text.startsWith('SIP/2.0 415')), 'the refusal of an INFO of another kind');
    expect(sip.engine.sendDigits(leg, '*1', 100, 100, 'automatic')).toBe(0);
    expect(await sip.event('digitsSent', leg)).toMatchObject({ method: 'info' });
    sip.engine.clear(leg, 16, 0);
    await expectAllWell(far);
    expect(far.received('INFO')?.text).toContain('Signal=*');
  });

  test('go in-band where the far end offers nothing else', async () => {
    const far = await called('uas-answer', { PAYLOADS: '8', RTPMAPS: 'a=rtpmap:8 PCMA/8000' });
    const leg = sip.dial(sip.trunk(far.port));
    await sip.event('legAnswered', leg);
    expect(sip.engine.sendDigits(leg, '5', 200, 100, 'automatic')).toBe(0);
    expect(await sip.event('digitsSent', leg)).toMatchObject({ method: 'inBand' });
    await sip.until(() => rtp.packets.length > 20, 'RTP');
    const samples = rtp.heard();
    const loudest = Math.max(
      ...Array.from({ length: Math.floor(samples.length / 800) }, (_, i) => toneLevel(samples.slice(i * 800, (i + 1) * 800), 770)),
    );
    expect(loudest).toBeGreaterThan(-12);
    sip.engine.clear(leg, 16, 0);
    await expectAllWell(far);
  });
});

describe('an incoming call', () => {
  test('is told with its headers, rings, is answered, heard, and hung up by the caller', async () => {
    const far = await calling('uac-answered', {
      USER: '+441632960100',
      HEADER: 'P-Asserted-Identity: "N" <sip:+447700900999@carrier.example>\nPrivacy: id\nDiversion: <sip:+441632960111@b>;reason=no-answer',
      TALK_MS: 900,
      REASON: 'Q.850;cause=16',
    });
    const incoming = await sip.event('legIncoming');
    expect(incoming).toMatchObject({
      kind: 'sip',
      to: '+441632960100',
      fromUri: 'sip:+447700900123@caller.example',
      fromName: 'Caller',
      assertedUri: 'sip:+447700900999@carrier.example',
      privacy: 'id',
      diversion: '<sip:+441632960111@b>;reason=no-answer',
      sourceAddress: '127.0.0.1',
      sourcePort: far.port,
    });
    const { leg } = incoming;
    expect(sip.engine.ring(leg, false)).toBe(0);
    expect(sip.engine.answer(leg)).toBe(0);
    await sip.event('legAnswered', leg);
    sip.engine.playTone(leg, TONE, true);
    rtp.speak(440, -12);
    expect(await sip.event('legEnded', leg)).toMatchObject({ q850: 16, inferred: false, by: 'peer' });
    expect(toneLevel(rtp.heard(10), 1004)).toBeCloseTo(-10, 0);
    await expectAllWell(far);
    expect(far.received('SIP/2.0 180')).toBeDefined();
  });

  test('with 100rel and a session timer rings reliably and agrees to the timer', async () => {
    const far = await calling('uac-prack');
    const { leg } = await sip.event('legIncoming');
    sip.engine.ring(leg, false);
    // Not before the far end has our answer to its PRACK: it reads the two 200s in their order.
    await sip.until(() => far.messages().some(({ text }) => text.startsWith('SIP/2.0 200') && /^CSeq: 2 PRACK/m.test(text)), 'the 200 of the PRACK');
    sip.engine.answer(leg);
    expect(await sip.event('legEnded', leg)).toMatchObject({ by: 'peer', q850: 16 });
    await expectAllWell(far);
    const answer = far.messages().find(({ text }) => text.startsWith('SIP/2.0 200') && text.includes('1 INVITE'))?.text;
    expect(answer).toMatch(/^Session-Expires: 120;refresher=uac$/m);
  });

  test('is hung up by us with the cause', async () => {
    const far = await calling('uac-answered-hears-bye');
    const { leg } = await sip.event('legIncoming');
    sip.engine.answer(leg);
    await sip.event('legAnswered', leg);
    sip.engine.clear(leg, 31, 0);
    expect(await sip.event('legEnded', leg)).toMatchObject({ q850: 31, by: 'us' });
    await expectAllWell(far);
    expect(far.received('BYE')?.header('Reason')).toBe('Q.850;cause=31');
  });

  test('hears and is heard before the answer where it is asked for', async () => {
    const far = await calling('uac-answered');
    const { leg } = await sip.event('legIncoming');
    sip.engine.ring(leg, true);
    rtp.speak(440, -12);
    await sip.until(() => rtp.packets.length > 5, 'early media');
    await sip.until(() => sip.engine.levels(leg).receivedDbm0 > -13, 'the caller');
    sip.engine.answer(leg);
    await sip.event('legEnded', leg);
    await expectAllWell(far);
    expect(far.received('SIP/2.0 183')?.text).toContain('m=audio');
  });

  test.each([
    ['by its cause', 17, 0, 486],
    ['by the status asked for', 21, 480, 480],
  ])('is refused %s', async (_, q850, status, expected) => {
    const far = await calling('uac-refused', { STATUS: expected });
    const { leg } = await sip.event('legIncoming');
    sip.engine.clear(leg, q850, status);
    expect(await sip.event('legEnded', leg)).toMatchObject({ q850, sipStatus: expected, by: 'us' });
    await expectAllWell(far);
    expect(far.received(`SIP/2.0 ${expected}`)?.header('Reason')).toBe(`Q.850;cause=${q850}`);
  });

  test('that the caller cancels ends with the cause it gives', async () => {
    const far = await calling('uac-cancel', { REASON: 'Q.850;cause=102' });
    const { leg } = await sip.event('legIncoming');
    sip.engine.ring(leg, false);
    expect(await sip.event('legEnded', leg)).toMatchObject({ q850: 102, inferred: false, sipStatus: 487, by: 'peer' });
    await expectAllWell(far);
    expect(sip.engine.answer(leg)).toBe(1);
  });

  test('whose SDP can not be read, or has no codec of ours, is refused with 488', async () => {
    await expectAllWell(await calling('uac-bad-sdp'));
    await expectAllWell(await calling('uac-refused', { STATUS: 488, PAYLOADS: '3', RTPMAPS: 'a=rtpmap:3 GSM/8000' }));
    expect(sip.all('legIncoming')).toHaveLength(0);
  });

  test('beyond the limit is refused with 503 and Retry-After', async () => {
    await sip.close();
    sip = new NativeSip({ maxCalls: 1 });
    const first = await calling('uac-answered-hears-bye');
    const { leg } = await sip.event('legIncoming');
    sip.engine.answer(leg);
    await sip.event('legAnswered', leg);
    const second = await calling('uac-refused', { STATUS: 503 });
    await expectAllWell(second);
    expect(second.received('SIP/2.0 503')?.header('Retry-After')).toBe('5');
    expect(sip.engine.sipDial(sip.trunk(9), { uri: 'sip:a@b', fromUri: 'sip:a@b', fromName: '', callId: 'x', fromTag: 'y' }).status).toBe(3);
    sip.engine.clear(leg, 16, 0);
    await expectAllWell(first);
    await sip.close();
    sip = new NativeSip();
  });
});

describe('other requests', () => {
  async function ask(method: string): Promise<string> {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const { port } = socket.address();
    const text = [
      `${method} sip:branch@127.0.0.1 SIP/2.0`,
      `Via: SIP/2.0/UDP 127.0.0.1:${port};branch=z9hG4bK${method}${port}`,
      'From: <sip:a@b>;tag=1',
      'To: <sip:branch@127.0.0.1>',
      `Call-ID: ${method}${port}`,
      `CSeq: 1 ${method}`,
      'Content-Length: 0',
      '',
      '',
    ].join('\r\n');
    socket.send(text, sip.engine.sipPorts().udp, '127.0.0.1');
    const [answer] = (await once(socket, 'message')) as [Buffer];
    socket.close();
    return answer.toString();
  }

  test.each([
    ['OPTIONS', '200'],
    ['REGISTER', '405'],
    ['SUBSCRIBE', '405'],
    ['MESSAGE', '405'],
    ['BYE', '481'],
    ['FROBNICATE', '501'],
  ])('%s is answered with %s', async (method, status) => {
    const answer = await ask(method);
    expect(answer.slice(8, 11)).toBe(status);
    if (status === '200') expect(answer).toMatch(/^Allow: .*INVITE/m);
    expect(answer).not.toMatch(/^Allow: .*SUBSCRIBE/m);
  });
});

describe('a trunk', () => {
  test('is down while its OPTIONS fail and up when they are answered', async () => {
    const port = await freePort();
    const trunk = sip.trunk(port, { optionsSeconds: 1 });
    expect(await sip.eventWhere('trunkState', (event) => event.trunk === trunk)).toMatchObject({
      up: false,
      sipStatus: 408,
      detail: 'OPTIONS unanswered',
    });
    const far = await called('uas-options', { STATUS: '404 Not Found' }, { port, calls: 1 });
    expect(await sip.eventWhere('trunkState', (event) => event.trunk === trunk && event.up)).toMatchObject({ sipStatus: 404 });
    await expectAllWell(far);
    await called('uas-options', { STATUS: '503 Service Unavailable' }, { port });
    await sip.eventWhere('trunkState', (event) => event.trunk === trunk && event.sipStatus === 503 && !event.up);
    sip.engine.sipRemoveTrunk(trunk);
    expect(sip.engine.sipRemoveTrunk(trunk)).toBe(1);
  });

  test('that refuses TCP is down with the reason', async () => {
    const trunk = sip.trunk(await freePort(), { optionsSeconds: 30, transport: 'tcp' });
    const state = await sip.eventWhere('trunkState', (event) => event.trunk === trunk);
    expect(state).toMatchObject({ up: false, sipStatus: 0 });
    // Which of the two the kernel tells depends on how far the sending had come.
    expect(state.detail).toMatch(/refused|broken pipe/i);
    sip.engine.sipRemoveTrunk(trunk);
  });

  test('registers with its credentials, and says goodbye when it is removed', async () => {
    const far = await called('registrar', { USER: 'branch7' });
    const trunk = sip.trunk(far.port, { register: { username: 'branch7', password: 'secret', expiresSeconds: 300 } });
    expect(await sip.eventWhere('trunkState', (event) => event.trunk === trunk)).toMatchObject({ up: true, sipStatus: 200 });
    expect(sip.engine.sipRemoveTrunk(trunk)).toBe(0);
    await expectAllWell(far);
    expect(
      far
        .messages()
        .filter((message) => message.text.startsWith('REGISTER'))
        .at(-1)?.text,
    ).toMatch(/^(Expires: 0|.*expires=0)/m);
  });

  test('whose address is a name, or that is not there, is refused', () => {
    const options = { port: 5060, domain: 'x', transport: 'udp', optionsSeconds: 0, srtp: 'off', dtmf: 'automatic', refer: 'refuse' } as const;
    expect(sip.engine.sipAddTrunk({ ...options, address: 'carrier.example' }).status).toBe(5);
    expect(sip.engine.sipDial(4_294_000, { uri: 'sip:a@b', fromUri: 'sip:a@b', fromName: '', callId: 'x', fromTag: 'y' }).status).toBe(1);
  });
});
