import { createSocket } from 'node:dgram';
import { once } from 'node:events';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { NativeSip } from '../support/native-sip.js';
import { Sipp } from '../support/sipp.js';

let sip: NativeSip;
const running: Sipp[] = [];

beforeEach(() => {
  sip = new NativeSip();
});
afterEach(async () => {
  await sip.close();
  for (const sipp of running.splice(0)) await sipp.stop();
});

async function far(scenario: string, options: Partial<Parameters<typeof Sipp.start>[0]> = {}): Promise<Sipp> {
  const sipp = await Sipp.start({ scenario, ...options });
  running.push(sipp);
  return sipp;
}

describe('starting and stopping', () => {
  test('a port that is taken is told with what to do about it', async () => {
    const { udp } = sip.engine.sipPorts();
    await sip.close();
    const taken = createSocket('udp4');
    taken.bind(udp, '127.0.0.1');
    await once(taken, 'listening');
    expect(() => new NativeSip({ port: udp })).toThrow(/another program has the port.*BRANCHLINE_SIP_PORT/);
    taken.close();
  });

  test('a second engine is told that SIP runs already, and may start it once the first has closed', async () => {
    expect(() => new NativeSip()).toThrow(/another engine of this process runs SIP already/);
    await sip.close();
    sip = new NativeSip();
    expect(sip.engine.sipPorts().udp).toBeGreaterThan(0);
  });

  test.each([
    [{ host: '0.0.0.0' }, /IPv4 addresses/],
    [{ host: '192.0.2.1' }, /no such address/],
    [{ codecs: ['speex/8000'] }, /no codec "speex\/8000"/],
    [
      { tls: { port: 0, certificateFile: '/nonexistent.pem', keyFile: '/nonexistent.pem' } },
      /certificate file \/nonexistent.pem can't be read as PEM/,
    ],
  ])('wrong options %j are refused in words', async (options, message) => {
    await sip.close();
    expect(() => new NativeSip(options)).toThrow(message);
  });

  test('closing ends every leg and says goodbye to the far ends', async () => {
    const talking = await far('uas-answer');
    const ringing = await far('uas-ring-cancel');
    const first = sip.dial(sip.trunk(talking.port));
    const second = sip.dial(sip.trunk(ringing.port));
    await sip.event('legAnswered', first);
    await sip.event('legProgress', second);
    const incomingFar = await far('uac-refused', { values: { STATUS: 503 }, remote: { port: sip.engine.sipPorts().udp } });
    const { leg: third } = await sip.event('legIncoming');
    await sip.close();
    for (const leg of [first, second, third]) expect(sip.all('legEnded', leg)).toHaveLength(1);
    for (const peer of [talking, ringing, incomingFar]) expect(await peer.done).toEqual({ exitCode: 0, errors: '' });
  });
});
