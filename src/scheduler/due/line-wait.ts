import { type Address, type TrunkDirectory, whySkipped } from '../../telephony/index.js';

/** What stands in the way of a call for the moment only: every fitting line in use or kept for inbound calls, or a trunk's calls a second reached. */
export interface LineWait {
  /** In words: "carrier: all 30 calls are in use". */
  readonly why: string;
  /** Wall time, ms, at which it is worth asking again; null: when a line becomes free. */
  readonly freeAt: number | null;
}

/** Null: a line is free, or none will be by waiting; a trunk that is down is no reason to wait, the attempt fails with its cause. */
export function lineWait(trunks: Pick<TrunkDirectory, 'select'>, to: Address): LineWait | null {
  const { candidates, skipped } = trunks.select(to);
  const passing = skipped.filter(({ reason }) => reason === 'full' || reason === 'paced' || reason === 'reserved');
  if (candidates.length > 0 || passing.length === 0) return null;
  const times = passing.flatMap(({ freeAt }) => freeAt ?? []);
  return { why: whySkipped(passing), freeAt: times.length === 0 ? null : Math.min(...times) };
}
