import type { SpanSettings } from '../../store/index.js';

/** A span of the card: how it is run, and its layer 2. */
export interface SpanRun {
  /** The card's number. */
  readonly span: number;
  readonly name: string;
  readonly kind: 'analogue' | 'basic' | 'e1' | 't1';
  /** Of the D channel; null where there is none. A basic access may rest with it down. */
  readonly layerTwo: 'up' | 'down' | null;
  /** When layer 2 came to the state it is in. */
  readonly since: number;
  readonly detail: string;
  /** Channels of the span, and how many of them are in use. */
  readonly channels: number;
  readonly inUse: number;
  /** How an ISDN span is run; null of an analogue one. */
  readonly settings: SpanSettings | null;
}

/** The card's spans. */
export interface SpanPort {
  spans(): readonly SpanRun[];
  /** Runs an ISDN span so from now on; its calls end. Settings are checked; a span that is not ISDN is a caller's mistake. */
  configure(span: number, settings: SpanSettings): void;
}
