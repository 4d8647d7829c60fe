import type { Clock, Native } from '../core/index.js';
import type { SpanSettings } from '../store/index.js';
import type { LinePort, SpanPort, SpanRun } from '../telephony/index.js';
import type { IsdnLine } from './isdn/isdn-line.js';

export interface CardSpansParts {
  readonly native: Native;
  readonly clock: Clock;
  readonly lines: readonly LinePort[];
  /** Null where the card has no ISDN spans. */
  readonly isdn: IsdnLine | null;
}

/** The spans of the card, of whatever kind. */
export class CardSpans implements SpanPort {
  readonly #parts: CardSpansParts;
  readonly #startedAt: number;

  constructor(parts: CardSpansParts) {
    this.#parts = parts;
    this.#startedAt = parts.clock.now();
  }

  spans(): readonly SpanRun[] {
    const { native, isdn, lines } = this.#parts;
    const states = lines.flatMap((line) => line.lines());
    return native.engine.cardSpans().map(({ span, kind, name, channels }) => {
      const link = isdn?.linkOf(span) ?? null;
      const own = states.filter(({ channel }) => channels.includes(channel));
      return {
        span,
        name,
        kind,
        layerTwo: link?.layerTwo ?? null,
        since: link?.since ?? this.#startedAt,
        detail: link?.detail ?? '',
        channels: channels.length,
        inUse: own.filter(({ state }) => state === 'ringing' || state === 'dialling' || state === 'talking').length,
        settings: isdn?.settingsOf(span) ?? null,
      };
    });
  }

  configure(span: number, settings: SpanSettings): void {
    this.#parts.isdn?.configure(span, settings);
  }
}
