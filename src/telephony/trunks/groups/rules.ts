import type { TrunkGroupRecord } from '../../../store/index.js';

/** What the rules know of a member that can take a call now. */
export interface MemberUse {
  readonly id: string;
  readonly inUse: number;
  /** Calls it can carry at once. */
  readonly limit: number;
  /** Rises with each call that began or ended on it: the lowest has been idle longest. 0: never used. */
  readonly lastUse: number;
}

/** What the order depends on besides the members. */
export interface RuleState {
  /** The member that the group used last; null: none yet. */
  readonly lastMember: string | null;
  /** 0 up to but not 1. */
  readonly random: () => number;
}

/**
 * Orders the members that can take a call, given in the group's order, by its rule: the first is tried first. `all` is the group's whole order, in which round
 * robin goes on after the member that was used last even where that one cannot take a call now. Members that are equal by the rule keep the group's order.
 */
export function orderByRule<M extends MemberUse>(
  rule: TrunkGroupRecord['rule'],
  free: readonly M[],
  all: readonly string[],
  state: RuleState,
): readonly M[] {
  switch (rule) {
    case 'inOrder':
      return free;
    case 'roundRobin':
      return afterLast(free, all, state.lastMember);
    case 'leastUsed':
      return free.toSorted((a, b) => a.inUse / a.limit - b.inUse / b.limit);
    case 'longestIdle':
      return free.toSorted((a, b) => Number(a.inUse > 0) - Number(b.inUse > 0) || a.lastUse - b.lastUse);
    case 'random':
      return shuffled(free, state.random);
  }
}

function afterLast<M extends MemberUse>(free: readonly M[], all: readonly string[], lastMember: string | null): readonly M[] {
  const last = lastMember === null ? -1 : all.indexOf(lastMember);
  const isAfter = ({ id }: M): boolean => all.indexOf(id) > last;
  return [...free.filter(isAfter), ...free.filter((member) => !isAfter(member))];
}

/** Fisher and Yates. */
function shuffled<M>(free: readonly M[], random: () => number): readonly M[] {
  const order = [...free];
  for (let rest = order.length - 1; rest > 0; rest -= 1) {
    const pick = Math.floor(random() * (rest + 1));
    const [a, b] = [order[rest], order[pick]];
    if (a !== undefined && b !== undefined) [order[rest], order[pick]] = [b, a];
  }
  return order;
}
