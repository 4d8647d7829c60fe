import { SystemClock, delay, loadNativeAddon, silentLogger, startNative } from '../../src/core/index.js';
import { SipLine } from '../../src/lines/index.js';
import type { TrunkRecord } from '../../src/store/index.js';
import { SipFarEnd } from '../support/sip-far-end-client.js';
import { type LineFixture, linePortContract } from './line-port.js';

const SERVICE_NUMBER = '+441632960100';

linePortContract('SIP, with a second process as far end', async (): Promise<LineFixture> => {
  const farEnd = await SipFarEnd.start();
  const clock = new SystemClock();
  const native = startNative(loadNativeAddon(), { stepped: false, realtimePriority: false, maxHandles: 1024 }, clock);
  const line = new SipLine({ native, clock, logger: silentLogger, country: 'GB' });
  const ports = line.start({
    host: '127.0.0.1',
    port: 0,
    userAgent: 'Branchline',
    maxCalls: 64,
    rtpPorts: [42_000, 43_000],
    codecs: ['PCMA/8000'],
    logLevel: 0,
  });
  const trunk = sipTrunk(farEnd.port);
  line.useTrunk(trunk);
  return {
    line,
    trunk,
    tells: { exactCauses: true, callerNumber: true },
    hasServices: false,
    serviceNumber: SERVICE_NUMBER,
    pass: (milliseconds) => delay(clock, milliseconds),
    listen: () => undefined,
    callIn: () => {
      const call = farEnd.call(SERVICE_NUMBER, '+441632960205', ports.udp);
      return Promise.resolve({ hangUp: () => farEnd.hangUp(call) });
    },
    callerOf: (leg) => farEnd.callerOf(leg.details.lineCallId),
    heardDigits: (leg) => Promise.resolve(farEnd.digitsOf(leg.details.lineCallId)),
    close: async () => {
      await native.engine.close();
      await farEnd.close();
    },
  };
});

function sipTrunk(port: number): TrunkRecord {
  return {
    id: 'trk_sip',
    name: 'far end',
    kind: 'sip',
    enabled: true,
    prefixes: [],
    priority: 1,
    maxCalls: 30,
    callsPerSecond: 50,
    sip: {
      address: `127.0.0.1:${port}`,
      transport: 'udp',
      register: false,
      username: null,
      password: null,
      optionsSeconds: 0,
      srtp: 'off',
      dtmf: 'automatic',
      refer: 'refuse',
      ddiPrefix: '',
      retryAfterTimeout: false,
    },
    analogue: null,
    isdn: null,
    createdAt: 0,
  };
}
