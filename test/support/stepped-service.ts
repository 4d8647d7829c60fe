// The whole service in this process, over the virtual card, in virtual time: TypeScript's clock and the native one move in the same call.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { loadSettings } from '../../src/config/index.js';
import { SteppedClock } from '../../src/core/index.js';
import { type Service, startService } from '../../src/service.js';
import { ApiClient } from './api-client.js';

const ROOT = path.resolve(import.meta.dirname, '../..');
const TOKEN = 'stepped-service-0123456789abcdefghijklmnopqrs';
const STEP_MS = 20;
/** Virtual time that a condition may take to come true. */
const PATIENCE_MS = 120_000;

/** A service whose time stands still until it is moved. */
export class SteppedService {
  readonly clock: SteppedClock;
  readonly api: ApiClient;
  readonly #service: Service;
  readonly #folder: string;

  private constructor(clock: SteppedClock, service: Service, folder: string) {
    this.clock = clock;
    this.#service = service;
    this.#folder = folder;
    this.api = new ApiClient(service.urls[0] ?? '', TOKEN);
  }

  /** With the demo account, its plan and its numbers. `startAt`: wall time to begin with. `options`: more settings. */
  static async start(startAt: string, options: Readonly<Record<string, string>> = {}): Promise<SteppedService> {
    const folder = mkdtempSync(path.join(tmpdir(), 'branchline-stepped-'));
    const clock = new SteppedClock(startAt);
    const { settings } = loadSettings({
      options: { stateDir: folder, 'http.port': '0', logLevel: 'error', bootstrapToken: TOKEN, ...options },
      environment: {},
      files: [],
    });
    const service = await startService({ settings, version: 'test', clock, stepped: clock, packageRoot: ROOT });
    return new SteppedService(clock, service, folder);
  }

  /** Moves time on a frame at a time until `read` is accepted; fails after two virtual minutes. Answers what was read, and the time it took. */
  async passUntil<T>(read: () => T | Promise<T>, accepts: (value: T) => boolean): Promise<{ readonly value: T; readonly milliseconds: number }> {
    for (let milliseconds = 0; milliseconds <= PATIENCE_MS; milliseconds += STEP_MS) {
      const value = await read();
      if (accepts(value)) return { value, milliseconds };
      await this.clock.advance(STEP_MS);
    }
    throw new Error(`Not within ${PATIENCE_MS} ms of virtual time: ${JSON.stringify(await read())}`);
  }

  /** Ends what is left of calls first: a line needs time to pass to be cleared. */
  async stop(): Promise<void> {
    const state = { stopped: false };
    const stopping = this.#service.stop().finally(() => (state.stopped = true));
    while (!state.stopped) await this.clock.advance(STEP_MS);
    await stopping;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
