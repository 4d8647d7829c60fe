// The programs of native/bench: far ends and calibrations in processes of their own.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

import { eventually } from '../support/until.js';

export const ROOT = path.resolve(import.meta.dirname, '../..');
export const TOOLS = ['dtmf_bench', 'echo_bench', 'answer_bench', 'idle_thread', 'rtp_far_end', 'sip_far_end', 'udp_echo'] as const;

export function toolFile(name: (typeof TOOLS)[number]): string {
  return path.join(ROOT, 'build/release/bench', name);
}

/** A program that prints JSON, a value a line, and ends with its input. */
export class Tool {
  readonly lines: unknown[] = [];
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;

  constructor(name: (typeof TOOLS)[number], words: readonly (string | number)[] = []) {
    this.#child = spawn(toolFile(name), words.map(String), { stdio: ['pipe', 'pipe', 'inherit'] });
    createInterface({ input: this.#child.stdout }).on('line', (line) => this.lines.push(JSON.parse(line)));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** The nth line, once it is there. */
  async line<T>(index: number, timeoutMs = 5000): Promise<T> {
    const lines = await eventually(
      () => this.lines,
      (all) => all.length > index,
      { what: `line ${index} of ${this.#child.spawnfile}`, timeoutMs, everyMs: 5 },
    );
    return lines[index] as T;
  }

  /** Sends a command and answers the line it prints. */
  async ask<T>(command: string): Promise<T> {
    const index = this.lines.length;
    this.say(command);
    return this.line<T>(index);
  }

  say(command: string): void {
    this.#child.stdin.write(`${command}\n`);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const gone = once(this.#child, 'close');
    this.#child.stdin.end();
    await gone;
  }
}

/** What `report` of rtp_far_end says. */
export interface RtpReport {
  readonly streams: number;
  readonly received: number;
  readonly sent: number;
  readonly lost: number;
  readonly pacingP50Ms: number;
  readonly pacingP99Ms: number;
  readonly pacingMaxMs: number;
  readonly firstAtNs: readonly string[];
}

/** Audio of far ends: `silent` ones only listen, the others send to whom they hear from, or to `ports`. */
export class RtpFarEnd {
  readonly ports: readonly number[];
  readonly #tool: Tool;

  private constructor(tool: Tool, ports: readonly number[]) {
    this.#tool = tool;
    this.ports = ports;
  }

  static async start(streams: number, how: 'silent' | 'talking' | readonly number[] = 'talking'): Promise<RtpFarEnd> {
    const words = how === 'talking' ? [] : [how === 'silent' ? 'silent' : how.join(',')];
    const tool = new Tool('rtp_far_end', [streams, ...words]);
    const { ports } = await tool.line<{ readonly ports: readonly number[] }>(0);
    return new RtpFarEnd(tool, ports);
  }

  get pid(): number {
    return this.#tool.pid;
  }

  reset(): void {
    this.#tool.say('reset');
  }

  report(): Promise<RtpReport> {
    return this.#tool.ask('report');
  }

  stop(): Promise<void> {
    return this.#tool.stop();
  }
}

/** An INVITE as sip_far_end saw it; wall times in ms with fractions. */
export interface SeenInvite {
  readonly number: string;
  readonly atMs: number;
  readonly answeredAtMs: number;
  readonly rtpPort: number;
}

/** Whom Scheduled Calls and Deliver Call reach: refuses with 486, or answers at once with audio at these ports in turn. */
export class SipFarEnd {
  readonly port: number;
  readonly #tool: Tool;

  private constructor(tool: Tool, port: number) {
    this.#tool = tool;
    this.port = port;
  }

  static async start(manner: 'refuse' | readonly number[]): Promise<SipFarEnd> {
    const tool = new Tool('sip_far_end', [manner === 'refuse' ? manner : manner.join(',')]);
    const { port } = await tool.line<{ readonly port: number }>(0);
    return new SipFarEnd(tool, port);
  }

  get pid(): number {
    return this.#tool.pid;
  }

  /** Every INVITE so far, retransmissions left out. */
  invites(): readonly SeenInvite[] {
    interface Line {
      readonly number: string;
      readonly atNs: string;
      readonly answeredAtNs: string;
      readonly rtpPort: number;
    }
    return (this.#tool.lines.slice(1) as readonly Line[]).map(({ number, atNs, answeredAtNs, rtpPort }) => ({
      number,
      atMs: millisecondsOf(atNs),
      answeredAtMs: millisecondsOf(answeredAtNs),
      rtpPort,
    }));
  }

  stop(): Promise<void> {
    return this.#tool.stop();
  }
}

/** Nanoseconds since 1970, too long for a number, as milliseconds with fractions. */
export function millisecondsOf(nanoseconds: string): number {
  const total = BigInt(nanoseconds);
  return Number(total / 1_000_000n) + Number(total % 1_000_000n) / 1e6;
}
