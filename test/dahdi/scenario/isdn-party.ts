import path from 'node:path';

import type { FarEnd } from './far-end.js';
import { SCRATCH, must, pause } from './guest.js';
import type { Party } from './party.js';

/** Somebody behind the network's side of an ISDN span. */
export class IsdnParty implements Party {
  readonly #network: FarEnd;
  readonly #span: string;
  readonly #calls: string;
  #call = '';

  /** `calls`: the number it calls, as the network delivers it. */
  constructor(network: FarEnd, span: string, calls = '') {
    this.#network = network;
    this.#span = span;
    this.#calls = calls;
  }

  async callIn(): Promise<void> {
    this.#call = `out-${this.#span}`;
    this.#network.tell(`call ${this.#call} ${this.#span} 1 ${this.#calls} 1632960900`);
    await this.#network.hears(`answered ${this.#call}`);
  }

  async takeCall(number: string): Promise<void> {
    const [call, span, , called] = await this.#network.hears('incoming');
    this.#call = call ?? '';
    must(span === this.#span, `the call came on ${span}, not ${this.#span}`);
    must(called === number, `${called} was called, not ${number}`);
    this.#tell('alert');
    await pause(500);
    this.#tell('answer');
  }

  tone(hertz: number): void {
    this.#tell('tone', `${hertz} 0 -10`);
  }

  quiet(): void {
    this.#tell('quiet');
  }

  record(name: string): void {
    this.#tell('record', path.join(SCRATCH, name));
  }

  stopRecording(): void {
    this.#tell('stop');
  }

  hangUp(): void {
    this.#tell('clear', '16');
  }

  async cleared(): Promise<void> {
    const [cause] = await this.#network.hears(`ended ${this.#call}`);
    must(cause === '16', `the call ended with cause ${cause}`);
  }

  #tell(verb: string, rest = ''): void {
    this.#network.tell(`${verb} ${this.#call} ${rest}`.trim());
  }
}
