import { isIP } from 'node:net';

import type { NativeEngine, SipTrunkOptions } from '../../../native/addon/addon.js';
import type { Clock, Logger } from '../../core/index.js';
import type { SipTrunkSettings, TrunkRecord } from '../../store/index.js';
import { type HostPort, type TrunkState, parseHostPort } from '../../telephony/index.js';
import type { PeerResolver } from './resolver.js';

export interface SipTrunkParts {
  readonly engine: NativeEngine;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly resolver: PeerResolver;
  readonly onState: (state: TrunkState) => void;
}

const REGISTRATION_SECONDS = 300;

/** One SIP trunk: its name kept resolved, and what the stack has of it kept in step with the record. Calls in progress outlive every change. */
export class SipTrunk {
  readonly id: string;
  readonly #parts: SipTrunkParts;
  #settings: SipTrunkSettings;
  #peer: HostPort;
  #stopWatching: () => void = () => undefined;
  /** The peer's IP address now; null while the name has none. */
  address: string | null = null;
  /** What the stack knows the trunk by; null while it has none of it. */
  handle: number | null = null;
  #state: TrunkState;

  constructor(record: TrunkRecord, parts: SipTrunkParts) {
    this.id = record.id;
    this.#parts = parts;
    ({ settings: this.#settings, peer: this.#peer } = read(record));
    this.#state = { trunkId: record.id, state: 'unknown', since: parts.clock.now(), detail: 'not asked yet', inUse: 0, capacity: null };
    this.#watch();
  }

  get state(): TrunkState {
    return this.#state;
  }

  get port(): number {
    return this.#peer.port;
  }

  get ddiPrefix(): string {
    return this.#settings.ddiPrefix;
  }

  get registers(): boolean {
    return this.#settings.register;
  }

  /** Host, and port where it is not the usual one, as URIs name the peer. */
  get target(): string {
    const { host, port } = this.#peer;
    const named = isIP(host) === 6 ? `[${host}]` : host;
    return port === usualPort(this.#settings) ? named : `${named}:${port}`;
  }

  /** Takes up a changed record; one that changes nothing for the stack leaves it alone. */
  use(record: TrunkRecord): void {
    const { settings, peer } = read(record);
    const same = JSON.stringify(settings) === JSON.stringify(this.#settings);
    this.#settings = settings;
    this.#peer = peer;
    if (same) return;
    this.#remove();
    this.#watch();
  }

  drop(): void {
    this.#stopWatching();
    this.#remove();
  }

  /** The stack's word. */
  onState(up: boolean, detail: string, at: number): void {
    this.#become(up ? 'up' : 'down', detail, at);
  }

  #watch(): void {
    this.#stopWatching();
    this.#become('unknown', 'not asked yet', this.#parts.clock.now());
    this.#stopWatching = this.#parts.resolver.watch(this.#peer.host, (address, detail) => this.#onAddress(address, detail));
  }

  #onAddress(address: string | null, detail: string): void {
    this.#remove();
    this.address = address;
    if (address === null) this.#become('down', detail, this.#parts.clock.now());
    else this.#add(address);
  }

  #add(address: string): void {
    const created = this.#parts.engine.sipAddTrunk(optionsOf(this.#settings, this.#peer, address));
    if (created.status === 0) {
      this.handle = created.handle;
      return;
    }
    const why = isIP(address) === 6 ? 'the SIP stack speaks IPv4 only' : `the SIP stack did not take the trunk (status ${created.status})`;
    this.#parts.logger.error({ trunkId: this.id, address, status: created.status }, 'A SIP trunk cannot be used');
    this.#become('down', why, this.#parts.clock.now());
  }

  #remove(): void {
    if (this.handle !== null) this.#parts.engine.sipRemoveTrunk(this.handle);
    this.handle = null;
    this.address = null;
  }

  #become(state: TrunkState['state'], detail: string, at: number): void {
    if (state === this.#state.state && detail === this.#state.detail) return;
    const since = state === this.#state.state ? this.#state.since : at;
    this.#state = { ...this.#state, state, detail, since };
    this.#parts.onState(this.#state);
  }
}

function read(record: TrunkRecord): { readonly settings: SipTrunkSettings; readonly peer: HostPort } {
  const { sip } = record;
  const peer = sip === null ? null : parseHostPort(sip.address, usualPort(sip));
  // The directory checked the record before it was stored.
  if (sip === null || peer === null) throw new TypeError(`Trunk ${record.id} has no SIP address`);
  return { settings: sip, peer };
}

/** RFC 3261 §19.1.2. */
function usualPort({ transport }: SipTrunkSettings): number {
  return transport === 'tls' ? 5061 : 5060;
}

function optionsOf(sip: SipTrunkSettings, peer: HostPort, address: string): SipTrunkOptions {
  const register = sip.register && sip.username !== null && sip.password !== null ? { username: sip.username, password: sip.password } : null;
  return {
    address,
    port: peer.port,
    domain: peer.host,
    transport: sip.transport,
    ...(register === null ? {} : { register: { ...register, expiresSeconds: REGISTRATION_SECONDS } }),
    optionsSeconds: sip.optionsSeconds,
    srtp: sip.srtp,
    dtmf: sip.dtmf,
    refer: sip.refer,
  };
}
