// The service that is measured: a process of its own, as `npm start` runs it, with the numbers and plans the areas call.
import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { noise } from '../support/audio.js';
import { Office, planOf } from '../support/office.js';
import { ServiceProcess, type ServiceProcessOptions } from '../support/service-process.js';
import { until } from '../support/until.js';
import type { Bench } from './area.js';
import { cpuMsOf } from './machine.js';

/** Plays for two seconds and hangs up. */
export const SHORT_NUMBER = '+441632960100';
/** Plays for as long as the caller stays, up to five minutes. */
export const LONG_NUMBER = '+441632960101';
/** Delivers the call to OFFICE_NUMBER. */
export const BRIDGE_NUMBER = '+441632960102';
export const OFFICE_NUMBER = '+441632960300';
/** First Parties: the 1,000 mobile numbers that Ofcom keeps free for drama. */
export const FIRST_PARTY_PREFIX = '+447700900';

const SHORT_SECONDS = 2;
const LONG_SECONDS = 30;

export class Box {
  readonly service: ServiceProcess;
  readonly office: Office;
  readonly #stateDir: string;

  private constructor(service: ServiceProcess, stateDir: string) {
    this.service = service;
    this.office = new Office(service.api);
    this.#stateDir = stateDir;
  }

  /** A new state, a new service, its numbers and plans. */
  static async start(bench: Bench, options: ServiceProcessOptions = {}): Promise<Box> {
    const stateDir = mkdtempSync(path.join(bench.folder, 'state-'));
    const service = await ServiceProcess.start({ ...options, stateDir });
    const box = new Box(service, stateDir);
    await box.office.audio('short', noise(1, SHORT_SECONDS));
    await box.office.audio('long', noise(2, LONG_SECONDS));
    await box.office.number(SHORT_NUMBER, planOf('Short', [{ id: 2, type: 'Audio', settings: { audioFile: 'short' } }]));
    await box.office.number(LONG_NUMBER, planOf('Long', [{ id: 2, type: 'Audio', settings: { audioFile: 'long', repeat: 10 } }]));
    await box.office.number(BRIDGE_NUMBER, planOf('Bridge', [{ id: 2, type: 'Deliver Call', settings: { destination: OFFICE_NUMBER } }]));
    return box;
  }

  get stateDir(): string {
    return this.#stateDir;
  }

  /** CPU of the service while something runs, ms, and how long that took. */
  async cpuDuring<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly cpuMs: number; readonly tookMs: number }> {
    const before = cpuMsOf(this.service.pid);
    const started = performance.now();
    const result = await work();
    return { result, cpuMs: cpuMsOf(this.service.pid) - before, tookMs: performance.now() - started };
  }

  /** CPU of the service over so many seconds, % of one core. */
  async cpuPercent(seconds: number): Promise<number> {
    const { cpuMs, tookMs } = await this.cpuDuring(() => delay(seconds * 1000));
    return (100 * cpuMs) / tookMs;
  }

  async untilLive(calls: number, timeoutMs = 20_000): Promise<void> {
    await until(async () => (await this.service.metric('branchline_live_calls')) === calls, {
      what: `${calls} calls are live`,
      timeoutMs,
      everyMs: 100,
    });
  }

  async stop(): Promise<void> {
    await this.service.end('SIGTERM');
    this.removeState();
  }

  removeState(): void {
    rmSync(this.#stateDir, { recursive: true, force: true });
  }
}
