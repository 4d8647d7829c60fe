import { rmSync } from 'node:fs';

import type { Native, NativeEvents } from '../../core/index.js';
import { type FarEndCall, readNumber } from '../../telephony/index.js';

interface HeardCall extends FarEndCall {
  readonly file: string | null;
}

const MOST_CALLS = 1000;

/** The calls that far ends answered, and what they heard. */
export class HeardCalls {
  readonly #native: Native;
  readonly #country: string;
  /** Oldest first. */
  readonly #calls = new Map<string, HeardCall>();
  /** Who called last on a channel. */
  readonly #callers = new Map<number, string>();

  constructor(native: Native, country: string) {
    this.#native = native;
    this.#country = country;
    native.events.on('farEndAnswered', (event) => this.#onAnswered(event));
    native.events.on('farEndEnded', (event) => this.#onEnded(event));
  }

  list(): readonly FarEndCall[] {
    return [...this.#calls.values()].toReversed().map(({ file: _file, ...call }) => call);
  }

  fileOf(callId: string): string | null {
    return this.#calls.get(callId)?.file ?? null;
  }

  /** Whoever calls on a channel has no number there: this one is told of it. */
  noteCaller(channel: number, number: string): void {
    this.#callers.set(channel, number);
  }

  #onAnswered({ call, channel, number, atMs }: NativeEvents['farEndAnswered']): void {
    const answeredAt = this.#native.wallTime(atMs);
    this.#calls.set(call, { id: call, channel, number: this.#numberOf(channel, number), answeredAt, endedAt: null, heardMs: null, file: null });
    for (const [id, { file }] of this.#calls) {
      if (this.#calls.size <= MOST_CALLS) break;
      this.#calls.delete(id);
      if (file !== null) rmSync(file, { force: true });
    }
  }

  #onEnded({ call, heardFile, heardMs, atMs }: NativeEvents['farEndEnded']): void {
    const known = this.#calls.get(call);
    if (known === undefined) return;
    this.#calls.set(call, { ...known, endedAt: this.#native.wallTime(atMs), heardMs, file: heardFile === '' ? null : heardFile });
  }

  /** A far end that was called has its number; one that called is named by who it is; a telephone by its channel. */
  #numberOf(channel: number, number: string): string {
    if (number === '') return this.#callers.get(channel) ?? '';
    return readNumber(number, this.#country) ?? number;
  }
}
