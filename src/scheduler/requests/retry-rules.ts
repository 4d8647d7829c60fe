import type { InputProblem } from '../../core/index.js';

/** Outcomes after which a First Party may be dialled again. A person who rejected the call is not; what was interrupted has the request's guarantee. */
const RETRIED_OUTCOMES = ['busy', 'noAnswer', 'unobtainable', 'congestion', 'failed'] as const;
export type RetriedOutcome = (typeof RETRIED_OUTCOMES)[number];

/** How often, and how long after the attempt's end. */
export interface RetryRule {
  /** 1…20 attempts that reached a line, beside the first. */
  readonly times: number;
  /** 1…86,400. */
  readonly afterSeconds: number;
  /** 1…10: each wait is so many times the one before; absent: 1. */
  readonly backOff?: number;
  /** 0…3,600: up to so much longer, so that requests that failed together do not come back together; absent: 0. */
  readonly jitterSeconds?: number;
}

/** Absent: after that outcome the request has failed. */
export type RetryRules = Readonly<Partial<Record<RetriedOutcome, RetryRule>>>;

const LIMITS = {
  times: { least: 1, most: 20, whole: true },
  afterSeconds: { least: 1, most: 86_400, whole: true },
  backOff: { least: 1, most: 10, whole: false },
  jitterSeconds: { least: 0, most: 3_600, whole: true },
} as const;

export function checkRetryRules(rules: RetryRules, problems: InputProblem[]): void {
  for (const [outcome, rule] of Object.entries(rules)) {
    const path = `/retry/${outcome}`;
    if (!RETRIED_OUTCOMES.some((known) => known === outcome)) {
      problems.push({ path, message: `is no outcome that is dialled again after; those are ${RETRIED_OUTCOMES.join(', ')}` });
      continue;
    }
    for (const [field, { least, most, whole }] of Object.entries(LIMITS)) {
      const value = rule[field as keyof RetryRule] ?? (field === 'backOff' || field === 'jitterSeconds' ? least : Number.NaN);
      if (value >= least && value <= most && (!whole || Number.isInteger(value))) continue;
      problems.push({ path: `${path}/${field}`, message: `must be a ${whole ? 'whole number' : 'number'} from ${least} to ${most}` });
    }
  }
}
