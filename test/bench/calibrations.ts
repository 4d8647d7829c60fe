// What this machine gives a bare program, now: the figures are read beside it. Each is measured once a run, when it is first asked for.
import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import Database from 'better-sqlite3';

import { type Figure, quantile } from './figure.js';
import { cpuMsOf } from './machine.js';
import { RtpFarEnd, Tool } from './tools.js';

const AREA = 'calibration';
export const ECHO_PAIRS = 100;
const ECHO_SECONDS = 10;
const IDLE_SECONDS = 10;
const FSYNCS = 200;
const COMMITS_MS = 3000;

export interface IdleThread {
  readonly realtime: boolean;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

export interface Disk {
  readonly fsyncP50Ms: number;
  readonly fsyncP99Ms: number;
  readonly commitsPerSecond: number;
}

export class Calibrations {
  readonly #folder: string;
  #echo: Promise<number> | undefined;
  #idle: Promise<IdleThread> | undefined;
  #disk: Promise<Disk> | undefined;

  /** `folder`: on the disk where states of the benchmark lie. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** CPU of an echo pair of 50 packets/s each way, % of one core. */
  echo(): Promise<number> {
    return (this.#echo ??= measureEcho());
  }

  idleThread(): Promise<IdleThread> {
    return (this.#idle ??= measureIdleThread());
  }

  disk(): Promise<Disk> {
    return (this.#disk ??= measureDisk(this.#folder));
  }

  /** Those that were asked for. */
  async figures(): Promise<readonly Figure[]> {
    return [
      ...(this.#echo === undefined ? [] : [echoFigure(await this.#echo)]),
      ...(this.#idle === undefined ? [] : idleFigures(await this.#idle)),
      ...(this.#disk === undefined ? [] : diskFigures(await this.#disk)),
    ];
  }
}

async function measureEcho(): Promise<number> {
  const echo = new Tool('udp_echo', [ECHO_PAIRS]);
  const { ports } = await echo.line<{ readonly ports: readonly number[] }>(0);
  const farEnd = await RtpFarEnd.start(ECHO_PAIRS, ports);
  try {
    await delay(1000);
    const before = cpuMsOf(echo.pid);
    const started = performance.now();
    await delay(ECHO_SECONDS * 1000);
    return (100 * (cpuMsOf(echo.pid) - before)) / (performance.now() - started) / ECHO_PAIRS;
  } finally {
    await farEnd.stop();
    await echo.stop();
  }
}

async function measureIdleThread(): Promise<IdleThread> {
  const tool = new Tool('idle_thread', [IDLE_SECONDS]);
  try {
    return await tool.line<IdleThread>(0, IDLE_SECONDS * 1000 + 5000);
  } finally {
    await tool.stop();
  }
}

async function measureDisk(parent: string): Promise<Disk> {
  const folder = mkdtempSync(path.join(parent, 'disk-'));
  try {
    const fsyncs = fsyncTimes(path.join(folder, 'appended'));
    return { fsyncP50Ms: quantile(fsyncs, 0.5), fsyncP99Ms: quantile(fsyncs, 0.99), commitsPerSecond: oneRowCommits(path.join(folder, 'rows.db')) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Milliseconds of fsyncs, each after an append of one page. */
function fsyncTimes(file: string): number[] {
  const fd = openSync(file, 'w');
  const page = Buffer.alloc(4096, 1);
  const times: number[] = [];
  for (let n = 0; n < FSYNCS; n += 1) {
    writeSync(fd, page);
    const started = performance.now();
    fsyncSync(fd);
    times.push(performance.now() - started);
  }
  closeSync(fd);
  return times;
}

/** One JSON row with two indexes a transaction, WAL and synchronous=FULL, one after the other. */
function oneRowCommits(file: string): number {
  const database = new Database(file);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.exec(
    'CREATE TABLE row (id TEXT PRIMARY KEY, due INTEGER, state TEXT, data TEXT); CREATE INDEX row_due ON row (due); CREATE INDEX row_state ON row (state, due)',
  );
  const insert = database.prepare('INSERT INTO row VALUES (?, ?, ?, ?)');
  const data = JSON.stringify({ serviceNumber: '+441632960100', firstParty: '+447700900123', firstPartyRingSeconds: 45, variables: {} });
  const started = performance.now();
  let rows = 0;
  for (; performance.now() - started < COMMITS_MS; rows += 1) insert.run(`request-${rows}`, rows * 7919, 'queued', data);
  const seconds = (performance.now() - started) / 1000;
  database.close();
  return rows / seconds;
}

function echoFigure(percent: number): Figure {
  return {
    area: AREA,
    name: 'bare UDP echo pair',
    value: percent,
    unit: '% of a core',
    method: `${ECHO_PAIRS} sockets in one process, each sent 50 packets of 172 bytes a second and sending each back, ${ECHO_SECONDS} s, CPU of the echo process a pair`,
  };
}

function idleFigures(idle: IdleThread): Figure[] {
  const method = `a thread that does nothing but wake every 20 ms for ${IDLE_SECONDS} s, ${idle.realtime ? 'SCHED_FIFO 20' : 'SCHED_FIFO refused'}`;
  return (['p50Ms', 'p99Ms', 'maxMs'] as const).map((which) => ({
    area: AREA,
    name: `idle 20 ms thread late, ${which.slice(0, -2)}`,
    value: idle[which],
    unit: 'ms',
    method,
  }));
}

function diskFigures(disk: Disk): Figure[] {
  const fsync = `${FSYNCS} appends of 4 KiB, each with fsync, on the disk of the state folder`;
  return [
    { area: AREA, name: 'fsync p50', value: disk.fsyncP50Ms, unit: 'ms', method: fsync },
    { area: AREA, name: 'fsync p99', value: disk.fsyncP99Ms, unit: 'ms', method: fsync },
    {
      area: AREA,
      name: 'durable commits of one row',
      value: disk.commitsPerSecond,
      unit: '/s',
      method: `SQLite WAL, synchronous=FULL, one JSON row and two indexes a transaction, one after the other, ${COMMITS_MS / 1000} s`,
      beside: 'figures of the same kind elsewhere: 1034',
    },
  ];
}
