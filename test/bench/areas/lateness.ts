// How late a Scheduled Call's INVITE reaches the far end, and that none is early.
import { setTimeout as delay } from 'node:timers/promises';

import { until } from '../../support/until.js';
import type { Area } from '../area.js';
import { Box, FIRST_PARTY_PREFIX, SHORT_NUMBER } from '../box.js';
import { type Figure, type Goal, quantile } from '../figure.js';
import { RtpFarEnd, type SeenInvite, SipFarEnd, millisecondsOf } from '../tools.js';

const AREA = 'lateness';
/** Between acceptance of the last request and the first due moment. */
const AHEAD_MS = 4000;
const NOW_CALLS = 50;
const NOW_PAUSE_MS = 60;
const METHOD = 'due moment to the INVITE’s arrival at a SIP far end in another process, by the kernel’s receive timestamp; 486 at once';

interface Run {
  readonly what: string;
  readonly calls: number;
  /** After the first due moment, ms, a call. */
  readonly dueAfter: (index: number) => number;
  readonly p50?: Goal;
  readonly p99: Goal;
  readonly beside: string;
}

const QUICK: readonly Run[] = [
  {
    what: '50 at 1/s',
    calls: 50,
    dueAfter: (index) => index * 1000,
    p50: { atMost: 10 },
    p99: { atMost: 50 },
    beside: 'Asterisk 22 call files: p50 78, p99 108',
  },
  {
    what: '200 at 5/s',
    calls: 200,
    dueAfter: (index) => index * 200 + ((index * 137) % 200),
    p99: { atMost: 50 },
    beside: 'Asterisk 22: −538…+568, half early',
  },
];
const FULL: readonly Run[] = [
  {
    what: '1000 over 50 s',
    calls: 1000,
    dueAfter: (index) => index * 50 + ((index * 37) % 50),
    p99: { atMost: 100 },
    beside: 'Asterisk 22: p50 322, p99 964',
  },
  { what: '1000 in one second', calls: 1000, dueAfter: () => 0, p99: { atMost: 1600 }, beside: 'Asterisk 22: p50 2600, p99 3000–3300' },
];

export const lateness: Area = {
  name: AREA,
  run: async (bench) => {
    const idle = await bench.calibrations.idleThread();
    const box = await Box.start(bench);
    const figures: Figure[] = [];
    try {
      for (const run of bench.full ? [...QUICK, ...FULL] : QUICK) {
        bench.say(run.what);
        figures.push(...dueFigures(run, await callsDue(box, run), idle.p99Ms));
      }
      bench.say('now, over the API');
      figures.push(...(await callsNow(box)));
      return figures;
    } finally {
      await box.stop();
    }
  },
};

/** Milliseconds late of each call; negative: early; NaN: it never came. */
async function callsDue(box: Box, run: Run): Promise<readonly number[]> {
  const farEnd = await SipFarEnd.start('refuse');
  try {
    await box.office.trunk('far end', farEnd.port, FIRST_PARTY_PREFIX, { maxCalls: 1000 });
    const base = Math.ceil((Date.now() + AHEAD_MS) / 1000) * 1000;
    const due = Array.from({ length: run.calls }, (_, index) => base + run.dueAfter(index));
    const requests = due.map((at, index) => ({
      serviceNumber: SHORT_NUMBER,
      firstParty: firstParty(index),
      scheduledAt: new Date(at).toISOString(),
    }));
    await box.service.api.post('/scheduled-calls/batch', { requests });
    if (Date.now() > base) throw new Error('the requests were accepted too late: the machine is too busy');
    await delay(Math.max(...due) - Date.now());
    const patience = { what: 'every INVITE has come', timeoutMs: 10_000 };
    await until(() => farEnd.invites().length >= run.calls, patience).catch(() => undefined);
    const arrivals = new Map(farEnd.invites().map(({ number, atMs }) => [number, atMs]));
    return due.map((at, index) => (arrivals.get(firstParty(index)) ?? NaN) - at);
  } finally {
    await box.office.removeTrunks();
    await farEnd.stop();
  }
}

function dueFigures(run: Run, late: readonly number[], idleP99Ms: number): Figure[] {
  const arrived = late.filter((value) => !Number.isNaN(value));
  const method = `${METHOD}; this machine wakes an idle thread up to ${idleP99Ms.toFixed(2)} ms late (p99)`;
  const row = { area: AREA, unit: 'ms', method, beside: run.beside };
  return [
    { ...row, name: `${run.what}: late p50`, value: quantile(arrived, 0.5), ...(run.p50 === undefined ? {} : { goal: run.p50 }) },
    { ...row, name: `${run.what}: late p99`, value: quantile(arrived, 0.99), goal: run.p99 },
    { ...row, name: `${run.what}: late at most`, value: Math.max(...arrived) },
    {
      area: AREA,
      name: `${run.what}: early or never`,
      value: late.filter((value) => !(value >= 0)).length,
      unit: 'calls',
      goal: { atMost: 0 },
      method,
    },
  ];
}

/** One after the other, each without `scheduledAt`; the far end answers, so that its first audio packet is seen too. */
async function callsNow(box: Box): Promise<readonly Figure[]> {
  const rtp = await RtpFarEnd.start(NOW_CALLS, 'silent');
  const farEnd = await SipFarEnd.start(rtp.ports);
  try {
    await box.office.trunk('far end', farEnd.port, FIRST_PARTY_PREFIX);
    const asked: number[] = [];
    for (let index = 0; index < NOW_CALLS; index += 1) {
      asked.push(performance.timeOrigin + performance.now());
      await box.office.schedule(SHORT_NUMBER, firstParty(index));
      await until(() => farEnd.invites().length > index, { what: 'the INVITE has come', everyMs: 5 });
      await delay(NOW_PAUSE_MS);
    }
    const invites = farEnd.invites();
    const late = invites.map(({ atMs }, index) => atMs - (asked[index] ?? NaN));
    const { firstAtNs } = await rtp.report();
    const row = {
      area: AREA,
      unit: 'ms',
      method:
        'POST /scheduled-calls without a time sent, to the INVITE’s arrival at the far end; the durable write is in it; 50, one after the other',
      beside: 'Asterisk 22, nothing durable: p50 2.2, p99 36',
    };
    return [
      { ...row, name: 'now, API to INVITE: p50', value: quantile(late, 0.5), goal: { atMost: 5 } },
      { ...row, name: 'now, API to INVITE: p99', value: quantile(late, 0.99), goal: { atMost: 36 } },
      ...firstAudioFigures(invites, rtp.ports, firstAtNs),
    ];
  } finally {
    await box.office.removeTrunks();
    await farEnd.stop();
    await rtp.stop();
  }
}

function firstAudioFigures(invites: readonly SeenInvite[], ports: readonly number[], firstAtNs: readonly string[]): Figure[] {
  const after = invites.map(({ answeredAtMs, rtpPort }) => millisecondsOf(firstAtNs[ports.indexOf(rtpPort)] ?? '0') - answeredAtMs);
  const method = `the far end’s 200 OK sent, to its first RTP packet’s arrival; the far end is silent; ${NOW_CALLS} Scheduled Calls`;
  const row = { area: AREA, unit: 'ms', method, beside: 'Asterisk 22: 500' };
  return [
    { ...row, name: 'answer to first RTP: p50', value: quantile(after, 0.5), goal: { atMost: 20 } },
    { ...row, name: 'answer to first RTP: p99', value: quantile(after, 0.99) },
  ];
}

function firstParty(index: number): string {
  return FIRST_PARTY_PREFIX + String(index).padStart(3, '0');
}
