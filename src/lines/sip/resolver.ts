import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';

import type { Clock, Logger, Timer } from '../../core/index.js';

/** How long an answer is used before it is asked again: what carriers' records are commonly good for. */
const REFRESH_MS = 60_000;
/** After a failure, while there is no answer to use. */
const RETRY_MS = 10_000;
/** A name server that takes longer is as good as dead for this time. */
const TIMEOUT_MS = 5_000;

/** Asks for the IPv4 addresses of a name. */
export type Lookup = (name: string) => Promise<readonly string[]>;

const systemLookup: Lookup = async (name) => (await lookup(name, { family: 4, all: true })).map(({ address }) => address);

/** A name that is watched: its address now, and what to call when that changes. */
interface Watch {
  readonly onChange: (address: string | null, detail: string) => void;
  address: string | null;
  detail: string;
  timer: Timer | null;
  cancelled: boolean;
}

/**
 * Turns names of SIP peers into IPv4 addresses, ahead of calls and again and again (DESIGN.md §3: PJSIP is handed literals). A name server that does not answer
 * leaves the last good address in use, and holds up nobody: each name is asked for on its own.
 */
export class PeerResolver {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #lookup: Lookup;

  constructor(clock: Clock, logger: Logger, lookupName: Lookup = systemLookup) {
    this.#clock = clock;
    this.#logger = logger;
    this.#lookup = lookupName;
  }

  /**
   * Watches a name. `onChange` is told its first address (for an IP literal at once, inside this call), each other one, and null with the reason while there is
   * none. Answers how to stop.
   */
  watch(name: string, onChange: Watch['onChange']): () => void {
    if (isIP(name) !== 0) {
      onChange(name, '');
      return () => undefined;
    }
    const watch: Watch = { onChange, address: null, detail: '', timer: null, cancelled: false };
    void this.#refresh(name, watch);
    return () => {
      watch.cancelled = true;
      watch.timer?.cancel();
    };
  }

  async #refresh(name: string, watch: Watch): Promise<void> {
    const answer = await this.#ask(name);
    if (watch.cancelled) return;
    if (typeof answer === 'string') this.#failed(name, watch, answer);
    else this.#answered(watch, answer.addresses);
    watch.timer = this.#clock.after(watch.address === null ? RETRY_MS : REFRESH_MS, () => void this.#refresh(name, watch));
  }

  /** The addresses, or in words why there are none. */
  async #ask(name: string): Promise<{ readonly addresses: readonly string[] } | string> {
    let timer: Timer | null = null;
    const late = new Promise<string>((resolve) => {
      timer = this.#clock.after(TIMEOUT_MS, () => resolve('the name server does not answer'));
    });
    const asked = this.#lookup(name).then(
      (addresses) => (addresses.length === 0 ? 'the name has no IPv4 address' : { addresses }),
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    const answer = await Promise.race([asked, late]);
    (timer as Timer | null)?.cancel();
    return answer;
  }

  /** The address in use stays as long as the name still has it: a list that merely turns must not move calls about. */
  #answered(watch: Watch, addresses: readonly string[]): void {
    const address = watch.address !== null && addresses.includes(watch.address) ? watch.address : (addresses[0] ?? null);
    if (address === watch.address) return;
    watch.address = address;
    watch.onChange(address, '');
  }

  #failed(name: string, watch: Watch, detail: string): void {
    this.#logger.warn({ name, detail, lastGood: watch.address }, 'A SIP peer has no address now');
    if (watch.address !== null || watch.detail === detail) return;
    watch.detail = detail;
    watch.onChange(null, `${name}: ${detail}`);
  }
}
