import type { ChannelInfo, SpanInfo } from '../../../native/addon/addon.js';
import type { LineState } from '../../telephony/index.js';

/** One B-channel as it is now. */
export interface Bearer {
  readonly span: number;
  /** Its number in Q.931. */
  readonly timeslot: number;
  readonly line: LineState;
}

/** The B-channels of a card, by the card's channel number, and what each does. */
export class Bearers {
  readonly #bearers = new Map<number, Bearer>();

  constructor(channels: readonly ChannelInfo[], spans: readonly SpanInfo[], now: number) {
    const isdn = new Set(spans.filter(({ kind }) => kind !== 'analogue').map(({ span }) => span));
    for (const { channel, kind, name, span, timeslot } of channels) {
      if (kind !== 'bearer' || !isdn.has(span)) continue;
      this.#bearers.set(channel, { span, timeslot, line: { line: name, kind, channel, state: 'idle', since: now, detail: '' } });
    }
  }

  all(): readonly Bearer[] {
    return [...this.#bearers.values()];
  }

  ofSpan(span: number): readonly Bearer[] {
    return this.all().filter((bearer) => bearer.span === span);
  }

  /** B-channel numbers by span. */
  timeslots(): ReadonlyMap<number, readonly number[]> {
    return new Map([...new Set(this.all().map(({ span }) => span))].map((span) => [span, this.ofSpan(span).map(({ timeslot }) => timeslot)]));
  }

  /** The bearer as it is now; undefined where the channel is none. */
  change(channel: number, state: LineState['state'], detail: string, since: number): Bearer | undefined {
    const bearer = this.#bearers.get(channel);
    if (bearer === undefined) return undefined;
    const changed = { ...bearer, line: { ...bearer.line, state, detail, since } };
    this.#bearers.set(channel, changed);
    return changed;
  }
}
