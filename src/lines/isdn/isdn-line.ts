import type { ChannelInfo, NativeEvent, SpanInfo } from '../../../native/addon/addon.js';
import { BranchlineError, type Clock, Emitter, type Logger, type Native, type Unsubscribe, newId } from '../../core/index.js';
import type { IsdnTrunkSettings, SpanSettings, TrunkRecord } from '../../store/index.js';
import {
  type DialRequest,
  type IncomingLeg,
  type Leg,
  type LegDetails,
  type LinePort,
  type LineState,
  type TrunkState,
  completeTyped,
  formatAddress,
  telephonyErrors,
} from '../../telephony/index.js';
import { NativeLegs } from '../native-legs.js';
import { type Bearer, Bearers } from './bearers.js';
import { tellLegs } from './leg-news.js';
import { cliOf, diversionOf, subaddressesOf, typed } from './numbers.js';
import { dialOptions } from './outgoing.js';

export interface IsdnLineParts {
  readonly native: Native;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The country the lines are in: what a national number is on them. */
  readonly country: string;
}

/** What of a card is ISDN's. */
export interface IsdnCard {
  readonly channels: readonly ChannelInfo[];
  readonly spans: readonly SpanInfo[];
  /** The program that runs libpri. */
  readonly isdnd: string;
  /** How a span is to be run. */
  readonly settings: (span: SpanInfo) => SpanSettings;
}

/** Layer 2 and alarms of a span. */
export interface SpanLink {
  readonly layerTwo: 'up' | 'down';
  readonly alarms: string;
  readonly since: number;
  readonly detail: string;
}

interface IsdnLineEvents {
  incoming: IncomingLeg;
  trunkState: TrunkState;
  lineState: LineState;
}

type IncomingEvent = Extract<NativeEvent, { readonly type: 'legIncoming' }>;

/** Q.850: what a leg ends with that no B-channel could be found for. */
const NO_CIRCUIT = 34;
const DESTINATION_OUT_OF_ORDER = 27;
const NETWORK_OUT_OF_ORDER = 38;

/** The ISDN spans of a card as a kind of line. */
export class IsdnLine implements LinePort {
  readonly kind = 'isdn';
  readonly #parts: IsdnLineParts;
  readonly #legs: NativeLegs;
  readonly #events = new Emitter<IsdnLineEvents>();
  readonly #trunks = new Map<string, TrunkRecord>();
  readonly #trunkSince = new Map<string, { readonly state: TrunkState['state']; readonly since: number }>();
  readonly #links = new Map<number, SpanLink>();
  readonly #settings = new Map<number, SpanSettings>();
  /** Round robin: what each trunk took last. */
  readonly #lastTaken = new Map<string, string>();
  #bearers: Bearers;
  #outOfService: ReadonlySet<number> = new Set();
  readonly #underTest = new Set<number>();

  constructor(parts: IsdnLineParts) {
    this.#parts = parts;
    const { engine } = parts.native;
    this.#legs = new NativeLegs(parts.native, parts.clock, parts.logger, {
      hold: (leg) => engine.isdnHold(leg),
      retrieve: (leg) => engine.isdnRetrieve(leg),
      transfer: (leg, other) => engine.isdnTransfer(leg, other),
      dialMore: (leg, digits) => engine.isdnDialMore(leg, digits),
    });
    tellLegs(parts.native, (handle) => this.#legs.find(handle), parts.country);
    this.#bearers = new Bearers([], [], 0);
    const { events, wallTime } = parts.native;
    events.on('legIncoming', (event) => event.kind === 'isdn' && this.#onIncoming(event));
    events.on('channelState', ({ channel, state, detail, atMs }) => this.#onChannelState(channel, state, detail, wallTime(atMs)));
    events.on('spanState', ({ span, up, detail, atMs }) => this.#onLink(span, { layerTwo: up ? 'up' : 'down', detail, since: wallTime(atMs) }));
    events.on('spanAlarm', ({ span, alarms }) => this.#onLink(span, { alarms }));
    events.on('isdnLog', ({ span, error, text }) => parts.logger[error ? 'warn' : 'debug']({ span }, text));
  }

  /** Takes a card's ISDN spans into service. Throws an Error that says why it can't. */
  start({ channels, spans, isdnd, settings }: IsdnCard): void {
    const isdn = spans.filter(({ kind }) => kind !== 'analogue');
    const since = this.#parts.clock.now();
    this.#bearers = new Bearers(channels, spans, since);
    for (const span of isdn) {
      this.#settings.set(span.span, settings(span));
      this.#links.set(span.span, { layerTwo: 'down', alarms: '', since, detail: 'layer 2 is coming up' });
    }
    this.#parts.native.engine.isdnStart({ isdnd, spans: [...this.#settings].map(([span, one]) => nativeSpan(span, one)) });
  }

  /** Runs a span so from now on; its calls end. */
  configure(span: number, settings: SpanSettings): void {
    const status = this.#parts.native.engine.isdnConfigureSpan(nativeSpan(span, settings));
    if (status !== 0)
      throw new BranchlineError(
        telephonyErrors.spanInvalid,
        `Span ${span} cannot be configured now (status ${status}): try again once the card is there.`,
        { problems: [] },
      );
    this.#settings.set(span, settings);
  }

  settingsOf(span: number): SpanSettings | null {
    return this.#settings.get(span) ?? null;
  }

  linkOf(span: number): SpanLink | null {
    return this.#links.get(span) ?? null;
  }

  bearers(): ReadonlyMap<number, readonly number[]> {
    return this.#bearers.timeslots();
  }

  useTrunk(trunk: TrunkRecord): void {
    this.#trunks.set(trunk.id, trunk);
    this.#tellTrunk(trunk.id);
  }

  dropTrunk(trunkId: string): void {
    this.#trunks.delete(trunkId);
    this.#trunkSince.delete(trunkId);
    this.#lastTaken.delete(trunkId);
  }

  trunkState(trunkId: string): TrunkState | null {
    const isdn = this.#trunks.get(trunkId)?.isdn;
    if (isdn === undefined || isdn === null) return null;
    const bearers = this.#bearersOf(isdn);
    const working = bearers.filter((bearer) => this.#isUsable(bearer));
    const state = working.length > 0 ? 'up' : 'down';
    const known = this.#trunkSince.get(trunkId);
    const since = known?.state === state ? known.since : this.#parts.clock.now();
    this.#trunkSince.set(trunkId, { state, since });
    const silent = isdn.spans.filter((span) => !this.#carries(span));
    const detail = silent.map((span) => `span ${span}: ${this.#whySilent(span)}`).join('; ');
    return { trunkId, state, since, detail, inUse: working.filter(({ line }) => line.state !== 'idle').length, capacity: working.length };
  }

  lines(): readonly LineState[] {
    return this.#bearers.all().map((bearer) => this.#lineOf(bearer));
  }

  setOutOfService(channels: ReadonlySet<number>): void {
    this.#outOfService = channels;
    for (const trunkId of this.#trunks.keys()) this.#tellTrunk(trunkId);
  }

  /** A channel that a technician tests takes no call, in or out. */
  setUnderTest(channel: number, underTest: boolean): void {
    if (underTest) this.#underTest.add(channel);
    else this.#underTest.delete(channel);
    for (const trunkId of this.#trunks.keys()) this.#tellTrunk(trunkId);
  }

  dial(request: DialRequest): Leg {
    const { to, trunk } = request;
    const details = { id: request.legId, direction: 'out', lineKind: 'isdn', trunkId: trunk.id, to, cli: request.cli, lineCallId: '' } as const;
    const isdn = this.#trunks.get(trunk.id)?.isdn ?? null;
    if (to.kind !== 'number') return this.#legs.makeFailed(details, NETWORK_OUT_OF_ORDER, `An ISDN line cannot reach ${formatAddress(to)}`);
    if (isdn === null) return this.#legs.makeFailed(details, NO_CIRCUIT, 'The trunk has no ISDN spans');
    return this.#seize(details, isdn, request, to.e164);
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

  /** Takes the first place that is free in the trunk's order: a B-channel where it names some, else a span, whose own selection finds the channel. */
  #seize(details: Omit<LegDetails, 'mediaHandle'>, isdn: IsdnTrunkSettings, request: DialRequest, e164: string): Leg {
    for (const { span, channel } of this.#freePlaces(request.trunk.id, isdn)) {
      const options = dialOptions({ e164, request, isdn, settings: this.#settings.get(span), country: this.#parts.country });
      const created = this.#parts.native.engine.isdnDial(span, { ...options, channel });
      if (created.status !== 0) continue;
      this.#lastTaken.set(request.trunk.id, `${span}/${channel}`);
      return this.#legs.make({ ...details, mediaHandle: created.handle });
    }
    if (!isdn.spans.some((span) => this.#carries(span))) {
      const why = isdn.spans.map((span) => `span ${span}: ${this.#whySilent(span)}`).join('; ');
      return this.#legs.makeFailed(details, DESTINATION_OUT_OF_ORDER, why);
    }
    return this.#legs.makeFailed(details, NO_CIRCUIT, 'No B-channel of the trunk is free');
  }

  #freePlaces(trunkId: string, isdn: IsdnTrunkSettings): readonly { readonly span: number; readonly channel: number }[] {
    const free = this.#bearersOf(isdn).filter((bearer) => this.#isUsable(bearer) && bearer.line.state === 'idle');
    const places =
      isdn.bChannels.length > 0 || this.#outOfService.size > 0 || this.#underTest.size > 0
        ? free.map(({ span, timeslot }) => ({ span, channel: timeslot }))
        : [...new Set(free.map(({ span }) => span))].map((span) => ({ span, channel: 0 }));
    switch (isdn.selection) {
      case 'ascending':
        return places;
      case 'descending':
        return places.toReversed();
      case 'roundRobin': {
        const [span, channel] = (this.#lastTaken.get(trunkId) ?? '0/0').split('/').map(Number) as [number, number];
        const next = places.findIndex((place) => place.span > span || (place.span === span && place.channel > channel));
        return next === -1 ? places : [...places.slice(next), ...places.slice(0, next)];
      }
    }
  }

  #bearersOf({ spans, bChannels }: IsdnTrunkSettings): readonly Bearer[] {
    const bearers = spans.flatMap((span) => this.#bearers.ofSpan(span));
    return bChannels.length === 0 ? bearers : bearers.filter(({ timeslot }) => bChannels.includes(timeslot));
  }

  /** A channel out of service whose call goes on still counts, as one that is in use. One under test carries none. */
  #isUsable({ span, line }: Bearer): boolean {
    return (
      this.#carries(span) &&
      line.state !== 'removed' &&
      (line.state !== 'idle' || !(this.#outOfService.has(line.channel) || this.#underTest.has(line.channel)))
    );
  }

  /** A basic access may rest with its layer 2 down, and is brought up by a call. */
  #carries(span: number): boolean {
    const link = this.#links.get(span);
    if (link === undefined || link.alarms !== '') return false;
    return link.layerTwo === 'up' || this.#settings.get(span)?.access !== 'primary';
  }

  #whySilent(span: number): string {
    const link = this.#links.get(span);
    if (link === undefined) return 'the card has no such span';
    return link.alarms === '' ? link.detail : `${link.alarms} alarm`;
  }

  #lineOf({ span, line }: Bearer): LineState {
    return line.state !== 'idle' || this.#carries(span) ? line : { ...line, state: 'alarm', detail: this.#whySilent(span) };
  }

  #onIncoming(event: IncomingEvent): void {
    const span = event.span ?? 0;
    const bearer = this.#bearers.ofSpan(span).find(({ timeslot }) => timeslot === event.channel);
    if (bearer !== undefined && this.#outOfService.has(bearer.line.channel)) {
      this.#parts.logger.info({ span, channel: event.channel }, 'A call on a B-channel that is out of service is not taken');
      this.#legs.refuse(event.leg, NO_CIRCUIT, 0);
      return;
    }
    const trunk = this.#trunkOf(span, event.channel);
    const cli = cliOf(event, this.#parts.country);
    const diversion = diversionOf(event, this.#parts.country);
    const subaddresses = subaddressesOf(event);
    const leg = this.#legs.make({
      id: newId('leg', this.#parts.clock),
      direction: 'in',
      lineKind: 'isdn',
      trunkId: trunk?.id ?? null,
      to: completeTyped(typed(event.to, event.calledType), trunk?.isdn?.ddiPrefix ?? '', this.#parts.country),
      cli: { network: cli, presentation: cli },
      mediaHandle: event.leg,
      lineCallId: '',
      ...(diversion === undefined ? {} : { diversion }),
      ...(subaddresses === undefined ? {} : { subaddresses }),
    });
    this.#events.emit('incoming', { leg, source: `span ${span}, channel ${event.channel}` });
  }

  #trunkOf(span: number, channel: number): TrunkRecord | undefined {
    return [...this.#trunks.values()].find(
      ({ isdn }) => isdn !== null && isdn.spans.includes(span) && (isdn.bChannels.length === 0 || isdn.bChannels.includes(channel)),
    );
  }

  #onChannelState(channel: number, state: LineState['state'], detail: string, since: number): void {
    const bearer = this.#bearers.change(channel, state, detail, since);
    if (bearer !== undefined) this.#events.emit('lineState', this.#lineOf(bearer));
  }

  #onLink(span: number, change: Partial<SpanLink>): void {
    const before = this.#links.get(span);
    if (before === undefined) return;
    const carried = this.#carries(span);
    this.#links.set(span, { ...before, ...change });
    if (carried === this.#carries(span)) return;
    for (const bearer of this.#bearers.ofSpan(span)) this.#events.emit('lineState', this.#lineOf(bearer));
    for (const { id, isdn } of this.#trunks.values()) if (isdn?.spans.includes(span) === true) this.#tellTrunk(id);
  }

  #tellTrunk(trunkId: string): void {
    const state = this.trunkState(trunkId);
    if (state !== null) this.#events.emit('trunkState', state);
  }
}

function nativeSpan(span: number, { side, ...settings }: SpanSettings) {
  return { span, node: side, ...settings };
}
