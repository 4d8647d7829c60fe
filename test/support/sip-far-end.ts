// A SIP far end in a process of its own (PJSIP is one a process): it answers the numbers of CONTRACT.md's table, and calls us when it is told to. Spoken to over
// Node's IPC channel; see sip-far-end-client.ts.
import { SystemClock, loadNativeAddon, silentLogger, startNative } from '../../src/core/index.js';
import { SipLine } from '../../src/lines/index.js';
import { NativeMedia } from '../../src/media/index.js';
import type { TrunkRecord } from '../../src/store/index.js';
import { type Leg, newLineIdentity } from '../../src/telephony/index.js';

export type ToFarEnd =
  | { readonly do: 'call'; readonly call: string; readonly to: string; readonly from: string; readonly port: number }
  | { readonly do: 'hangUp'; readonly call: string }
  | { readonly do: 'close' };
export type FromFarEnd =
  | { readonly tell: 'ready'; readonly port: number }
  | {
      readonly tell: 'caller';
      readonly lineCallId: string;
      readonly number: string | undefined;
      readonly withheld: boolean;
      readonly divertedFrom: string;
    }
  | { readonly tell: 'digit'; readonly lineCallId: string; readonly digit: string }
  | { readonly tell: 'ended'; readonly call: string; readonly q850: number; readonly sipStatus: number };

const clock = new SystemClock();
const native = startNative(loadNativeAddon(), { stepped: false, realtimePriority: false, maxHandles: 1024 }, clock);
const line = new SipLine({ native, clock, logger: silentLogger, country: 'GB' });
const media = new NativeMedia(native, silentLogger);
const calls = new Map<string, Leg>();

const ports = line.start({
  host: '127.0.0.1',
  port: 0,
  userAgent: 'far end',
  maxCalls: 64,
  rtpPorts: [40_000, 41_000],
  codecs: ['PCMA/8000'],
  logLevel: 0,
});
tell({ tell: 'ready', port: ports.udp });

native.events.on('legIncoming', ({ callId, fromUri, privacy, diversion }) => {
  const number = /^sip:(\+\d+)@/.exec(fromUri)?.[1];
  tell({ tell: 'caller', lineCallId: callId, number, withheld: privacy.includes('id'), divertedFrom: /(\+\d+)/.exec(diversion)?.[1] ?? '' });
});
line.onIncoming(({ leg }) => {
  leg.events.on('digit', ({ digit }) => tell({ tell: 'digit', lineCallId: leg.details.lineCallId, digit }));
  leg.events.on('answered', () => behaveAnswered(leg, keyOf(leg)));
  behave(leg, keyOf(leg));
});

process.on('message', (message: ToFarEnd) => {
  switch (message.do) {
    case 'call':
      call(message);
      break;
    case 'hangUp':
      calls.get(message.call)?.clear(16);
      break;
    case 'close':
      void native.engine.close().then(() => process.exit(0));
  }
});
process.on('disconnect', () => process.exit(0));

function keyOf(leg: Leg): string {
  const { to } = leg.details;
  return to?.kind === 'number' ? to.e164.slice(-3) : '';
}

function behave(leg: Leg, key: string): void {
  const refusals: Record<string, number> = { '201': 17, '203': 21, '204': 1, '209': 42 };
  const refusal = refusals[key];
  if (refusal !== undefined) {
    leg.clear(refusal);
    return;
  }
  leg.ring();
  if (key !== '202') clock.after(300, () => leg.answer());
}

function behaveAnswered(leg: Leg, key: string): void {
  if (key === '205') clock.after(500, () => leg.sendDigits('1'));
  if (key === '206') clock.after(1000, () => leg.clear(16));
  if (key === '208') media.playTone(leg, 'dial');
}

function call({ call: id, to, from, port }: Extract<ToFarEnd, { do: 'call' }>): void {
  const trunk = {
    id: `trk_${port}`,
    kind: 'sip',
    sip: { address: `127.0.0.1:${port}`, transport: 'udp', register: false, optionsSeconds: 0, srtp: 'off', dtmf: 'automatic', refer: 'refuse' },
  } as unknown as TrunkRecord;
  line.useTrunk(trunk);
  const cli = { number: from, presentation: 'allowed', screening: 'network' } as const;
  const leg = line.dial({
    legId: id,
    trunk,
    to: { kind: 'number', e164: to },
    cli: { network: cli, presentation: cli },
    identity: newLineIdentity(),
  });
  calls.set(id, leg);
  leg.events.on('answered', () => clock.after(500, () => leg.sendDigits('1')));
  leg.events.on('ended', ({ q850, sipStatus }) => tell({ tell: 'ended', call: id, q850, sipStatus }));
}

function tell(message: FromFarEnd): void {
  process.send?.(message);
}
