import type { OutOfServiceRecord } from '../../store/index.js';
import type { CardPort, ChannelPresent, EchoCanceller } from '../ports/card.js';
import type { LinePort, LineState } from '../ports/line.js';
import type { LineCallLog, LineCalls } from './call-log.js';
import type { LineHistory } from './history.js';
import type { OutOfService } from './out-of-service.js';

/** A line's health: what it does now, what its port shows, its calls. */
export interface LineHealth extends LineState {
  /** Null where the port tells none: a B-channel. */
  readonly present: ChannelPresent | null;
  /** Of the call that is on it. */
  readonly echoCanceller: EchoCanceller;
  readonly outOfService: OutOfServiceRecord | null;
  readonly calls: LineCalls;
}

export interface LineWatchParts {
  readonly lines: readonly LinePort[];
  readonly card: CardPort | null;
  readonly calls: LineCallLog;
  readonly history: LineHistory;
  readonly outOfService: OutOfService;
}

/** Nothing can be sent over a line in these states. */
const FAILING: readonly LineState['state'][] = ['alarm', 'removed'];

/** Watches the card's lines: alarms that come and go are kept in their history. */
export class LineWatch {
  readonly #parts: LineWatchParts;
  readonly #failing = new Set<number>();

  constructor(parts: LineWatchParts) {
    this.#parts = parts;
    for (const line of parts.lines) line.onLineState((state) => this.#onState(state));
  }

  list(): readonly LineHealth[] {
    return this.#states().map((state) => this.#healthOf(state));
  }

  /** Null where the card has no such line. */
  get(channel: number): LineHealth | null {
    const state = this.#states().find((one) => one.channel === channel);
    return state === undefined ? null : this.#healthOf(state);
  }

  /** Lines that cannot be used though nobody took them out of service, in words: "line 3: no battery since 09:12". */
  failing(): readonly string[] {
    return this.list()
      .filter(({ state, outOfService }) => FAILING.includes(state) && outOfService === null)
      .map(({ channel, detail, state, since }) => `line ${channel}: ${detail === '' ? state : detail} since ${timeOf(since)}`);
  }

  #states(): readonly LineState[] {
    return this.#parts.lines.flatMap((line) => line.lines());
  }

  #healthOf(state: LineState): LineHealth {
    const { card, calls, outOfService } = this.#parts;
    const { channel } = state;
    return {
      ...state,
      present: card?.channel(channel) ?? null,
      echoCanceller: card?.echoCanceller(channel) ?? 'none',
      outOfService: outOfService.get(channel),
      calls: calls.of(channel),
    };
  }

  /** Calls are kept by themselves; here only what keeps a line from having any. */
  #onState({ channel, state, detail }: LineState): void {
    const failing = FAILING.includes(state);
    if (failing === this.#failing.has(channel)) return;
    if (failing) this.#failing.add(channel);
    else this.#failing.delete(channel);
    this.#parts.history.note(`line/${channel}`, failing ? 'alarm' : 'alarmCleared', failing ? { state, detail } : {});
  }
}

/** Hours and minutes in the box's time zone. */
export function timeOf(at: number): string {
  const moment = new Date(at);
  return [moment.getHours(), moment.getMinutes()].map((part) => String(part).padStart(2, '0')).join(':');
}
