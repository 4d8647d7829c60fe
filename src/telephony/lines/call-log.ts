import type { Clock, Outcome } from '../../core/index.js';
import type { Store } from '../../store/index.js';
import { formatAddress } from '../address.js';
import type { LiveLegs } from '../calls/index.js';
import { outcomeOfEnd } from '../causes/index.js';
import type { Leg, LegEnd } from '../leg.js';
import type { LinePort } from '../ports/line.js';
import type { LineHistory } from './history.js';

/** The last call of a line. */
export interface LineCall {
  /** Its end. */
  readonly at: number;
  readonly direction: 'in' | 'out';
  readonly outcome: Outcome;
  readonly q850: number;
  readonly inferred: boolean;
  /** The other end's number, as far as the line told it. */
  readonly party: string | null;
  /** Seconds from answer to end; null where it was not answered. */
  readonly talkedSeconds: number | null;
}

export interface LineCalls {
  readonly last: LineCall | null;
  readonly today: number;
  readonly total: number;
}

export interface LineCallLogParts {
  readonly store: Pick<Store, 'lineHistory'>;
  readonly clock: Clock;
  readonly lines: readonly LinePort[];
  readonly live: LiveLegs;
  readonly history: LineHistory;
}

interface Counts {
  last: LineCall | null;
  total: number;
  today: number;
  /** Start of the day that `today` counts. */
  day: number;
}

/** Counts the calls of each line, and keeps how the last one ended. */
export class LineCallLog {
  readonly #parts: LineCallLogParts;
  readonly #counts = new Map<number, Counts>();

  constructor(parts: LineCallLogParts) {
    this.#parts = parts;
    parts.live.onLeg((leg) => leg.details.direction === 'out' && this.#follow(leg));
    for (const line of parts.lines) line.onIncoming(({ leg }) => this.#follow(leg));
  }

  of(channel: number): LineCalls {
    const { last, total, today } = this.#countsOf(channel);
    return { last, total, today };
  }

  #follow(leg: Leg): void {
    const { channel } = leg.details;
    if (channel === undefined) return;
    if (leg.end === null) leg.events.once('ended', (end) => this.#note(channel, leg, end));
    else this.#note(channel, leg, leg.end);
  }

  #note(channel: number, leg: Leg, end: LegEnd): void {
    const call = callOf(leg, end);
    const counts = this.#countsOf(channel);
    counts.last = call;
    counts.total += 1;
    counts.today += 1;
    const { at, ...data } = call;
    this.#parts.history.note(subjectOf(channel), 'call', data, this.#parts.store.lineHistory.countCall(subjectOf(channel), at));
  }

  #countsOf(channel: number): Counts {
    const day = startOfDay(this.#parts.clock.now());
    const counts = this.#counts.get(channel) ?? this.#read(channel, day);
    if (counts.day !== day) Object.assign(counts, { day, today: 0 });
    this.#counts.set(channel, counts);
    return counts;
  }

  /** What the history knows of the time before this start. */
  #read(channel: number, day: number): Counts {
    const { lineHistory } = this.#parts.store;
    const subject = subjectOf(channel);
    const last = this.#parts.history.last(subject, 'call');
    return {
      last: last === null ? null : ({ ...last.data, at: last.at } as unknown as LineCall),
      total: lineHistory.totals().find((total) => total.subject === subject)?.calls ?? 0,
      today: lineHistory.callsSince(subject, day),
      day,
    };
  }
}

function callOf(leg: Leg, end: LegEnd): LineCall {
  const { direction, to, cli } = leg.details;
  const party = direction === 'in' ? (cli.presentation.number ?? null) : to === null ? null : formatAddress(to);
  const talkedSeconds = leg.answeredAt === null ? null : Math.max(0, Math.round((end.at - leg.answeredAt) / 1000));
  return { at: end.at, direction, outcome: outcomeOf(leg, end), q850: end.q850, inferred: end.inferred, party, talkedSeconds };
}

function outcomeOf(leg: Leg, end: LegEnd): Outcome {
  if (leg.answeredAt !== null) return 'answered';
  if (leg.details.direction === 'out') return outcomeOfEnd(end);
  return end.by === 'us' ? 'rejected' : 'cancelled';
}

function subjectOf(channel: number): string {
  return `line/${channel}`;
}

/** Midnight of the box's time zone. */
function startOfDay(now: number): number {
  return new Date(now).setHours(0, 0, 0, 0);
}
