import type { TrunkGroupRecord, TrunkRecord } from '../../store/index.js';
import { type Address, formatAddress } from '../address.js';
import { type Obstacle, type SkipReason, type TrunkCondition, callLimit, freeLines, obstacle } from './condition.js';
import { orderByRule } from './groups/index.js';
import { longest, longestPrefix, matchLength } from './match.js';

/** A trunk that can take a call, and the group through which it was chosen; null: by itself. */
export interface Route {
  readonly trunk: TrunkRecord;
  readonly group: TrunkGroupRecord | null;
}

/** A trunk that cannot take a call now, or a group without trunks. */
export interface SkippedTrunk {
  readonly trunkId: string;
  readonly trunkName: string;
  readonly reason: SkipReason;
  /** In words: "carrier: all 30 calls are in use". */
  readonly detail: string;
  /** Wall time, ms, at which it is worth asking again; null where nobody knows. */
  readonly freeAt: number | null;
}

/** Trunks that can take a call to an address now, best first and each once, and why the others can't. */
export interface TrunkSelection {
  readonly candidates: readonly Route[];
  readonly skipped: readonly SkippedTrunk[];
}

/** The trunks and groups there are, and their present. */
export interface TrunkWorld {
  readonly trunks: readonly TrunkRecord[];
  readonly groups: readonly TrunkGroupRecord[];
  readonly condition: (trunk: TrunkRecord) => TrunkCondition;
  /** The member that a group used last. */
  readonly lastMember: (groupId: string) => string | null;
  readonly random: () => number;
  /** Wall time, ms. */
  readonly now: number;
}

/** A way that is ranked: a group with its members, or a trunk that is in none. */
interface Way {
  readonly name: string;
  readonly priority: number;
  readonly match: number | null;
  readonly group: TrunkGroupRecord | null;
  readonly trunks: readonly TrunkRecord[];
}

/**
 * Orders the ways to an address: the most specific prefix, then priority, then name, and within a group its rule; leaving out trunks that cannot take a call
 * now. A trunk that is in a group is used through its groups only, so that what they keep for inbound calls is kept. Pure.
 */
export function selectFrom(world: TrunkWorld, to: Address): TrunkSelection {
  return new Selection(world, to).run();
}

/** Why the trunks were left out, each reason once; "" where none of them was near. */
export function whySkipped(skipped: readonly SkippedTrunk[]): string {
  const near = skipped.filter(({ reason }) => reason !== 'notThisNumber');
  return [...new Set(near.map(({ detail }) => detail))].join('; ');
}

/** Lines of a group's members on which a call could come in now. */
export function freeInGroup(group: TrunkGroupRecord, world: Pick<TrunkWorld, 'trunks' | 'condition'>): number {
  return membersOf(group, world.trunks).reduce((sum, trunk) => sum + freeLines(trunk, world.condition(trunk)), 0);
}

class Selection {
  readonly #world: TrunkWorld;
  readonly #to: Address;
  readonly #candidates: Route[] = [];
  readonly #skipped: SkippedTrunk[] = [];

  constructor(world: TrunkWorld, to: Address) {
    this.#world = world;
    this.#to = to;
  }

  run(): TrunkSelection {
    for (const way of this.#ranked()) {
      if (way.group === null) this.#takeTrunks(way.trunks, null);
      else this.#takeGroup(way.group, way);
    }
    return { candidates: this.#candidates, skipped: this.#skipped };
  }

  #ranked(): readonly Way[] {
    const { trunks, groups } = this.#world;
    const grouped = new Set(groups.flatMap(({ members }) => members));
    const single = trunks.filter(({ id }) => !grouped.has(id)).map((trunk) => this.#wayOfTrunk(trunk));
    const ways = [...groups.map((group) => this.#wayOfGroup(group)), ...single];
    return ways.sort((a, b) => (b.match ?? -1) - (a.match ?? -1) || a.priority - b.priority || a.name.localeCompare(b.name));
  }

  #wayOfTrunk(trunk: TrunkRecord): Way {
    return { name: trunk.name, priority: trunk.priority, match: matchLength(trunk, this.#to), group: null, trunks: [trunk] };
  }

  /** A group without prefixes is as specific as the best of its members. */
  #wayOfGroup(group: TrunkGroupRecord): Way {
    const trunks = membersOf(group, this.#world.trunks);
    const own = this.#to.kind === 'number' && group.prefixes.length > 0 ? longestPrefix(group.prefixes, this.#to.e164) : undefined;
    const match = own === undefined ? longest(trunks.flatMap((trunk) => matchLength(trunk, this.#to) ?? [])) : own;
    return { name: group.name, priority: group.priority, match, group, trunks };
  }

  #takeGroup(group: TrunkGroupRecord, { match, trunks }: Way): void {
    if (trunks.length === 0) {
      this.#skip({ id: group.id, name: group.name }, { reason: 'empty', detail: `${group.name}: has no trunks`, freeAt: null });
    } else if (match === null) {
      for (const trunk of trunks) this.#skip(trunk, this.#notThisNumber(`${group.name}, ${trunk.name}`));
    } else {
      this.#takeTrunks(trunks, group);
    }
  }

  #takeTrunks(trunks: readonly TrunkRecord[], group: TrunkGroupRecord | null): void {
    const free: TrunkRecord[] = [];
    for (const trunk of trunks) {
      const skip = this.#obstacle(trunk, group);
      if (skip === null) free.push(trunk);
      else this.#skip(trunk, skip);
    }
    for (const trunk of this.#inOrder(free, trunks, group)) {
      if (!this.#candidates.some((route) => route.trunk.id === trunk.id)) this.#candidates.push({ trunk, group });
    }
  }

  #inOrder(free: readonly TrunkRecord[], all: readonly TrunkRecord[], group: TrunkGroupRecord | null): readonly TrunkRecord[] {
    if (group === null) return free;
    const { condition, lastMember, random } = this.#world;
    const uses = free.map((trunk) => {
      const present = condition(trunk);
      return { id: trunk.id, trunk, inUse: present.inUse, lastUse: present.lastUse, limit: callLimit(trunk, present) };
    });
    const order = all.map(({ id }) => id);
    return orderByRule(group.rule, uses, order, { lastMember: lastMember(group.id), random }).map(({ trunk }) => trunk);
  }

  #obstacle(trunk: TrunkRecord, group: TrunkGroupRecord | null): Obstacle | null {
    const name = group === null ? trunk.name : `${group.name}, ${trunk.name}`;
    if (matchLength(trunk, this.#to) === null) return this.#notThisNumber(name);
    const own = obstacle(trunk, this.#world.condition(trunk), this.#world.now);
    return own === null ? this.#reserved(trunk) : { ...own, detail: `${name}: ${own.detail}` };
  }

  /** Any group of the trunk whose reserve for inbound calls one more call would eat. */
  #reserved(trunk: TrunkRecord): Obstacle | null {
    for (const group of this.#world.groups) {
      const { name, members, reserveInbound } = group;
      if (reserveInbound === 0 || !members.includes(trunk.id)) continue;
      const free = freeInGroup(group, this.#world);
      if (free <= reserveInbound) {
        return { reason: 'reserved', detail: `${name}: keeps ${reserveInbound} free for inbound calls (${free} are)`, freeAt: null };
      }
    }
    return null;
  }

  #notThisNumber(name: string): Obstacle {
    return { reason: 'notThisNumber', detail: `${name}: does not carry ${formatAddress(this.#to)}`, freeAt: null };
  }

  #skip({ id, name }: { readonly id: string; readonly name: string }, { reason, detail, freeAt }: Obstacle): void {
    this.#skipped.push({ trunkId: id, trunkName: name, reason, detail, freeAt });
  }
}

/** The trunks of a group, in its order. */
function membersOf({ members }: TrunkGroupRecord, trunks: readonly TrunkRecord[]): readonly TrunkRecord[] {
  return members.flatMap((id) => trunks.find((trunk) => trunk.id === id) ?? []);
}
