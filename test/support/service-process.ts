// The real service as a process of its own, as `npm start` runs it once everything is built.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { ApiClient } from './api-client.js';
import { eventually } from './until.js';

const ROOT = path.resolve(import.meta.dirname, '../..');
const MAIN = path.join(ROOT, 'dist/main.js');
export const TOKEN = 'test-token-0123456789abcdefghijklmnopqrstuvwxyz';
/** As board/setup/start.sh and the systemd unit give them. */
const NODE_OPTIONS = ['--enable-source-maps', '--max-semi-space-size=2'];
const READY_MS = 30_000;
const IDLE_MS = 5000;
const LONGEST_OUTPUT = 4_000_000;

export interface ServiceProcessOptions {
  /** Default "none". */
  readonly card?: 'none' | 'virtual';
  /** Makes the demo account. Default false. */
  readonly demo?: boolean;
  /** Where its state lies; absent: a new folder, removed with the process. */
  readonly stateDir?: string;
  /** More settings, by their environment variables. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Listens for Node's inspector on a free port. */
  readonly inspect?: boolean;
  /** Absent: free ones. Give them to a service that is to come back at the same place. */
  readonly sipPort?: number;
  readonly httpPort?: number;
}

/** A service that runs, and what it printed. */
export class ServiceProcess {
  readonly url: string;
  readonly sipPort: number;
  readonly stateDir: string;
  readonly token = TOKEN;
  readonly api: ApiClient;
  readonly #child: ChildProcess;
  readonly #output: Output;
  readonly #ownsState: boolean;

  private constructor(child: ChildProcess, output: Output, found: Found, stateDir: string, ownsState: boolean) {
    this.#child = child;
    this.#output = output;
    this.#ownsState = ownsState;
    this.url = found.url;
    this.sipPort = found.sipPort;
    this.stateDir = stateDir;
    this.api = new ApiClient(found.url, TOKEN);
  }

  /** Starts it and waits until it is ready. */
  static async start(options: ServiceProcessOptions = {}): Promise<ServiceProcess> {
    const stateDir = options.stateDir ?? mkdtempSync(path.join(tmpdir(), 'branchline-service-'));
    const child = spawn(process.execPath, [...NODE_OPTIONS, ...(options.inspect === true ? ['--inspect=127.0.0.1:0'] : []), MAIN, 'serve'], {
      cwd: stateDir,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...foreignEnvironment(), ...environmentOf(options, stateDir) },
    });
    const output = new Output(child);
    try {
      const found = await eventually(
        () => {
          if (child.exitCode !== null) throw new Error('the service ended');
          return output.found();
        },
        (value) => value !== null,
        { what: 'the service is ready', timeoutMs: READY_MS },
      );
      if (found === null) throw new Error('unreachable');
      const service = new ServiceProcess(child, output, found, stateDir, options.stateDir === undefined);
      await eventually(
        () => fetch(`${found.url}/readyz`),
        ({ status }) => status === 200,
        { what: '/readyz answers 200', timeoutMs: READY_MS },
      );
      return service;
    } catch (error) {
      child.kill('SIGKILL');
      throw new Error(`The service did not start; it said:\n${output.text.slice(-4000)}`, { cause: error });
    }
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Everything it printed. */
  get log(): string {
    return this.#output.text;
  }

  /** Where its inspector listens; "" without `inspect`. */
  get inspectorUrl(): string {
    return /Debugger listening on (ws:\S+)/.exec(this.#output.text)?.[1] ?? '';
  }

  /** A figure of /metrics: "branchline_audio_legs". */
  async metric(name: string): Promise<number> {
    const response = await fetch(`${this.url}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } });
    const line = (await response.text()).split('\n').find((text) => text.startsWith(`${name} `));
    if (line === undefined) throw new Error(`There is no metric ${name}`);
    return Number(line.slice(name.length + 1));
  }

  /** What should be gone once nobody talks any more, by metric: {} when it all is, at the latest after a few seconds. */
  async leftovers(): Promise<Readonly<Record<string, number>>> {
    const names = ['live_calls', 'open_requests', 'audio_legs', 'audio_players', 'audio_recorders', 'audio_bridges'];
    let left: Record<string, number> = {};
    const isIdle = async (): Promise<boolean> => {
      const figures = await Promise.all(names.map(async (name) => [name, await this.metric(`branchline_${name}`)] as const));
      left = Object.fromEntries(figures.filter(([, figure]) => figure !== 0));
      return Object.keys(left).length === 0;
    };
    await eventually(isIdle, (idle) => idle, { what: 'nothing is left', timeoutMs: IDLE_MS }).catch(() => undefined);
    return left;
  }

  /** Sends a signal and waits for the end. Answers exit code and how long it took. */
  async end(signal: 'SIGTERM' | 'SIGINT' | 'SIGKILL'): Promise<{ readonly exitCode: number | null; readonly tookMs: number }> {
    const started = performance.now();
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const gone = once(this.#child, 'close');
      this.#child.kill(signal);
      await gone;
    }
    return { exitCode: this.#child.exitCode, tookMs: performance.now() - started };
  }

  /** kill −9: its state stays. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** Ends it as an operator would, and removes its state where that was its own. */
  async stop(): Promise<void> {
    await this.end('SIGTERM');
    if (this.#ownsState) rmSync(this.stateDir, { recursive: true, force: true });
  }
}

interface Found {
  readonly url: string;
  readonly sipPort: number;
}

class Output {
  text = '';

  constructor(child: ChildProcess) {
    const keep = (chunk: Buffer): void => {
      this.text = (this.text + chunk.toString()).slice(-LONGEST_OUTPUT);
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
  }

  found(): Found | null {
    const url = /is ready at (http:\S+)/.exec(this.text)?.[1];
    const listens = this.text.split('\n').find((line) => line.includes('"SIP listens"'));
    if (url === undefined || listens === undefined) return null;
    return { url, sipPort: (JSON.parse(listens) as { udp: number }).udp };
  }
}

/** The environment without settings of whoever runs the tests. */
function foreignEnvironment(): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('BRANCHLINE_') && name !== 'STATE_DIRECTORY' && name !== 'LD_PRELOAD');
  return {
    ...Object.fromEntries(kept),
    ...(process.env['BRANCHLINE_ADDON'] === undefined ? {} : { BRANCHLINE_ADDON: process.env['BRANCHLINE_ADDON'] }),
  };
}

function environmentOf(options: ServiceProcessOptions, stateDir: string): Record<string, string> {
  return {
    MALLOC_ARENA_MAX: '2',
    BRANCHLINE_STATE_DIR: stateDir,
    BRANCHLINE_HTTP_PORT: String(options.httpPort ?? 0),
    BRANCHLINE_SIP_PORT: String(options.sipPort ?? 0),
    BRANCHLINE_BOOTSTRAP_TOKEN: TOKEN,
    BRANCHLINE_CARD: options.card ?? 'none',
    BRANCHLINE_DEMO: options.demo === true ? '1' : '0',
    ...options.environment,
  };
}
