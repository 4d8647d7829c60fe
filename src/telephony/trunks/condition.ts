import type { TrunkRecord } from '../../store/index.js';

/** What selection needs to know of a trunk's present. */
export interface TrunkCondition {
  readonly hasLine: boolean;
  readonly state: 'up' | 'down' | 'unknown';
  readonly stateDetail: string;
  readonly inUse: number;
  /** Lines it has; null: no limit but `maxCalls`. */
  readonly capacity: number | null;
  readonly pacedMs: number;
  /** Rises with each call that began or ended on it; 0: never used. */
  readonly lastUse: number;
}

/** Why a trunk cannot take a call now. */
export type SkipReason = 'disabled' | 'notThisNumber' | 'noLine' | 'down' | 'full' | 'paced' | 'reserved' | 'empty';

export interface Obstacle {
  readonly reason: SkipReason;
  /** In words: "all 30 calls are in use". */
  readonly detail: string;
  /** Wall time, ms, at which it is worth asking again; null where nobody knows. */
  readonly freeAt: number | null;
}

/** Calls it can carry at once. */
export function callLimit(trunk: TrunkRecord, { capacity }: TrunkCondition): number {
  return Math.min(trunk.maxCalls, capacity ?? Infinity);
}

/** Lines on which a call could come in now: none of a trunk that is down. */
export function freeLines(trunk: TrunkRecord, condition: TrunkCondition): number {
  if (!trunk.enabled || !condition.hasLine || condition.state === 'down') return 0;
  return Math.max(0, callLimit(trunk, condition) - condition.inUse);
}

/** What keeps a trunk by itself from taking a call now; null: nothing. `now` is wall time in ms. */
export function obstacle(trunk: TrunkRecord, condition: TrunkCondition, now: number): Obstacle | null {
  if (!trunk.enabled) return { reason: 'disabled', detail: 'is switched off', freeAt: null };
  if (!condition.hasLine) return { reason: 'noLine', detail: `there is no ${trunk.kind} line in this box`, freeAt: null };
  if (condition.state === 'down') return { reason: 'down', detail: `is down (${condition.stateDetail})`, freeAt: null };
  const limit = callLimit(trunk, condition);
  if (condition.inUse >= limit) return { reason: 'full', detail: `all ${limit} calls are in use`, freeAt: null };
  if (condition.pacedMs > 0) {
    return { reason: 'paced', detail: `has reached ${trunk.callsPerSecond} calls a second`, freeAt: now + Math.ceil(condition.pacedMs) };
  }
  return null;
}
