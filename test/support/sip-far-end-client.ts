import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';

import type { CallerAsTold } from '../contract/line-port.js';
import type { FromFarEnd, ToFarEnd } from './sip-far-end.js';

/** A SIP far end that runs as a process beside the test. */
export class SipFarEnd {
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #digits = new Map<string, string>();
  readonly #callers = new Map<string, CallerAsTold>();
  readonly #ends = new Map<string, { readonly q850: number; readonly sipStatus: number }>();
  #calls = 0;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
    child.on('message', (message: FromFarEnd) => this.#onMessage(message));
  }

  static start(): Promise<SipFarEnd> {
    const child = fork(path.join(import.meta.dirname, 'sip-far-end.ts'), { execArgv: ['--import', 'tsx'] });
    return new Promise((resolve, reject) => {
      child.once('message', (message: FromFarEnd) =>
        message.tell === 'ready' ? resolve(new SipFarEnd(child, message.port)) : reject(new Error('The far end did not start')),
      );
      child.once('exit', (code) => reject(new Error(`The far end ended with ${code}`)));
    });
  }

  /** Keys that were heard in a call, by its Call-ID. */
  digitsOf(lineCallId: string): string {
    return this.#digits.get(lineCallId) ?? '';
  }

  /** Who called it, as it was told, by the Call-ID. */
  callerOf(lineCallId: string): CallerAsTold | null {
    return this.#callers.get(lineCallId) ?? null;
  }

  /** Lets it call `to` at our port; answers the call's name. */
  call(to: string, from: string, port: number): string {
    this.#calls += 1;
    const call = `call_${this.#calls}`;
    this.#send({ do: 'call', call, to, from, port });
    return call;
  }

  hangUp(call: string): void {
    this.#send({ do: 'hangUp', call });
  }

  /** How a call that it made ended for it. */
  endOf(call: string): { readonly q850: number; readonly sipStatus: number } | undefined {
    return this.#ends.get(call);
  }

  async close(): Promise<void> {
    const gone = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#send({ do: 'close' });
    await gone;
  }

  #send(message: ToFarEnd): void {
    this.#child.send(message);
  }

  #onMessage(message: FromFarEnd): void {
    switch (message.tell) {
      case 'digit':
        this.#digits.set(message.lineCallId, `${this.digitsOf(message.lineCallId)}${message.digit}`);
        break;
      case 'caller':
        this.#callers.set(message.lineCallId, { number: message.number, withheld: message.withheld, divertedFrom: message.divertedFrom });
        break;
      case 'ended':
        this.#ends.set(message.call, message);
        break;
      case 'ready':
        break;
    }
  }
}
