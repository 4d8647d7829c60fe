import type { TrunkRecord } from '../../store/index.js';
import { type Address, formatAddress } from '../address.js';
import { parseHostPort } from './host-port.js';

/** Why a trunk cannot take a call now. */
export type SkipReason = 'disabled' | 'notThisNumber' | 'noLine' | 'down' | 'full' | 'paced';

export interface SkippedTrunk {
  readonly trunkId: string;
  readonly trunkName: string;
  readonly reason: SkipReason;
  /** In words: "carrier: all 30 calls are in use". */
  readonly detail: string;
  /** Wall time, ms, at which it is worth asking again; null where nobody knows. */
  readonly freeAt: number | null;
}

/** Trunks that can take a call to an address now, best first, and why the others can't. */
export interface TrunkSelection {
  readonly candidates: readonly TrunkRecord[];
  readonly skipped: readonly SkippedTrunk[];
}

/** What selection needs to know of a trunk's present. */
export interface TrunkCondition {
  readonly hasLine: boolean;
  readonly state: 'up' | 'down' | 'unknown';
  readonly stateDetail: string;
  readonly inUse: number;
  /** Lines it has; null: no limit but `maxCalls`. */
  readonly capacity: number | null;
  readonly pacedMs: number;
}

/**
 * Orders trunks for an address: the most specific prefix, then priority, then name, leaving out those that cannot take a call now. Pure: `condition` tells the
 * present, `now` is wall time in ms.
 */
export function selectFrom(
  trunks: readonly TrunkRecord[],
  to: Address,
  condition: (trunk: TrunkRecord) => TrunkCondition,
  now: number,
): TrunkSelection {
  const ranked = trunks.map((trunk) => ({ trunk, match: matchLength(trunk, to) }));
  ranked.sort((a, b) => (b.match ?? -1) - (a.match ?? -1) || a.trunk.priority - b.trunk.priority || a.trunk.name.localeCompare(b.trunk.name));
  const candidates: TrunkRecord[] = [];
  const skipped: SkippedTrunk[] = [];
  for (const { trunk, match } of ranked) {
    const skip =
      match === null
        ? { reason: 'notThisNumber' as const, detail: `does not carry ${formatAddress(to)}`, freeAt: null }
        : obstacle(trunk, condition(trunk), now);
    if (skip === null) candidates.push(trunk);
    else
      skipped.push({ trunkId: trunk.id, trunkName: trunk.name, reason: skip.reason, detail: `${trunk.name}: ${skip.detail}`, freeAt: skip.freeAt });
  }
  return { candidates, skipped };
}

/** How well a trunk fits: the length of its longest matching prefix, 0 for "any", null where it does not carry the address. */
function matchLength(trunk: TrunkRecord, to: Address): number | null {
  switch (to.kind) {
    case 'number':
      return longestPrefix(trunk.prefixes, to.e164);
    case 'sip':
      return trunk.kind === 'sip' ? matchHost(trunk, to.uri) : null;
    case 'extension':
      return trunk.kind === 'analogue' && trunk.id === EXTENSIONS_TRUNK_ID ? 0 : null;
  }
}

/** The trunk that stands for the box's own FXS ports; it is in no table. */
export const EXTENSIONS_TRUNK_ID = 'trk_extensions';

function longestPrefix(prefixes: readonly string[], e164: string): number | null {
  if (prefixes.length === 0) return 0;
  const lengths = prefixes.filter((prefix) => e164.startsWith(prefix)).map((prefix) => prefix.length);
  return lengths.length === 0 ? null : Math.max(...lengths);
}

/** A SIP address goes to the trunk at its host; failing that, through a trunk that takes any number. */
function matchHost(trunk: TrunkRecord, uri: string): number | null {
  const target = parseHostPort(uri.replace(/^sips?:(?:[^@]*@)?/, '').replace(/;.*$/, ''), 5060);
  const own = parseHostPort(trunk.sip?.address ?? '', 5060);
  if (target !== null && own !== null && target.host.toLowerCase() === own.host.toLowerCase()) return target.port === own.port ? 2 : 1;
  return trunk.prefixes.length === 0 ? 0 : null;
}

function obstacle(trunk: TrunkRecord, condition: TrunkCondition, now: number): { reason: SkipReason; detail: string; freeAt: number | null } | null {
  if (!trunk.enabled) return { reason: 'disabled', detail: 'is switched off', freeAt: null };
  if (!condition.hasLine) return { reason: 'noLine', detail: `there is no ${trunk.kind} line in this box`, freeAt: null };
  if (condition.state === 'down') return { reason: 'down', detail: `is down (${condition.stateDetail})`, freeAt: null };
  const limit = Math.min(trunk.maxCalls, condition.capacity ?? Infinity);
  if (condition.inUse >= limit) return { reason: 'full', detail: `all ${limit} calls are in use`, freeAt: null };
  if (condition.pacedMs > 0) {
    return { reason: 'paced', detail: `has reached ${trunk.callsPerSecond} calls a second`, freeAt: now + Math.ceil(condition.pacedMs) };
  }
  return null;
}
