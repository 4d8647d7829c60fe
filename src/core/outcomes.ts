/** How an effort to reach a party ended: one list for legs and attempts (DESIGN.md §6.4). Not an error: a call that does not connect is an outcome. */
export const OUTCOMES = ['answered', 'busy', 'noAnswer', 'rejected', 'unobtainable', 'congestion', 'failed', 'cancelled', 'interrupted'] as const;
export type Outcome = (typeof OUTCOMES)[number];
