import type { Outcome } from '../../core/index.js';
import type { AttemptRecord, RequestCount, RequestRecord, RequestState } from '../../store/index.js';

/** One reason why a request has not been dialled yet, for people (`message`) and programs (`code`). */
export interface WhyNotYet {
  readonly code: 'held' | 'notDueYet' | 'waitingRetry' | 'clockUntrusted' | 'accountLimit' | 'noLine' | 'storeFailing' | 'wouldBeRefused';
  readonly message: string;
  /** For `wouldBeRefused`: the code it would be refused with now. */
  readonly refusalCode?: string;
}

/** A request with all that is known of it. */
export interface RequestView {
  readonly request: RequestRecord;
  readonly attempts: readonly AttemptRecord[];
  /** Of those attempts that made a call. */
  readonly callIds: readonly string[];
  /** Empty unless it waits. */
  readonly whyNotYet: readonly WhyNotYet[];
}

export interface RequestStatistics {
  readonly total: number;
  readonly byState: Readonly<Partial<Record<RequestState, number>>>;
  /** Of requests that were attempted: outcome of the last attempt. */
  readonly byOutcome: Readonly<Partial<Record<Outcome, number>>>;
}

export function statisticsOf(counts: readonly RequestCount[]): RequestStatistics {
  const byState: Partial<Record<RequestState, number>> = {};
  const byOutcome: Partial<Record<Outcome, number>> = {};
  let total = 0;
  for (const { state, outcome, count } of counts) {
    total += count;
    byState[state] = (byState[state] ?? 0) + count;
    if (outcome !== null) byOutcome[outcome] = (byOutcome[outcome] ?? 0) + count;
  }
  return { total, byState, byOutcome };
}
