import type { Clock, Logger } from '../../core/index.js';
import type { Store } from '../../store/index.js';
import type { LiveLegs } from '../calls/index.js';
import type { CardPort } from '../ports/card.js';
import type { LinePort } from '../ports/line.js';
import { LineCallLog } from './call-log.js';
import { LineWatch } from './health.js';
import { LineHistory } from './history.js';
import { OutOfService } from './out-of-service.js';
import { SpanWatch } from './spans.js';

/** What is known of the card's lines and spans, and who took which out of service. */
export interface LineHealthParts {
  readonly history: LineHistory;
  readonly outOfService: OutOfService;
  readonly watch: LineWatch;
  readonly spans: SpanWatch;
}

export interface WatchLinesParts {
  readonly store: Pick<Store, 'lineHistory' | 'linesOutOfService' | 'commit'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly lines: readonly LinePort[];
  /** Null where there is no card. */
  readonly card: CardPort | null;
  readonly live: LiveLegs;
}

/** Watches the card from now on; `outOfService.start` and `spans.start` wait until the store is open and the lines are. */
export function watchLines(parts: WatchLinesParts): LineHealthParts {
  const history = new LineHistory(parts);
  const outOfService = new OutOfService({ ...parts, history });
  const calls = new LineCallLog({ ...parts, history });
  const watch = new LineWatch({ ...parts, calls, history, outOfService });
  return { history, outOfService, watch, spans: new SpanWatch({ ...parts, history }) };
}
