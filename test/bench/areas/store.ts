// How fast requests are accepted, each durable before its 201: fifty clients over HTTP, and fifty writers of the store alone.
import { mkdtempSync } from 'node:fs';
import path from 'node:path';

import { Client } from 'undici';

import { accountRecord, openTestStore, requestRecord, serviceNumberRecord } from '../../support/store.js';
import type { Area, Bench } from '../area.js';
import { Box, FIRST_PARTY_PREFIX, SHORT_NUMBER } from '../box.js';
import { type Figure, quantile } from '../figure.js';

const AREA = 'store';
const CLIENTS = 50;
const DAY_MS = 86_400_000;

interface Accepted {
  readonly perSecond: number;
  readonly ackMs: readonly number[];
}

export const store: Area = {
  name: AREA,
  run: async (bench) => {
    const disk = await bench.calibrations.disk();
    const milliseconds = (bench.full ? 20 : 6) * 1000;
    bench.say('group commit');
    const group = await groupCommit(bench, milliseconds / 2);
    const box = await Box.start(bench);
    try {
      bench.say('requests over HTTP');
      const { result: http, cpuMs } = await box.cpuDuring(() => overHttp(box, milliseconds));
      const cpu = cpuMs / Math.max(1, http.ackMs.length);
      const calibration = `${disk.commitsPerSecond.toFixed(0)} durable commits of one row a second, fsync p99 ${disk.fsyncP99Ms.toFixed(1)} ms`;
      const patience = 2 * disk.fsyncP99Ms + 5;
      return [
        ...figuresOf(
          'group commit',
          group,
          disk.commitsPerSecond,
          patience,
          `the store room alone, ${CLIENTS} writers of a request each; ${calibration}`,
        ),
        ...figuresOf(
          'accept over HTTP',
          http,
          disk.commitsPerSecond,
          patience,
          `POST /scheduled-calls a day ahead, ${CLIENTS} clients with a connection each, from addresses of their own; ${calibration}`,
        ),
        { area: AREA, name: 'CPU of an accept over HTTP', value: cpu, unit: 'ms', method: 'CPU of the service, all threads, a request' },
      ];
    } finally {
      await box.stop();
    }
  },
};

function figuresOf(what: string, { perSecond, ackMs }: Accepted, calibration: number, patienceMs: number, method: string): Figure[] {
  const row = { area: AREA, method };
  return [
    { ...row, name: `${what}: rate`, value: perSecond, unit: '/s' },
    { ...row, name: `${what}, to one-row commits`, value: perSecond / calibration, unit: 'times', goal: { atLeast: 5 } },
    { ...row, name: `${what}: ack p50`, value: quantile(ackMs, 0.5), unit: 'ms' },
    { ...row, name: `${what}: ack p99`, value: quantile(ackMs, 0.99), unit: 'ms', goal: { atMost: Math.round(patienceMs * 10) / 10 } },
  ];
}

/** Each of the clients does one after the other until the time is over. */
async function untilOver(milliseconds: number, one: (client: number, turn: number) => Promise<void>): Promise<Accepted> {
  const ackMs: number[] = [];
  const started = performance.now();
  const client = async (_: unknown, index: number): Promise<void> => {
    for (let turn = 0; performance.now() - started < milliseconds; turn += 1) {
      const asked = performance.now();
      await one(index, turn);
      ackMs.push(performance.now() - asked);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  return { perSecond: (ackMs.length * 1000) / (performance.now() - started), ackMs };
}

async function groupCommit(bench: Bench, milliseconds: number): Promise<Accepted> {
  const opened = await openTestStore({ directory: mkdtempSync(path.join(bench.folder, 'store-')) });
  try {
    const { accounts, serviceNumbers, scheduledCalls } = opened.store;
    await opened.store.commit(accounts.insert(accountRecord()), serviceNumbers.insert(serviceNumberRecord()));
    return await untilOver(milliseconds, async (client, turn) => {
      await opened.store.commit(scheduledCalls.insert(requestRecord({ id: `req_${client}_${turn}` })));
    });
  } finally {
    await opened.remove();
  }
}

async function overHttp(box: Box, milliseconds: number): Promise<Accepted> {
  // The API's limit of requests a second is one an address has.
  const clients = Array.from({ length: CLIENTS }, (_, n) => new Client(box.service.url, { localAddress: `127.0.1.${n + 1}` }));
  const headers = { authorization: `Bearer ${box.service.token}`, 'content-type': 'application/json' };
  const due = Date.now() + DAY_MS;
  try {
    return await untilOver(milliseconds, async (client, turn) => {
      const number = FIRST_PARTY_PREFIX + String((client * 20 + turn) % 1000).padStart(3, '0');
      const body = JSON.stringify({ serviceNumber: SHORT_NUMBER, firstParty: number, scheduledAt: new Date(due + turn * 60_000).toISOString() });
      const answer = await clients[client]?.request({ method: 'POST', path: '/api/v1/scheduled-calls', headers, body });
      const text = (await answer?.body.text()) ?? '';
      if (answer?.statusCode !== 201) throw new Error(`POST /scheduled-calls answered ${answer?.statusCode ?? 'nothing'}: ${text}`);
    });
  } finally {
    await Promise.all(clients.map((client) => client.destroy()));
  }
}
