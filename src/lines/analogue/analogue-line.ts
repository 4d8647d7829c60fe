import type { ChannelInfo, EchoSettings, NativeEngine, NativeEvent } from '../../../native/addon/addon.js';
import { type Clock, Emitter, type Logger, type Native, type Unsubscribe, newId } from '../../core/index.js';
import type { ExtensionSettings, TrunkRecord } from '../../store/index.js';
import {
  type Address,
  type Cli,
  type DialRequest,
  EXTENSIONS_TRUNK_ID,
  type Extension,
  type ExtensionPort,
  type IncomingLeg,
  type Leg,
  type LegDetails,
  type LinePort,
  type LineState,
  type TrunkState,
  completeDelivered,
  formatAddress,
  formatNational,
} from '../../telephony/index.js';
import { NativeLegs } from '../native-legs.js';
import { callerDisplayCli, telephoneDisplay } from './caller-display.js';
import { Extensions } from './extensions.js';
import { extensionLineSettings, lineSettings } from './line-settings.js';

export interface AnalogueLineParts {
  readonly native: Native;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The country the lines are in: how numbers are keyed on them. */
  readonly country: string;
  /** Extension of the first FXS channel; the others follow. */
  readonly firstExtension?: number;
  /** Who cancels echo on the card's lines; absent: as the add-on does by default. */
  readonly echo?: EchoSettings;
  /** How telephones are treated that are not treated by the defaults, by FXS channel. */
  readonly extensionSettings?: () => ReadonlyMap<number, ExtensionSettings>;
}

interface AnalogueLineEvents {
  incoming: IncomingLeg;
  trunkState: TrunkState;
  lineState: LineState;
}

type IncomingEvent = Extract<NativeEvent, { readonly type: 'legIncoming' }>;

const FIRST_EXTENSION = 201;

/** Q.850: what a leg ends with that no line could be found for. */
const NO_CIRCUIT = 34;
const UNALLOCATED = 1;
const OUT_OF_ORDER = 38;

/** Whether anything can be sent over a line in this state. */
const WORKING: Readonly<Record<LineState['state'], boolean>> = {
  idle: true,
  ringing: true,
  dialling: true,
  talking: true,
  alarm: false,
  removed: false,
};

/** FXO lines and FXS extensions of a card as a kind of line. */
export class AnalogueLine implements LinePort, ExtensionPort {
  readonly kind = 'analogue';
  readonly #parts: AnalogueLineParts;
  readonly #legs: NativeLegs;
  readonly #events = new Emitter<AnalogueLineEvents>();
  readonly #trunks = new Map<string, TrunkRecord>();
  readonly #lines = new Map<number, LineState>();
  /** When each trunk came to the state it is in. */
  readonly #trunkSince = new Map<string, { readonly state: TrunkState['state']; readonly since: number }>();
  #extensions: Extensions;
  #outOfService: ReadonlySet<number> = new Set();

  constructor(parts: AnalogueLineParts) {
    this.#parts = parts;
    this.#legs = new NativeLegs(parts.native, parts.clock, parts.logger);
    this.#extensions = new Extensions([], FIRST_EXTENSION);
    parts.native.events.on('legIncoming', (event) => event.kind === 'analogue' && this.#onIncoming(event));
    parts.native.events.on('channelState', ({ channel, state, detail, atMs }) =>
      this.#onChannelState(channel, state, detail, parts.native.wallTime(atMs)),
    );
  }

  /** Opens the virtual card and answers its channels: FXO first, then FXS, then B-channels, which are not ours. */
  startVirtual(size: Parameters<NativeEngine['cardStartVirtual']>[0]): readonly ChannelInfo[] {
    const channels = this.#parts.native.engine.cardStartVirtual(size);
    this.useCard(channels);
    return channels;
  }

  /** A card is in service: these are its channels. */
  useCard(channels: readonly ChannelInfo[]): void {
    const since = this.#parts.clock.now();
    if (this.#parts.echo !== undefined) this.#parts.native.engine.cardSetEcho(this.#parts.echo);
    for (const { channel, kind, name } of channels) {
      if (kind !== 'bearer') this.#lines.set(channel, { line: name, kind, channel, state: 'idle', since, detail: '' });
    }
    const fxs = channels.filter(({ kind }) => kind === 'fxs').map(({ channel }) => channel);
    this.#extensions = new Extensions(fxs, this.#parts.firstExtension ?? FIRST_EXTENSION);
    for (const [channel, settings] of this.#parts.extensionSettings?.() ?? []) if (fxs.includes(channel)) this.configure(channel, settings);
    for (const id of this.#trunks.keys()) this.#tellTrunk(id);
  }

  useTrunk(trunk: TrunkRecord): void {
    this.#resetLines(trunk.id);
    this.#trunks.set(trunk.id, trunk);
    for (const channel of trunk.analogue?.channels ?? [])
      this.#parts.native.engine.analogueConfigure(channel, lineSettings(trunk.analogue?.line ?? {}));
    this.#tellTrunk(trunk.id);
  }

  dropTrunk(trunkId: string): void {
    this.#resetLines(trunkId);
    this.#trunks.delete(trunkId);
    this.#trunkSince.delete(trunkId);
  }

  trunkState(trunkId: string): TrunkState | null {
    const channels = this.#channelsOf(trunkId);
    if (channels === null) return null;
    const lines = channels.flatMap((channel) => this.#lines.get(channel) ?? []);
    const working = lines.filter((line) => this.#isUsable(line));
    const state = working.length > 0 ? 'up' : 'down';
    const detail = working.length === channels.length ? '' : this.#whatIsMissing(channels, working.length);
    const known = this.#trunkSince.get(trunkId);
    const since = known?.state === state ? known.since : this.#parts.clock.now();
    this.#trunkSince.set(trunkId, { state, since });
    return { trunkId, state, since, detail, inUse: working.filter((line) => line.state !== 'idle').length, capacity: working.length };
  }

  lines(): readonly LineState[] {
    return [...this.#lines.values()];
  }

  extensions(): readonly Extension[] {
    return this.#extensions.list();
  }

  configure(channel: number, settings: ExtensionSettings): void {
    this.#parts.native.engine.analogueConfigure(channel, extensionLineSettings(settings));
  }

  setOutOfService(channels: ReadonlySet<number>): void {
    this.#outOfService = channels;
    for (const trunkId of this.#trunks.keys()) this.#tellTrunk(trunkId);
  }

  dial(request: DialRequest): Leg {
    const { to, trunk } = request;
    const details = { id: request.legId, direction: 'out', lineKind: 'analogue', trunkId: trunk.id, to, cli: request.cli, lineCallId: '' } as const;
    switch (to.kind) {
      case 'number':
        return this.#seize(details, this.#channelsOf(trunk.id) ?? [], formatNational(to.e164, this.#parts.country));
      case 'extension':
        return this.#callExtension(details, to.extension);
      case 'sip':
        return this.#legs.makeFailed(details, OUT_OF_ORDER, `An analogue line cannot reach ${formatAddress(to)}`);
    }
  }

  onIncoming(listener: (incoming: IncomingLeg) => void): Unsubscribe {
    return this.#events.on('incoming', listener);
  }

  onTrunkState(listener: (state: TrunkState) => void): Unsubscribe {
    return this.#events.on('trunkState', listener);
  }

  onLineState(listener: (state: LineState) => void): Unsubscribe {
    return this.#events.on('lineState', listener);
  }

  /** The lines of a trunk that changes or goes are used by the defaults again. */
  #resetLines(trunkId: string): void {
    for (const channel of this.#trunks.get(trunkId)?.analogue?.channels ?? []) this.#parts.native.engine.analogueConfigure(channel, {});
  }

  #callExtension(details: Omit<LegDetails, 'mediaHandle'>, extension: string): Leg {
    const channel = this.#extensions.channelOf(extension);
    if (channel === null) return this.#legs.makeFailed(details, UNALLOCATED, `There is no extension ${extension}`);
    if (this.#outOfService.has(channel)) return this.#legs.makeFailed(details, OUT_OF_ORDER, `Extension ${extension} is out of service`);
    return this.#seize(details, [channel], '');
  }

  /**
   * Takes the first line that is free, from the last channel down: exchanges hunt from the first one up, so that calls both ways meet late. A line that an
   * incoming call takes at this moment answers "in use", and the next one is tried.
   */
  #seize(details: Omit<LegDetails, 'mediaHandle'>, channels: readonly number[], digits: string): Leg {
    const caller = telephoneDisplay(details.cli.presentation, this.#parts.country);
    for (const channel of channels.toReversed()) {
      if (this.#outOfService.has(channel)) continue;
      const created = this.#parts.native.engine.analogueDial(channel, digits === '' ? { digits, caller } : { digits });
      if (created.status === 0) return this.#legs.make({ ...details, channel, mediaHandle: created.handle });
    }
    if (details.to?.kind === 'extension') return this.#legs.makeFailed(details, 17, `Extension ${details.to.extension} is in use`);
    return this.#legs.makeFailed(details, NO_CIRCUIT, 'No line of the trunk is free');
  }

  #onIncoming(event: IncomingEvent): void {
    if (this.#outOfService.has(event.channel)) {
      this.#parts.logger.info({ channel: event.channel }, 'A call on a line that is out of service is not taken');
      this.#legs.refuse(event.leg, OUT_OF_ORDER, 0);
      return;
    }
    const extension = this.#extensions.extensionOf(event.channel);
    const from = extension === null ? this.#fromExchange(event) : this.#fromExtension(event, extension);
    const leg = this.#legs.make({
      id: newId('leg', this.#parts.clock),
      direction: 'in',
      lineKind: 'analogue',
      ...from,
      channel: event.channel,
      mediaHandle: event.leg,
      lineCallId: '',
    });
    this.#events.emit('incoming', { leg, source: `channel ${event.channel}` });
  }

  /** An FXO line does not tell whom a caller called: it stands for the service number of its trunk. */
  #fromExchange(event: IncomingEvent): Pick<LegDetails, 'trunkId' | 'to' | 'cli'> {
    const trunk = [...this.#trunks.values()].find(({ analogue }) => analogue?.channels.includes(event.channel) === true);
    const serviceNumber = trunk?.analogue?.serviceNumber ?? null;
    const to: Address | null = serviceNumber === null ? null : { kind: 'number', e164: serviceNumber };
    const cli = callerDisplayCli(event, this.#parts.country);
    return { trunkId: trunk?.id ?? null, to, cli: { network: cli, presentation: cli } };
  }

  #fromExtension({ to }: IncomingEvent, extension: string): Pick<LegDetails, 'trunkId' | 'to' | 'cli'> {
    const cli: Cli = { number: extension, presentation: 'allowed', screening: 'network' };
    const called: Address | null =
      this.#extensions.channelOf(to) === null ? completeDelivered(to, '', this.#parts.country) : { kind: 'extension', extension: to };
    return { trunkId: EXTENSIONS_TRUNK_ID, to: called, cli: { network: cli, presentation: cli } };
  }

  #onChannelState(channel: number, state: LineState['state'], detail: string, since: number): void {
    const line = this.#lines.get(channel);
    if (line === undefined) return;
    const changed = { ...line, state, since, detail };
    this.#lines.set(channel, changed);
    this.#events.emit('lineState', changed);
    if (WORKING[line.state] === WORKING[state]) return;
    for (const trunk of this.#trunks.values()) if (trunk.analogue?.channels.includes(channel) === true) this.#tellTrunk(trunk.id);
  }

  /** A line out of service whose call goes on still counts, as one that is in use. */
  #isUsable({ channel, state }: LineState): boolean {
    return WORKING[state] && (state !== 'idle' || !this.#outOfService.has(channel));
  }

  #whatIsMissing(channels: readonly number[], working: number): string {
    const out = channels.filter((channel) => this.#outOfService.has(channel)).length;
    return `${working} of ${channels.length} lines work${out === 0 ? '' : `, ${out} out of service`}`;
  }

  #channelsOf(trunkId: string): readonly number[] | null {
    if (trunkId === EXTENSIONS_TRUNK_ID) return this.#extensions.channels;
    return this.#trunks.get(trunkId)?.analogue?.channels ?? null;
  }

  #tellTrunk(trunkId: string): void {
    const state = this.trunkState(trunkId);
    if (state !== null) this.#events.emit('trunkState', state);
  }
}
