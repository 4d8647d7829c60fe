import { createHash } from 'node:crypto';

import type { Outcome } from '../../core/index.js';
import type { AttemptRecord, RequestRecord } from '../../store/index.js';
import type { RetryRules } from '../requests/retry-rules.js';

/** What follows an attempt that did not reach its First Party: another at `dueAt` (milliseconds UTC), or none. `why` is for people. */
export type NextAttempt = { readonly dueAt: number; readonly why: string } | { readonly dueAt: null; readonly why: string | null };

/**
 * By the request's retry rules, after the attempts of the request that have ended, the newest last, at `now`. Only attempts that reached a line are
 * counted; none is made after `latestStartAt`.
 */
export function nextAttempt(request: RequestRecord, ended: readonly AttemptRecord[], now: number): NextAttempt {
  const last = ended.at(-1);
  const outcome = last?.outcome ?? null;
  const rule = outcome === null ? undefined : (JSON.parse(request.retry) as Partial<Record<Outcome, RetryRules['busy']>>)[outcome];
  if (last === undefined || rule === undefined) return { dueAt: null, why: null };
  const counted = ended.filter((attempt) => attempt.outcome === outcome && attempt.seizedAt !== null).length;
  if (counted > rule.times) return { dueAt: null, why: `Dialled again ${times(rule.times)} after ${outcome}, as its retry rule allows` };
  const waitSeconds = rule.afterSeconds * (rule.backOff ?? 1) ** Math.max(0, counted - 1) + (rule.jitterSeconds ?? 0) * shareOf(last.id);
  const dueAt = now + Math.round(waitSeconds * 1000);
  if (dueAt > request.latestStartAt) return { dueAt: null, why: `Its next attempt after ${outcome} would come later than latestStartAt` };
  return { dueAt, why: last.seizedAt === null ? `No line was reached (${outcome}): not counted` : `${outcome}: retry ${counted} of ${rule.times}` };
}

/** 0…1, the same for the same attempt: requests that failed together do not come back together, and a test can tell when. */
function shareOf(id: string): number {
  return createHash('sha256').update(id).digest().readUInt32BE(0) / 0xff_ff_ff_ff;
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}
