import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import type { Handle, SipTrunkOptions } from '../../native/addon/addon.js';
import { Baresip, type BaresipOptions } from '../support/baresip.js';
import { NativeSip } from '../support/native-sip.js';

const TONE = [{ frequencies: [1004], levelDbm0: -10, milliseconds: 1000 }];
const TONE_HZ = 440;
const folder = mkdtempSync(path.join(tmpdir(), 'branchline-tls-'));
const certificate = path.join(folder, 'both.pem');

let sip: NativeSip;
let telephone: Baresip | undefined;

function makeCertificate(): void {
  const key = path.join(folder, 'key.pem');
  const cert = path.join(folder, 'cert.pem');
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '2',
      '-subj',
      '/CN=127.0.0.1',
      '-addext',
      'subjectAltName=IP:127.0.0.1',
      '-keyout',
      key,
      '-out',
      cert,
    ],
    { stdio: 'ignore' },
  );
  writeFileSync(certificate, readFileSync(cert, 'utf8') + readFileSync(key, 'utf8'));
}

beforeAll(makeCertificate);
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  sip = new NativeSip({ tls: { port: 0, certificateFile: path.join(folder, 'cert.pem'), keyFile: path.join(folder, 'key.pem') } });
});
afterEach(async () => {
  await telephone?.stop();
  telephone = undefined;
  await sip.close();
});

async function phone(options: BaresipOptions): Promise<Baresip> {
  telephone = await Baresip.start({ says: TONE_HZ, ...options });
  return telephone;
}

/** Level of a sine of `hertz` in the loudest quarter-second of what baresip heard, in dB of full scale. */
function heardLevel(far: Baresip, hertz: number): number {
  const { rate, samples } = far.heard();
  const size = Math.floor(rate / 4);
  let best = -99;
  for (let at = 0; at + size <= samples.length; at += size) {
    let re = 0;
    let im = 0;
    for (let n = 0; n < size; n += 1) {
      const sample = samples[at + n] ?? 0;
      re += sample * Math.cos((2 * Math.PI * hertz * n) / rate);
      im += sample * Math.sin((2 * Math.PI * hertz * n) / rate);
    }
    best = Math.max(best, 20 * Math.log10(((2 * Math.hypot(re, im)) / size + 1e-9) / 32_768));
  }
  return best;
}

/** Dials the telephone, speaks and listens for a second, hangs up; the level that was received. */
async function talk(far: Baresip, trunk: Partial<SipTrunkOptions> = {}): Promise<{ leg: Handle; received: number }> {
  const leg = sip.dial(sip.trunk(far.sipPort, trunk), { uri: far.uri });
  await sip.event('legAnswered', leg);
  await far.event('CALL_ESTABLISHED');
  sip.engine.playTone(leg, TONE, true);
  let received = -99;
  const until = performance.now() + 1200;
  await sip.until(() => {
    received = Math.max(received, sip.engine.levels(leg).receivedDbm0);
    return performance.now() > until;
  }, 'a second of talk');
  sip.engine.clear(leg, 16, 0);
  await far.event('CALL_CLOSED');
  return { leg, received };
}

describe('a call with baresip', () => {
  test.each<[string, BaresipOptions, string[]]>([
    ['G.711', { codecs: ['g711'] }, ['PCMA/8000']],
    ['G.711 in packets of 10 ms', { codecs: ['g711'], packetMs: 10 }, ['PCMA/8000']],
    ['G.711 in packets of 30 ms', { codecs: ['g711'], packetMs: 30 }, ['PCMU/8000']],
    ['G.711 in packets of 40 ms', { codecs: ['g711'], packetMs: 40 }, ['PCMA/8000']],
    ['G.722', { codecs: ['g722'] }, ['G722/16000']],
    ['Opus', { codecs: ['opus'] }, ['opus/48000']],
  ])('over %s is heard at both ends at its level', async (_, options, codecs) => {
    await sip.close();
    sip = new NativeSip({ codecs });
    const far = await phone(options);
    const { received } = await talk(far);
    // A sine of full scale is +3.14 dBm0.
    expect(heardLevel(far, 1004)).toBeCloseTo(-13.14, 0);
    expect(received).toBeCloseTo(-10, 0);
  });

  test.each<[string, BaresipOptions, Partial<SipTrunkOptions>]>([
    ['TLS with mandatory SRTP', { transport: 'tls', srtp: 'mandatory' }, { transport: 'tls', srtp: 'mandatory' }],
    ['TLS without SRTP', { transport: 'tls' }, { transport: 'tls', srtp: 'off' }],
    ['UDP with SRTP where both may', { srtp: 'optional' }, { srtp: 'optional' }],
  ])('over %s is heard at both ends', async (_, options, trunk) => {
    const far = await phone({ ...options, certificate });
    const { received } = await talk(far, trunk);
    expect(received).toBeGreaterThan(-16);
    expect(heardLevel(far, 1004)).toBeGreaterThan(-16);
  });

  test('that wants SRTP is not taken without it', async () => {
    const far = await phone({ certificate });
    const leg = sip.dial(sip.trunk(far.sipPort, { srtp: 'mandatory' }), { uri: far.uri });
    expect(await sip.event('legEnded', leg)).toMatchObject({ by: 'peer' });
    expect(sip.all('legAnswered', leg)).toHaveLength(0);
  });

  test.each<[string, BaresipOptions, () => string]>([
    ['TLS with SRTP', { transport: 'tls', srtp: 'mandatory' }, () => `${sip.engine.sipPorts().tls};transport=tls`],
    ['UDP with SRTP by DTLS', { srtp: 'dtls' }, () => `${sip.engine.sipPorts().udp}`],
  ])('comes in over %s, and its keys are heard', async (_, options, port) => {
    const far = await phone({ ...options, certificate });
    far.dial(`sip:+441632960100@127.0.0.1:${port()}`);
    const { leg, to } = await sip.event('legIncoming');
    expect(to).toBe('+441632960100');
    sip.engine.ring(leg, false);
    sip.engine.answer(leg);
    await sip.event('legAnswered', leg);
    await far.event('CALL_ESTABLISHED');
    await sip.until(() => sip.engine.levels(leg).receivedDbm0 > -16, 'the telephone');
    far.key('5');
    expect(await sip.event('digit', leg)).toMatchObject({ digit: '5', method: 'rfc4733' });
    far.hangUp();
    expect(await sip.event('legEnded', leg)).toMatchObject({ q850: 16, by: 'peer' });
  });
});
