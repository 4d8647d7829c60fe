import { type Clock, Emitter, type Unsubscribe } from '../../src/core/index.js';
import type { TrunkRecord } from '../../src/store/index.js';
import {
  type Address,
  type Cli,
  type CliPair,
  type DialRequest,
  type IncomingLeg,
  Leg,
  type LegEnd,
  type LineKind,
  type LinePort,
  type LineState,
  type TrunkState,
} from '../../src/telephony/index.js';

/** What was asked of a leg of the scripted line. */
export type LegCommand =
  | { readonly do: 'ring'; readonly earlyMedia: boolean }
  | { readonly do: 'answer' }
  | { readonly do: 'clear'; readonly q850: number; readonly sipStatus: number }
  | { readonly do: 'digits'; readonly digits: string };

/** One leg of the scripted line, seen from its far end. */
export class ScriptedLeg {
  readonly commands: LegCommand[] = [];
  readonly leg: Leg;
  readonly request: DialRequest | null;
  readonly #clock: Clock;
  /** Whether clearing from our side ends the leg at once, as most lines do. */
  endsWhenCleared = true;

  constructor(clock: Clock, details: Leg['details'], request: DialRequest | null) {
    this.#clock = clock;
    this.request = request;
    this.leg = new Leg(details, {
      ring: (earlyMedia) => this.commands.push({ do: 'ring', earlyMedia }),
      answer: () => {
        this.commands.push({ do: 'answer' });
        this.answer();
      },
      clear: (q850, sipStatus) => {
        this.commands.push({ do: 'clear', q850, sipStatus });
        if (this.endsWhenCleared) this.end({ q850, by: 'us' });
      },
      sendDigits: (digits) => this.commands.push({ do: 'digits', digits }),
    });
  }

  seize(): void {
    this.leg.markSeized(this.#clock.now());
  }

  ring(sipStatus = 180): void {
    this.leg.markProgress(this.#clock.now(), sipStatus, false);
  }

  answer(): void {
    this.leg.markAnswered(this.#clock.now());
  }

  press(digit: string): void {
    this.leg.markDigit({ digit, durationMs: 100, method: 'rfc4733', at: this.#clock.now() });
  }

  /** Ends the leg; by the peer, told and sent, unless `end` says otherwise. */
  end(end: Partial<LegEnd> = {}): void {
    this.leg.markEnded({
      q850: 16,
      inferred: false,
      sipStatus: 0,
      by: 'peer',
      sent: true,
      responded: true,
      detail: '',
      at: this.#clock.now(),
      ...end,
    });
  }
}

interface ScriptedLineEvents {
  incoming: IncomingLeg;
  trunkState: TrunkState;
  lineState: LineState;
}

/** A LinePort without a line: the test is its far end. `onDial` is called once the dialling side has the leg. */
export class ScriptedLine implements LinePort {
  readonly kind: LineKind;
  readonly dialled: ScriptedLeg[] = [];
  readonly trunks = new Map<string, TrunkRecord>();
  readonly states = new Map<string, Partial<TrunkState>>();
  physical: LineState[] = [];
  outOfService: ReadonlySet<number> = new Set();
  onDial: ((leg: ScriptedLeg) => void) | null = null;
  readonly #clock: Clock;
  readonly #events = new Emitter<ScriptedLineEvents>();
  #incoming = 0;

  constructor(clock: Clock, kind: LineKind = 'sip') {
    this.#clock = clock;
    this.kind = kind;
  }

  /** The leg that was dialled last. */
  get last(): ScriptedLeg {
    const leg = this.dialled.at(-1);
    if (leg === undefined) throw new Error('Nothing was dialled');
    return leg;
  }

  useTrunk(trunk: TrunkRecord): void {
    this.trunks.set(trunk.id, trunk);
  }

  dropTrunk(trunkId: string): void {
    this.trunks.delete(trunkId);
  }

  trunkState(trunkId: string): TrunkState | null {
    if (!this.trunks.has(trunkId)) return null;
    return { trunkId, state: 'up', since: 0, detail: '', inUse: 0, capacity: null, ...this.states.get(trunkId) };
  }

  lines(): readonly LineState[] {
    return this.physical;
  }

  setOutOfService(channels: ReadonlySet<number>): void {
    this.outOfService = channels;
  }

  dial(request: DialRequest): Leg {
    const { legId: id, trunk, to, cli, identity } = request;
    const details = {
      id,
      direction: 'out',
      lineKind: this.kind,
      trunkId: trunk.id,
      to,
      cli,
      mediaHandle: this.dialled.length + 1,
      lineCallId: identity.callId,
    } as const;
    const scripted = new ScriptedLeg(this.#clock, details, request);
    this.dialled.push(scripted);
    queueMicrotask(() => this.onDial?.(scripted));
    return scripted.leg;
  }

  /** A leg out on a channel of the card, as an adapter makes it. */
  dialOn(channel: number, cli: Cli): ScriptedLeg {
    const to = { kind: 'number', e164: '+447700900123' } as const;
    const facts = { lineKind: this.kind, trunkId: 'trk_1', to, cli: { network: cli, presentation: cli }, lineCallId: '', mediaHandle: 1 };
    return new ScriptedLeg(this.#clock, { id: `leg_on${channel}`, direction: 'out', channel, ...facts }, null);
  }

  /** A line of the card has changed. */
  tellLine(state: LineState): void {
    this.#events.emit('lineState', state);
  }

  /** Somebody calls. */
  call(to: Address | null, options: { readonly cli?: CliPair; readonly trunkId?: string | null; readonly channel?: number } = {}): ScriptedLeg {
    this.#incoming += 1;
    const unavailable = { presentation: 'unavailable', screening: 'unscreened' } as const;
    const cli = options.cli ?? { network: unavailable, presentation: unavailable };
    const id = `leg_in${this.#incoming}`;
    const details = {
      id,
      direction: 'in',
      lineKind: this.kind,
      trunkId: options.trunkId ?? null,
      ...(options.channel === undefined ? {} : { channel: options.channel }),
      to,
      cli,
      mediaHandle: 10_000 + this.#incoming,
      lineCallId: '',
    } as const;
    const scripted = new ScriptedLeg(this.#clock, details, null);
    this.#events.emit('incoming', { leg: scripted.leg, source: '192.0.2.1:5060' });
    return scripted;
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
}
