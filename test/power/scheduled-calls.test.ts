import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { CountingFarEnd, type FarEndManner } from '../support/counting-far-end.js';
import { ServiceProcess } from '../support/service-process.js';
import { eventually } from '../support/until.js';

const FULL = process.env['BRANCHLINE_TEST_DEPTH'] === 'full';
const KILLS_A_RUN = 25;
const RUNS = FULL ? 4 : 1;
const REQUESTS = 200;
/** Asked for while the service is being killed; the others before. */
const ASKED_ON_THE_WAY = 60;
const SPREAD_MS = 45_000;
const SERVICE_NUMBER = '+441632960100';
/** Refused or answered, quickly and slowly: a kill finds calls in every state. */
const MANNERS: readonly FarEndManner[] = [
  { do: 'refuse', status: 486, afterMs: 30 },
  { do: 'answer', ringMs: 300, talkMs: 700 },
  { do: 'refuse', status: 480, afterMs: 600 },
  { do: 'answer', ringMs: 20, talkMs: 1_500 },
];

interface Answered {
  readonly id: string;
  readonly firstParty: string;
  readonly state: string;
  readonly outcome: string | null;
}

/** A small generator of numbers, so that a run can be repeated by its seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
const numberOf = (index: number): string => `+447700${String(900_000 + index)}`;

/** One service that is killed and started again on the same state and ports. */
class KilledService {
  service: ServiceProcess;
  restarts: number[] = [];
  readonly #stateDir: string;

  private constructor(service: ServiceProcess, stateDir: string) {
    this.service = service;
    this.#stateDir = stateDir;
  }

  static async start(farEndPort: number): Promise<KilledService> {
    const stateDir = mkdtempSync(path.join(tmpdir(), 'branchline-kills-'));
    const service = await ServiceProcess.start({ stateDir, demo: true });
    await service.api.post('/trunks', {
      name: 'far end',
      kind: 'sip',
      address: `127.0.0.1:${farEndPort}`,
      transport: 'udp',
      maxCalls: 100,
      callsPerSecond: 100,
    });
    return new KilledService(service, stateDir);
  }

  async killAndRestart(): Promise<void> {
    const { sipPort, url } = this.service;
    await this.service.kill();
    const started = performance.now();
    this.service = await ServiceProcess.start({ stateDir: this.#stateDir, demo: true, sipPort, httpPort: Number(new URL(url).port) });
    this.restarts.push(performance.now() - started);
  }

  async remove(): Promise<void> {
    await this.service.end('SIGTERM');
    rmSync(this.#stateDir, { recursive: true, force: true });
  }
}

describe.each(Array.from({ length: RUNS }, (_, index) => index))('a run of 200 Scheduled Calls, killed 25 times (run %d)', (run) => {
  const seed = Number(process.env['BRANCHLINE_TEST_SEED'] ?? Date.now()) + run;
  const random = randomOf(seed);
  let farEnd: CountingFarEnd;
  let killed: KilledService;
  const endings: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    farEnd = await CountingFarEnd.start((number) => MANNERS[Number(number.slice(-3)) % MANNERS.length] ?? { do: 'refuse', status: 486, afterMs: 0 });
    endings.push(() => farEnd.close());
    killed = await KilledService.start(farEnd.port);
    endings.push(() => killed.remove());
  }, 60_000);

  afterAll(async () => {
    for (const end of endings.toReversed()) await end();
  });

  /** Asks until it is told that the request is kept; the key makes a repetition harmless. */
  async function ask(index: number, scheduledAt: string | null): Promise<void> {
    const body = { serviceNumber: SERVICE_NUMBER, firstParty: numberOf(index), ...(scheduledAt === null ? {} : { scheduledAt }) };
    await eventually(
      () => killed.service.api.request('POST', '/scheduled-calls', body, { headers: { 'idempotency-key': `${seed}-${index}` } }),
      ({ status }) => status === 201,
      { what: `request ${index} is accepted`, timeoutMs: 60_000, everyMs: 100 },
    );
  }

  async function all(): Promise<readonly Answered[]> {
    const found: Answered[] = [];
    let after: string | null = null;
    do {
      const page: { items: Answered[]; after: string | null } = await killed.service.api.get(
        `/scheduled-calls?limit=100${after === null ? '' : `&after=${encodeURIComponent(after)}`}`,
      );
      found.push(...page.items);
      after = page.after;
    } while (after !== null);
    return found;
  }

  it('loses none, rings nobody twice, and tells which it cannot know of', async () => {
    const begin = Date.now();
    const early = Array.from({ length: REQUESTS - ASKED_ON_THE_WAY }, (_, index) =>
      ask(index, new Date(begin + 1_500 + random() * SPREAD_MS).toISOString()),
    );
    await Promise.all(early);
    const asking = (async () => {
      for (let index = REQUESTS - ASKED_ON_THE_WAY; index < REQUESTS; index += 1) {
        await ask(index, random() < 0.5 ? null : new Date(Date.now() + random() * 5_000).toISOString());
        await pause((SPREAD_MS / ASKED_ON_THE_WAY) * random() * 2);
      }
    })();
    for (let kill = 0; kill < KILLS_A_RUN; kill += 1) {
      await pause(100 + random() * 1_200);
      await killed.killAndRestart();
    }
    await asking;

    const requests = await eventually(
      all,
      (found) => found.length === REQUESTS && found.every(({ state }) => !['queued', 'waitingRetry', 'dialling', 'inProgress'].includes(state)),
      {
        what: 'every request has come to an end',
        timeoutMs: 120_000,
        everyMs: 500,
      },
    );
    const seen = farEnd.attempts();
    const doubled = [...seen].filter(([, count]) => count > 1);
    const lost = requests.filter(({ firstParty, state }) => state !== 'interrupted' && !seen.has(firstParty));
    const interrupted = requests.filter(({ state }) => state === 'interrupted');
    const neverSeen = interrupted.filter(({ firstParty }) => !seen.has(firstParty));
    const restart = killed.restarts.toSorted((a, b) => a - b);
    const figures = {
      seed,
      requests: requests.length,
      kills: KILLS_A_RUN,
      seconds: Math.round((Date.now() - begin) / 1000),
      lost: lost.length,
      doubled: doubled.length,
      interrupted: interrupted.length,
      interruptedNeverSeen: neverSeen.length,
      restartToReadyMs: { median: Math.round(restart[restart.length >> 1] ?? 0), worst: Math.round(restart.at(-1) ?? 0) },
    };
    console.log(`kill -9: ${JSON.stringify(figures)}`);
    expect(new Set(requests.map(({ firstParty }) => firstParty)).size).toBe(REQUESTS);
    expect({ lost, doubled }).toEqual({ lost: [], doubled: [] });
    expect(requests.filter(({ state }) => state === 'expired' || state === 'deleted')).toEqual([]);
  }, 600_000);
});
