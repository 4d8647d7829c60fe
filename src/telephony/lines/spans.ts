import type { Clock, Timer } from '../../core/index.js';
import type { CardPort, SpanState } from '../ports/card.js';
import { timeOf } from './health.js';
import type { LineHistory } from './history.js';

/** A span and since when its alarms are what they are. */
export interface SpanHealth extends SpanState {
  readonly since: number;
}

export interface SpanWatchParts {
  readonly card: CardPort | null;
  readonly history: LineHistory;
  readonly clock: Clock;
}

/** DAHDI tells for sure only that some alarm came or all went: which ones, and the counters, are asked for. */
const LOOK_EVERY_MS = 1000;
/** Errors of a span are kept in its history at most so often, as a sum. */
const ERRORS_EVERY_MS = 60_000;

const COUNTERS = ['slips', 'bipolarViolations', 'crcErrors', 'framingErrors', 'missedInterrupts'] as const;

interface Known {
  readonly alarms: string;
  readonly since: number;
  /** What the history was told last, and when (monotonic). */
  readonly told: SpanState;
  readonly toldAt: number;
}

/** Watches the card's spans: alarms as they change, errors by the minute, into their history. */
export class SpanWatch {
  readonly #parts: SpanWatchParts;
  readonly #known = new Map<number, Known>();
  #timer: Timer | null = null;

  constructor(parts: SpanWatchParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#look();
    if (this.#parts.card !== null) this.#timer = this.#parts.clock.every(LOOK_EVERY_MS, () => this.#look());
  }

  stop(): void {
    this.#timer?.cancel();
  }

  list(): readonly SpanHealth[] {
    const now = this.#parts.clock.now();
    return (this.#parts.card?.spans() ?? []).map((span) => ({ ...span, since: this.#known.get(span.span)?.since ?? now }));
  }

  /** Null where the card has no such span. */
  get(span: number): SpanHealth | null {
    return this.list().find((one) => one.span === span) ?? null;
  }

  /** Spans in alarm, in words: "span 1: red alarm since 09:12". */
  failing(): readonly string[] {
    return this.list()
      .filter(({ alarms }) => alarms.length > 0)
      .map(({ span, alarms, since }) => `span ${span}: ${alarms.join(' and ')} alarm since ${timeOf(since)}`);
  }

  #look(): void {
    for (const span of this.#parts.card?.spans() ?? []) this.#compare(span);
  }

  #compare(span: SpanState): void {
    const { clock } = this.#parts;
    const alarms = span.alarms.join(' ');
    const known = this.#known.get(span.span);
    if (known === undefined) {
      if (alarms !== '') this.#note(span, 'alarm', { alarms: span.alarms });
      this.#known.set(span.span, { alarms, since: clock.now(), told: span, toldAt: clock.monotonic() });
      return;
    }
    const changed = alarms !== known.alarms;
    if (changed) this.#note(span, alarms === '' ? 'alarmCleared' : 'alarm', { alarms: span.alarms });
    this.#known.set(span.span, { alarms, since: changed ? clock.now() : known.since, ...this.#tellErrors(span, known) });
  }

  /** Tells what the counters rose by; a driver that started again counts from nothing. */
  #tellErrors(span: SpanState, { told, toldAt }: Known): Pick<Known, 'told' | 'toldAt'> {
    const now = this.#parts.clock.monotonic();
    const rises = COUNTERS.map((name) => [name, span[name] < told[name] ? span[name] : span[name] - told[name]] as const);
    const errors = Object.fromEntries(rises.filter(([, rise]) => rise > 0));
    if (now - toldAt < ERRORS_EVERY_MS) return { told, toldAt };
    if (Object.keys(errors).length > 0) this.#note(span, 'errors', errors);
    return { told: span, toldAt: now };
  }

  #note({ span }: SpanState, type: string, data: Readonly<Record<string, unknown>>): void {
    this.#parts.history.note(`span/${span}`, type, data);
  }
}
