// Runs sipp as the far end of a SIP call.
import { spawn, type ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const SCENARIOS = path.resolve(import.meta.dirname, '../data/sipp');
const READY_MS = 5000;

/** A-law and telephone-event, which every scenario offers unless told otherwise. */
const DEFAULTS: Readonly<Record<string, string>> = {
  RTP_PORT: '9',
  PAYLOADS: '8 101',
  RTPMAPS: 'a=rtpmap:8 PCMA/8000\na=rtpmap:101 telephone-event/8000\na=fmtp:101 0-16',
  USER: 'branch',
  FROM: '+447700900123',
  HEADER: 'X-Test: none',
  REASON: 'Q.850;cause=16',
  CONTACT_HOST: '[local_ip]',
  RING_MS: '50',
  TALK_MS: '300',
};

export interface SippOptions {
  /** Name of a file in test/data/sipp without `.xml`, or a path to one. */
  readonly scenario: string;
  /** `@@NAME@@` in the scenario becomes the value. */
  readonly values?: Readonly<Record<string, string | number>>;
  readonly transport?: 'udp' | 'tcp';
  /** Calls in all; then it exits. Default 1. */
  readonly calls?: number;
  /** Where calls go; absent: it waits for them. */
  readonly remote?: { readonly host?: string; readonly port: number };
  /** New calls a second, of a caller. */
  readonly rate?: number;
  /** Calls at once. */
  readonly limit?: number;
  /** Echoes RTP that arrives at its media port. */
  readonly echo?: boolean;
  /** Its own SIP port; absent: a free one. */
  readonly port?: number;
  /** It gives up after so long. Default 30. */
  readonly timeoutSeconds?: number;
}

export interface SippResult {
  /** 0: every call went as the scenario says. */
  readonly exitCode: number | null;
  /** What it printed about calls that did not. */
  readonly errors: string;
}

export interface SippMessage {
  readonly direction: 'received' | 'sent';
  /** Wall time at which sipp read or wrote it, in ms with its microseconds as a fraction. */
  readonly atMs: number;
  /** Header lines and body, lines ended by \n. */
  readonly text: string;
}

/** A port that nothing listens on, over UDP and TCP, on 127.0.0.1. */
export async function freePort(): Promise<number> {
  for (;;) {
    const tcp = createServer();
    tcp.listen(0, '127.0.0.1');
    await once(tcp, 'listening');
    const address = tcp.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const udp = createSocket('udp4');
    const free = await new Promise<boolean>((resolve) => {
      udp.once('error', () => resolve(false));
      udp.bind(port, '127.0.0.1', () => resolve(true));
    });
    udp.close();
    tcp.close();
    if (free) return port;
  }
}

/** True once a process has bound 127.0.0.1:`port`. Reads the kernel's table, so that nobody's socket is touched. */
function isBound(port: number, transport: 'udp' | 'tcp'): boolean {
  const wanted = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return readFileSync(`/proc/net/${transport}`, 'utf8')
    .split('\n')
    .some((line) => line.trim().split(/\s+/)[1] === wanted);
}

export class Sipp {
  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    readonly port: number,
    /** Resolves when sipp has ended. */
    readonly done: Promise<SippResult>,
  ) {}

  /** Starts it and waits until its port is bound. */
  static async start(options: SippOptions): Promise<Sipp> {
    const folder = mkdtempSync(path.join(tmpdir(), 'branchline-sipp-'));
    const port = options.port ?? (await freePort());
    const transport = options.transport ?? 'udp';
    const child = spawn('sipp', commandLine(options, scenarioFile(options, folder), folder, port), {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
      // A sanitizer preloaded into this process is not for it.
      env: Object.fromEntries(Object.entries(process.env).filter(([name]) => name !== 'LD_PRELOAD')),
    });
    let errors = '';
    child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    const done = once(child, 'close').then(([exitCode]) => ({
      exitCode: exitCode as number | null,
      errors: errors.replaceAll(/^Resolving .*$/gm, '').trim() + read(path.join(folder, 'errors.log')),
    }));
    const sipp = new Sipp(child, folder, port, done);
    await sipp.untilReady(transport, options.remote !== undefined);
    return sipp;
  }

  /** Every SIP message so far, in order. */
  messages(): readonly SippMessage[] {
    const parts = read(path.join(this.folder, 'messages.log')).split(/^-{40,} (\S+ \S+)$/m);
    return parts.flatMap((part, index) => {
      const heading = /^\s*(?:UDP|TCP|TLS) message (sent|received)[^\n]*\n\n?/.exec(part);
      if (heading === null) return [];
      const text = part.slice(heading[0].length).replaceAll('\r', '').trim();
      return [{ direction: heading[1] === 'sent' ? 'sent' : 'received', atMs: momentOf(parts[index - 1] ?? ''), text } as const];
    });
  }

  /** The first message received whose first line begins so; its header values by lower-case name. */
  received(start: string): { readonly text: string; readonly atMs: number; header: (name: string) => string } | undefined {
    const found = this.messages().find((message) => message.direction === 'received' && message.text.startsWith(start));
    if (found === undefined) return undefined;
    const header = (name: string) =>
      found.text
        .split('\n')
        .find((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}:`))
        ?.slice(name.length + 1)
        .trim() ?? '';
    return { text: found.text, atMs: found.atMs, header };
  }

  /** Ends it now, if it has not, and removes its files. */
  async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill('SIGKILL');
    await this.done;
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async untilReady(transport: 'udp' | 'tcp', isCaller: boolean): Promise<void> {
    const limit = performance.now() + READY_MS;
    while (performance.now() < limit) {
      if (this.child.exitCode !== null) break;
      if (isBound(this.port, transport) || (isCaller && transport === 'tcp')) return;
      await delay(10);
    }
    if (isCaller && this.child.exitCode !== null) return; // So fast that it is over; `done` tells how it went.
    const { errors } = await Promise.race([this.done, delay(100).then(() => ({ errors: 'it did not bind its port' }))]);
    throw new Error(`sipp did not start: ${errors}`);
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** "2026-11-23 07:02:31.576459", in local time, as wall time in ms. */
function momentOf(text: string): number {
  const [seconds = '', micros = ''] = text.trim().split('.');
  return new Date(seconds.replace(' ', 'T')).getTime() + Number(micros) / 1000;
}

function scenarioFile(options: SippOptions, folder: string): string {
  const source = options.scenario.endsWith('.xml') ? options.scenario : path.join(SCENARIOS, `${options.scenario}.xml`);
  const values: Record<string, string | number> = { ...DEFAULTS, ...options.values };
  const text = readFileSync(source, 'utf8').replaceAll(/@@([A-Z_0-9]+?)@@/g, (_, name: string) => {
    if (name === 'VERSION') return '1';
    const value = values[name];
    if (value === undefined) throw new Error(`scenario ${options.scenario} needs a value for ${name}`);
    return String(value);
  });
  const file = path.join(folder, 'scenario.xml');
  writeFileSync(file, text);
  return file;
}

function commandLine(options: SippOptions, scenario: string, folder: string, port: number): string[] {
  const line = ['-sf', scenario, '-i', '127.0.0.1', '-p', String(port), '-nostdin', '-m', String(options.calls ?? 1)];
  line.push('-t', options.transport === 'tcp' ? 't1' : 'u1', '-timeout', `${options.timeoutSeconds ?? 30}s`, '-timeout_error');
  line.push('-trace_err', '-error_file', path.join(folder, 'errors.log'));
  // The trace of a load run would be longer than the run.
  if ((options.calls ?? 1) <= 20) line.push('-trace_msg', '-message_file', path.join(folder, 'messages.log'));
  if (options.rate !== undefined) line.push('-r', String(options.rate));
  if (options.limit !== undefined) line.push('-l', String(options.limit));
  if (options.echo === true) line.push('-rtp_echo');
  if (options.remote !== undefined) line.push(`${options.remote.host ?? '127.0.0.1'}:${options.remote.port}`);
  return line;
}
