import type { Extension } from '../../telephony/index.js';

/** Which extension each FXS channel is: the first channel is `first`, the others follow. */
export class Extensions {
  readonly channels: readonly number[];
  readonly #first: number;

  constructor(fxsChannels: readonly number[], first: number) {
    this.channels = fxsChannels;
    this.#first = first;
  }

  list(): readonly Extension[] {
    return this.channels.map((channel, index) => ({ extension: String(this.#first + index), channel }));
  }

  /** Null where there is no such extension. */
  channelOf(extension: string): number | null {
    return this.channels.find((_, index) => String(this.#first + index) === extension) ?? null;
  }

  /** Null where the channel is no extension. */
  extensionOf(channel: number): string | null {
    const index = this.channels.indexOf(channel);
    return index === -1 ? null : String(this.#first + index);
  }
}
