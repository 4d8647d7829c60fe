// CPU a concurrent call with audio both ways: a hundred hear a prompt, then fifty pairs talk through the core.
import { setTimeout as delay } from 'node:timers/promises';

import type { Area, Bench } from '../area.js';
import { Box, BRIDGE_NUMBER, LONG_NUMBER, OFFICE_NUMBER } from '../box.js';
import type { Figure } from '../figure.js';
import { cpuMsOf } from '../machine.js';
import { runLoad } from '../sipp-load.js';
import { RtpFarEnd, type RtpReport, SipFarEnd } from '../tools.js';

const AREA = 'media';
const LEGS = 100;
const RATE = 40;
const SETTLE_MS = 2000;

interface Measured {
  readonly percentPerLeg: number;
  readonly farEndPercent: number;
  readonly seconds: number;
  readonly report: RtpReport;
}

export const media: Area = {
  name: AREA,
  run: async (bench) => {
    const echoPercent = await bench.calibrations.echo();
    const box = await Box.start(bench);
    try {
      await delay(SETTLE_MS);
      const idlePercent = await box.cpuPercent(5);
      bench.say(`${LEGS} calls on playback`);
      const playback = await playbackOf(bench, box);
      bench.say(`${LEGS / 2} bridges`);
      const bridge = await bridgesOf(bench, box);
      return figuresOf({ echoPercent, idlePercent, playback, bridge });
    } finally {
      await box.stop();
    }
  },
};

function secondsOf(bench: Bench): number {
  return bench.full ? 60 : 20;
}

async function playbackOf(bench: Bench, box: Box): Promise<Measured> {
  const rtp = await RtpFarEnd.start(LEGS);
  try {
    return await withCalls(bench, box, { to: LONG_NUMBER, calls: LEGS, live: LEGS, rtp });
  } finally {
    await rtp.stop();
  }
}

async function bridgesOf(bench: Bench, box: Box): Promise<Measured> {
  const rtp = await RtpFarEnd.start(LEGS);
  const office = await SipFarEnd.start(rtp.ports.slice(LEGS / 2));
  try {
    await box.office.trunk('office', office.port, OFFICE_NUMBER, { maxCalls: LEGS });
    return await withCalls(bench, box, { to: BRIDGE_NUMBER, calls: LEGS / 2, live: LEGS / 2, rtp });
  } finally {
    await office.stop();
    await rtp.stop();
  }
}

interface Talk {
  readonly to: string;
  readonly calls: number;
  /** Calls of the service when all are there. */
  readonly live: number;
  readonly rtp: RtpFarEnd;
}

async function withCalls(bench: Bench, box: Box, { to, calls, live, rtp }: Talk): Promise<Measured> {
  const seconds = secondsOf(bench);
  const talkMs = (calls / RATE + seconds) * 1000 + 3 * SETTLE_MS;
  const load = runLoad({ scenario: 'talks', to, sipPort: box.service.sipPort, rate: RATE, calls, rtpPorts: rtp.ports.slice(0, calls), talkMs });
  await box.untilLive(live);
  await delay(SETTLE_MS);
  rtp.reset();
  const farEndBefore = cpuMsOf(rtp.pid);
  const percent = await box.cpuPercent(seconds);
  const report = await rtp.report();
  const farEndPercent = (cpuMsOf(rtp.pid) - farEndBefore) / (seconds * 10);
  const { succeeded, errors } = await load;
  if (succeeded !== calls) throw new Error(`${succeeded} of ${calls} calls went to their end: ${errors}`);
  await box.untilLive(0);
  return { percentPerLeg: percent / LEGS, farEndPercent, seconds, report };
}

interface Everything {
  readonly echoPercent: number;
  readonly idlePercent: number;
  readonly playback: Measured;
  readonly bridge: Measured;
}

function figuresOf({ echoPercent, idlePercent, playback, bridge }: Everything): Figure[] {
  const cpu = (name: string, { percentPerLeg, farEndPercent, seconds, report }: Measured, goal: number, beside: string): Figure[] => {
    const packets = `${report.received} packets received of ${LEGS * seconds * 50}, ${report.sent} sent`;
    const method = `CPU of the whole service over ${seconds} s, ${LEGS} legs of A-law, 50 packets/s each way; ${packets}; far ends’ CPU apart: ${farEndPercent.toFixed(1)} %`;
    const row = { area: AREA, method };
    return [
      { ...row, name, value: percentPerLeg, unit: '% of a core a leg', goal: { atMost: goal }, beside },
      { ...row, name: `${name}, to bare UDP echo`, value: percentPerLeg / echoPercent, unit: 'times' },
    ];
  };
  const pacing = 'time between two packets of a stream off 20 ms, by the kernel’s receive timestamps';
  return [
    { area: AREA, name: 'no call at all', value: idlePercent, unit: '% of a core', method: 'CPU of the service over 5 s, with no call' },
    ...cpu('playback', playback, 0.12, 'Asterisk 22: 0.35'),
    ...cpu('bridge through the core', bridge, 0.16, 'Asterisk 22: 0.39–0.43; RustPBX 0.4: 0.14'),
    ...pacingFigures('playback', playback, pacing),
    ...pacingFigures('bridge', bridge, pacing),
  ];
}

function pacingFigures(what: string, { report }: Measured, method: string): Figure[] {
  return [
    {
      area: AREA,
      name: `packet pacing off 20 ms, ${what}: p99`,
      value: report.pacingP99Ms,
      unit: 'ms',
      goal: { atMost: 2 },
      method: `${method}; ${report.streams} streams`,
      beside: 'Asterisk 22: 0.6–3',
    },
    {
      area: AREA,
      name: `packets lost, ${what}`,
      value: report.lost,
      unit: 'packets',
      goal: { atMost: 0 },
      method: 'gaps of RTP sequence numbers at the far ends',
    },
  ];
}
