import path from 'node:path';

import type { FarEnd } from './far-end.js';
import { SCRATCH, must, pause } from './guest.js';
import type { Party } from './party.js';

/** Tones of the UK's exchanges (BT SIN 350): Hz, Hz, dBm0. */
const DIAL_TONE = '350 440 -13';
const RINGBACK = '400 450 -19';
/** Time for a hung up line to be one again: DAHDI tells of no ringing for two seconds after it. */
const RECOVERY_MS = 3000;

/** Somebody behind the exchange's port of an analogue line. */
export class AnalogueParty implements Party {
  readonly #exchange: FarEnd;
  readonly #port: number;

  constructor(exchange: FarEnd, port: number) {
    this.#exchange = exchange;
    this.#port = port;
  }

  async callIn(): Promise<void> {
    this.#tell('ring');
    await this.#exchange.hears(`offhook ${this.#port}`);
    this.#tell('feed');
  }

  async takeCall(number: string): Promise<void> {
    await this.#exchange.hears(`offhook ${this.#port}`);
    this.#tell('feed');
    this.#tell('tone', DIAL_TONE);
    let dialled = '';
    while (dialled.length < number.length) {
      dialled += (await this.#exchange.hears(`digit ${this.#port}`))[0] ?? '';
      this.quiet();
    }
    must(dialled === number, `${dialled} was dialled, not ${number}`);
    this.#tell('tone', RINGBACK);
    await pause(1000);
    this.quiet();
    this.#tell('polarity', '1');
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
    this.#tell('drop');
  }

  async cleared(): Promise<void> {
    await this.#exchange.hears(`onhook ${this.#port}`);
    this.#tell('stop-ring');
    this.#tell('polarity', '0');
    await pause(RECOVERY_MS);
  }

  #tell(verb: string, rest = ''): void {
    this.#exchange.tell(`${verb} ${this.#port} ${rest}`.trim());
  }
}
