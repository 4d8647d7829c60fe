// Runs baresip as a telephone: answers or dials, plays a tone or a file, records what it hears, speaks TLS and SRTP.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { freePort } from './sipp.js';

const MODULES = '/usr/lib/baresip/modules';
const READY_MS = 8000;

export interface BaresipOptions {
  /** User part of its address. Default "telephone". */
  readonly user?: string;
  readonly transport?: 'udp' | 'tcp' | 'tls';
  /** PEM file with certificate and key, for TLS. */
  readonly certificate?: string;
  readonly srtp?: 'mandatory' | 'optional' | 'dtls';
  /** Modules' names in order of preference. Default ["g711"]. */
  readonly codecs?: readonly ('g711' | 'g722' | 'opus')[];
  /** Answers by itself. Default true. */
  readonly answers?: boolean;
  /** What it says for half a minute: a sine in Hz at −10 dBm0, or a 16-bit WAV file at its codec's rate. Default silence. */
  readonly says?: number | string;
  /** Length of its packets. Default 20. */
  readonly packetMs?: number;
}

/** An event of baresip's control interface: {"type":"CALL_ESTABLISHED", …}. */
export interface BaresipEvent {
  readonly type: string;
  readonly peeruri?: string;
  readonly param?: string;
}

export class Baresip {
  readonly events: BaresipEvent[] = [];
  private readonly waiters = new Set<() => void>();
  private buffer = '';
  private output = '';

  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    readonly sipPort: number,
    /** Its address, as another dials it. */
    readonly uri: string,
  ) {
    const keep = (chunk: Buffer) => (this.output += chunk.toString());
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
  }

  private control: Socket | undefined;

  static async start(options: BaresipOptions = {}): Promise<Baresip> {
    const folder = mkdtempSync(path.join(tmpdir(), 'branchline-baresip-'));
    const sipPort = await freePort();
    const controlPort = await freePort();
    const transport = options.transport ?? 'udp';
    // baresip listens for TLS one port above the one it is given.
    const port = transport === 'tls' ? sipPort + 1 : sipPort;
    writeFileSync(path.join(folder, 'config'), configuration(options, folder, sipPort, controlPort));
    const uri = `sip:${options.user ?? 'telephone'}@127.0.0.1:${port}`;
    writeFileSync(path.join(folder, 'accounts'), account(options, uri, transport));
    const child = spawn('baresip', ['-f', folder], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: Object.fromEntries(Object.entries(process.env).filter(([name]) => name !== 'LD_PRELOAD')),
    });
    const baresip = new Baresip(child, folder, port, uri);
    await baresip.connect(controlPort);
    return baresip;
  }

  /** Dials; CALL_ESTABLISHED follows. */
  dial(uri: string): void {
    this.command('dial', uri);
  }

  hangUp(): void {
    this.command('hangup');
  }

  /** Keys a digit by RFC 4733 (or as its account says). */
  key(digit: string): void {
    this.command('sndcode', digit);
  }

  /** The next event of this type, or one that came already and was not taken. */
  async event(type: string, timeoutMs = 10_000): Promise<BaresipEvent> {
    const limit = performance.now() + timeoutMs;
    for (;;) {
      const at = this.events.findIndex((event) => event.type === type);
      if (at !== -1) return this.events.splice(at, 1)[0] as BaresipEvent;
      if (performance.now() > limit) throw new Error(`baresip: no ${type} within ${timeoutMs} ms; it said:\n${this.output.slice(-2000)}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(done, Math.max(1, limit - performance.now() + 1));
        const { waiters } = this;
        function done() {
          clearTimeout(timer);
          waiters.delete(done);
          resolve();
        }
        waiters.add(done);
      });
    }
  }

  /** What it heard (its first channel), as 16-bit samples with their rate; complete once the call is closed. */
  heard(): { readonly rate: number; readonly samples: Int16Array } {
    const name = readdirSync(this.folder).find((file) => file.endsWith('-dec.wav'));
    if (name === undefined) return { rate: 0, samples: new Int16Array() };
    const wav = readFileSync(path.join(this.folder, name));
    const channels = wav.readUInt16LE(22);
    const body = wav.subarray(wav.indexOf('data', 12, 'latin1') + 8);
    const samples = new Int16Array(Math.floor(body.length / 2 / channels));
    for (let n = 0; n < samples.length; n += 1) samples[n] = body.readInt16LE(2 * n * channels);
    return { rate: wav.readUInt32LE(24), samples };
  }

  async stop(): Promise<void> {
    this.control?.destroy();
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill('SIGKILL');
      await once(this.child, 'close');
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** ctrl_tcp speaks JSON in netstrings. */
  private command(command: string, params?: string): void {
    const text = JSON.stringify({ command, ...(params === undefined ? {} : { params }) });
    this.control?.write(`${Buffer.byteLength(text)}:${text},`);
  }

  private async connect(port: number): Promise<void> {
    const limit = performance.now() + READY_MS;
    while (performance.now() < limit && this.child.exitCode === null) {
      const socket = connect(port, '127.0.0.1');
      const connected = await new Promise<boolean>((resolve) => {
        socket.once('connect', () => resolve(true));
        socket.once('error', () => resolve(false));
      });
      if (connected) {
        this.control = socket;
        socket.on('data', (chunk) => this.take(chunk.toString()));
        socket.on('error', () => undefined);
        return;
      }
      await delay(30);
    }
    throw new Error(`baresip did not start: ${this.output}`);
  }

  private take(text: string): void {
    this.buffer += text;
    for (;;) {
      const colon = this.buffer.indexOf(':');
      const length = Number.parseInt(this.buffer, 10);
      if (colon === -1 || this.buffer.length < colon + length + 2) break;
      const message = JSON.parse(this.buffer.slice(colon + 1, colon + 1 + length)) as { event?: boolean } & BaresipEvent;
      this.buffer = this.buffer.slice(colon + length + 2);
      if (message.event === true) this.events.push(message);
    }
    for (const wake of this.waiters) wake();
  }
}

function configuration(options: BaresipOptions, folder: string, sipPort: number, controlPort: number): string {
  const says = typeof options.says === 'string' ? options.says : sineFile(options, folder);
  const modules = [...(options.codecs ?? ['g711']), 'aufile', 'aubridge', 'sndfile', 'srtp', 'dtls_srtp'];
  return [
    `sip_listen 127.0.0.1:${sipPort}`,
    ...(options.certificate === undefined ? [] : [`sip_certificate ${options.certificate}`]),
    'sip_verify_server no',
    `audio_source aufile,${says}`,
    'audio_player aubridge,nowhere',
    'audio_level no',
    'rtp_stats no',
    'jitter_buffer_type fixed',
    'jitter_buffer_delay 1-5',
    `snd_path ${folder}`,
    `ctrl_tcp_listen 127.0.0.1:${controlPort}`,
    `module_path ${MODULES}`,
    ...modules.map((name) => `module ${name}.so`),
    'module_tmp account.so',
    'module_app menu.so',
    'module_app ctrl_tcp.so',
    '',
  ].join('\n');
}

/** A WAV file of a sine (or silence) at the rate of the first codec: baresip 1.0 converts no rates, and its own tone generator knows 48 kHz only. */
function sineFile(options: BaresipOptions, folder: string): string {
  const codec = options.codecs?.[0] ?? 'g711';
  const rate = { g711: 8000, g722: 16_000, opus: 48_000 }[codec];
  const channels = codec === 'opus' ? 2 : 1;
  const hertz = typeof options.says === 'number' ? options.says : 0;
  const amplitude = hertz === 0 ? 0 : 32_768 * 10 ** ((-10 - 3.14) / 20);
  const frames = rate * 30;
  const wav = Buffer.alloc(44 + frames * channels * 2);
  wav.write('RIFF', 0, 'latin1');
  wav.writeUInt32LE(wav.length - 8, 4);
  wav.write('WAVEfmt ', 8, 'latin1');
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(channels, 22);
  wav.writeUInt32LE(rate, 24);
  wav.writeUInt32LE(rate * channels * 2, 28);
  wav.writeUInt16LE(channels * 2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write('data', 36, 'latin1');
  wav.writeUInt32LE(frames * channels * 2, 40);
  for (let n = 0; n < frames; n += 1) {
    const sample = Math.round(amplitude * Math.sin((2 * Math.PI * hertz * n) / rate));
    for (let channel = 0; channel < channels; channel += 1) wav.writeInt16LE(sample, 44 + (n * channels + channel) * 2);
  }
  const file = path.join(folder, 'says.wav');
  writeFileSync(file, wav);
  return file;
}

function account(options: BaresipOptions, uri: string, transport: string): string {
  const parameters = ['regint=0', `answermode=${options.answers === false ? 'manual' : 'auto'}`, `ptime=${options.packetMs ?? 20}`];
  if (options.srtp !== undefined) parameters.push(`mediaenc=${{ mandatory: 'srtp-mand', optional: 'srtp', dtls: 'dtls_srtp' }[options.srtp]}`);
  return `<${uri};transport=${transport}>;${parameters.join(';')}\n`;
}
