import type { Created, NativeEvent, SipOptions } from '../../../native/addon/addon.js';
import { type Clock, Emitter, type Logger, type Native, type Unsubscribe, newId } from '../../core/index.js';
import type { TrunkRecord } from '../../store/index.js';
import {
  type Address,
  type CliPair,
  type DialRequest,
  type IncomingLeg,
  type Leg,
  type LegDetails,
  type LinePort,
  type LineState,
  type TrunkState,
  completeDelivered,
  formatAddress,
} from '../../telephony/index.js';
import { NativeLegs } from '../native-legs.js';
import { diversionValue, incomingCli, incomingDiversion, outgoingIdentity, unescaped } from './headers.js';
import { PeerResolver } from './resolver.js';
import { SipTrunk } from './sip-trunk.js';

export interface SipLineParts {
  readonly native: Native;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How national numbers are read on trunks, which belong to no account. */
  readonly country: string;
  /** Absent: the system's name servers. */
  readonly resolver?: PeerResolver;
}

interface SipLineEvents {
  incoming: IncomingLeg;
  trunkState: TrunkState;
}

type IncomingEvent = Extract<NativeEvent, { readonly type: 'legIncoming' }>;

/** Q.850: no route, and what a stranger is told. */
const NETWORK_OUT_OF_ORDER = 38;
const CALL_REJECTED = 21;
const FORBIDDEN = 403;

/** The SIP stack as a kind of line. */
export class SipLine implements LinePort {
  readonly kind = 'sip';
  readonly #parts: SipLineParts;
  readonly #legs: NativeLegs;
  readonly #resolver: PeerResolver;
  readonly #events = new Emitter<SipLineEvents>();
  readonly #trunks = new Map<string, SipTrunk>();
  #host = '';

  constructor(parts: SipLineParts) {
    this.#parts = parts;
    this.#legs = new NativeLegs(parts.native, parts.clock, parts.logger);
    this.#resolver = parts.resolver ?? new PeerResolver(parts.clock, parts.logger);
    parts.native.events.on('legIncoming', (event) => event.kind === 'sip' && this.#onIncoming(event));
    parts.native.events.on('trunkState', ({ trunk, up, detail, atMs }) => this.#trunkOf(trunk)?.onState(up, detail, parts.native.wallTime(atMs)));
  }

  /** Starts the stack and answers the bound ports. Throws what says why it can't (port taken, bad certificate). */
  start(options: SipOptions): { readonly udp: number; readonly tcp: number; readonly tls: number } {
    this.#parts.native.engine.sipStart(options);
    this.#host = options.host;
    return this.#parts.native.engine.sipPorts();
  }

  useTrunk(trunk: TrunkRecord): void {
    const known = this.#trunks.get(trunk.id);
    if (known !== undefined) {
      known.use(trunk);
      return;
    }
    const { native, clock, logger } = this.#parts;
    const onState = (state: TrunkState): void => this.#events.emit('trunkState', state);
    this.#trunks.set(trunk.id, new SipTrunk(trunk, { engine: native.engine, clock, logger, resolver: this.#resolver, onState }));
  }

  dropTrunk(trunkId: string): void {
    this.#trunks.get(trunkId)?.drop();
    this.#trunks.delete(trunkId);
  }

  trunkState(trunkId: string): TrunkState | null {
    return this.#trunks.get(trunkId)?.state ?? null;
  }

  lines(): readonly LineState[] {
    return [];
  }

  setOutOfService(): void {
    // SIP has no channels.
  }

  dial(request: DialRequest): Leg {
    const { legId: id, to, cli, identity } = request;
    const details = { id, direction: 'out', lineKind: 'sip', trunkId: request.trunk.id, to, cli, lineCallId: identity.callId } as const;
    const trunk = this.#trunks.get(request.trunk.id);
    const uri = trunk === undefined ? null : requestUri(to, trunk.target);
    if (trunk === undefined || trunk.handle === null)
      return this.#legs.makeFailed(details, NETWORK_OUT_OF_ORDER, trunk?.state.detail ?? 'The trunk is not in use');
    if (uri === null) return this.#legs.makeFailed(details, NETWORK_OUT_OF_ORDER, `A SIP trunk cannot reach ${formatAddress(to)}`);
    return this.#made(details, this.#dialOn(trunk.handle, uri, request, trunk));
  }

  onIncoming(listener: (incoming: IncomingLeg) => void): Unsubscribe {
    return this.#events.on('incoming', listener);
  }

  onTrunkState(listener: (state: TrunkState) => void): Unsubscribe {
    return this.#events.on('trunkState', listener);
  }

  onLineState(): Unsubscribe {
    return () => false;
  }

  #dialOn(handle: number, uri: string, { cli, diversion, diversionReason, identity }: DialRequest, trunk: SipTrunk): Created {
    const host = trunk.registers ? trunk.target : this.#host;
    return this.#parts.native.engine.sipDial(handle, {
      uri,
      ...outgoingIdentity(cli, host),
      ...(diversion === undefined ? {} : { diversion: diversionValue(diversion, host, diversionReason) }),
      callId: identity.callId,
      fromTag: identity.fromTag,
    });
  }

  #made(details: Omit<LegDetails, 'mediaHandle'>, created: Created): Leg {
    if (created.status === 0) return this.#legs.make({ ...details, mediaHandle: created.handle });
    return this.#legs.makeFailed(
      details,
      created.status === 3 ? 34 : NETWORK_OUT_OF_ORDER,
      `The SIP stack did not take the call (status ${created.status})`,
    );
  }

  #onIncoming(event: IncomingEvent): void {
    const trunk = this.#trunkAt(event.sourceAddress, event.sourcePort);
    const source = `${event.sourceAddress}:${event.sourcePort}`;
    if (trunk === null && !isLoopback(event.sourceAddress)) {
      this.#parts.logger.warn(
        { source, to: event.to },
        'A SIP call from an address that is no trunk of this box was refused: add a trunk with that address to take its calls',
      );
      this.#legs.refuse(event.leg, CALL_REJECTED, FORBIDDEN);
      return;
    }
    const diversion = incomingDiversion(event.diversion, this.#parts.country);
    const leg = this.#legs.make({
      id: newId('leg', this.#parts.clock),
      direction: 'in',
      lineKind: 'sip',
      trunkId: trunk?.id ?? null,
      to: completeDelivered(unescaped(event.to), trunk?.ddiPrefix ?? '', this.#parts.country),
      cli: this.#cliOf(event, trunk),
      mediaHandle: event.leg,
      lineCallId: event.callId,
      ...(diversion === undefined ? {} : { diversion }),
    });
    this.#events.emit('incoming', { leg, source });
  }

  #cliOf(event: IncomingEvent, trunk: SipTrunk | null): CliPair {
    return incomingCli(event, trunk !== null, this.#parts.country);
  }

  #trunkOf(handle: number): SipTrunk | undefined {
    return [...this.#trunks.values()].find((trunk) => trunk.handle === handle);
  }

  /** The trunk whose peer is at an address: best with the port too, since several may share a host. */
  #trunkAt(address: string, port: number): SipTrunk | null {
    const there = [...this.#trunks.values()].filter((trunk) => trunk.address === address);
    return there.find((trunk) => trunk.port === port) ?? there[0] ?? null;
  }
}

/** The request URI for an address on a trunk; null where SIP has none for it. */
function requestUri(to: Address, target: string): string | null {
  switch (to.kind) {
    case 'number':
      return `sip:${to.e164}@${target}`;
    case 'sip':
      return to.uri;
    case 'extension':
      return null;
  }
}

/** Programs on this machine may call without being a trunk: a softphone beside the demo. */
function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}
