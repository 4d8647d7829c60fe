import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { TrunkGroupRecord, TrunkRecord } from '../../../store/index.js';
import { type TrunkCondition, callLimit } from '../condition.js';
import { type TrunkWorld, freeInGroup, selectFrom } from '../selection.js';
import { type MemberUse, orderByRule } from './rules.js';

const RULES = ['inOrder', 'roundRobin', 'leastUsed', 'longestIdle', 'random'] as const;
const TO = { kind: 'number', e164: '+447700900123' } as const;

function trunkOf(index: number, maxCalls: number): TrunkRecord {
  const common = {
    kind: 'sip',
    enabled: true,
    prefixes: [],
    priority: 10,
    callsPerSecond: 10,
    sip: null,
    analogue: null,
    isdn: null,
    createdAt: 0,
  } as const;
  return { ...common, id: `trk_${index}`, name: `trunk ${index}`, maxCalls };
}

function groupOf(index: number, shape: Pick<TrunkGroupRecord, 'members' | 'rule' | 'reserveInbound'>): TrunkGroupRecord {
  return { id: `tgr_${index}`, name: `group ${index}`, prefixes: [], priority: 10, failover: null, createdAt: 0, ...shape };
}

const limits = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 5 });
const groups = fc.array(
  fc.record({
    members: fc.uniqueArray(fc.integer({ min: 0, max: 4 }), { maxLength: 5 }),
    rule: fc.constantFrom(...RULES),
    reserveInbound: fc.integer({ min: 0, max: 6 }),
  }),
  { maxLength: 3 },
);
/** A call out, a call in on a trunk, a call that ends on a trunk, a trunk that goes down or comes up. */
const steps = fc.array(
  fc.record({ what: fc.constantFrom('out', 'out', 'in', 'end', 'down', 'up'), trunk: fc.nat({ max: 4 }), random: fc.nat({ max: 999 }) }),
  { maxLength: 60 },
);

describe('whatever the groups and the calls', () => {
  it('no call out ever takes a line that a group keeps for inbound calls, nor one that is not there', () => {
    fc.assert(
      fc.property(limits, groups, steps, (maxCalls, shapes, course) => {
        const trunks = maxCalls.map((limit, index) => trunkOf(index, limit));
        const records = shapes.map((shape, index) =>
          groupOf(index, { ...shape, members: shape.members.filter((member) => member < trunks.length).map((member) => `trk_${member}`) }),
        );
        const inUse = new Map(trunks.map(({ id }) => [id, 0]));
        const down = new Set<string>();
        const condition = ({ id }: TrunkRecord): TrunkCondition => {
          const state = down.has(id) ? 'down' : 'up';
          return { hasLine: true, state, stateDetail: '', inUse: inUse.get(id) ?? 0, capacity: null, pacedMs: 0, lastUse: 0 };
        };
        const change = (id: string, by: number): Map<string, number> => inUse.set(id, (inUse.get(id) ?? 0) + by);

        for (const { what, trunk: index, random } of course) {
          const trunk = trunks[index % trunks.length];
          if (trunk === undefined) continue;
          const used = inUse.get(trunk.id) ?? 0;
          if (what === 'in' && used < trunk.maxCalls && !down.has(trunk.id)) change(trunk.id, 1);
          if (what === 'end' && used > 0) change(trunk.id, -1);
          if (what === 'down') down.add(trunk.id);
          if (what === 'up') down.delete(trunk.id);
          if (what !== 'out') continue;
          const world: TrunkWorld = { trunks, groups: records, condition, lastMember: () => null, random: () => random / 1000, now: 0 };
          const { candidates, skipped } = selectFrom(world, TO);
          expect(new Set(candidates.map((route) => route.trunk.id)).size).toBe(candidates.length);
          for (const { id } of trunks) expect([...candidates.map((route) => route.trunk.id), ...skipped.map(({ trunkId }) => trunkId)]).toContain(id);
          const taken = candidates[0]?.trunk;
          if (taken === undefined) continue;
          change(taken.id, 1);
          expect(inUse.get(taken.id)).toBeLessThanOrEqual(taken.maxCalls);
          expect(down.has(taken.id)).toBe(false);
          for (const group of records)
            if (group.members.includes(taken.id)) expect(freeInGroup(group, world)).toBeGreaterThanOrEqual(group.reserveInbound);
        }
      }),
    );
  });
});

const members = fc
  .array(fc.record({ inUse: fc.nat({ max: 3 }), limit: fc.integer({ min: 4, max: 8 }), lastUse: fc.nat({ max: 9 }), free: fc.boolean() }), {
    maxLength: 7,
  })
  .map((list) => list.map((member, index) => ({ id: `trk_${index}`, ...member })));

describe('the order of a group', () => {
  const ordered = (rule: (typeof RULES)[number], list: readonly (MemberUse & { readonly free: boolean })[], last = 0, random = 0.5) => {
    const free = list.filter((member) => member.free);
    const order = list.map(({ id }) => id);
    return { free, order: orderByRule(rule, free, order, { lastMember: `trk_${last}`, random: () => random }) };
  };

  it('has each member that can take a call once, whatever the rule', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...RULES),
        members,
        fc.nat({ max: 8 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (rule, list, last, random) => {
          const { free, order } = ordered(rule, list, last, random);
          expect([...order].sort((a, b) => a.id.localeCompare(b.id))).toEqual(free);
        },
      ),
    );
  });

  it('is the group’s own for inOrder, and goes on behind the last member for roundRobin', () => {
    fc.assert(
      fc.property(members, fc.nat({ max: 6 }), (list, last) => {
        expect(ordered('inOrder', list).order).toEqual(list.filter(({ free }) => free));
        const position = ({ id }: MemberUse): number => (Number(id.slice(4)) + list.length * 2 - last - 1) % Math.max(1, list.length);
        const places = ordered('roundRobin', list, Math.min(last, list.length - 1)).order.map(position);
        if (last < list.length) expect(places).toEqual([...places].sort((a, b) => a - b));
      }),
    );
  });

  it('has the least loaded first for leastUsed, and the longest idle first for longestIdle', () => {
    fc.assert(
      fc.property(members, (list) => {
        const loads = ordered('leastUsed', list).order.map(({ inUse, limit }) => inUse / limit);
        expect(loads).toEqual([...loads].sort((a, b) => a - b));
        const { order } = ordered('longestIdle', list);
        const idle = order.filter(({ inUse }) => inUse === 0).map(({ lastUse }) => lastUse);
        expect(idle).toEqual([...idle].sort((a, b) => a - b));
        expect(order.slice(0, idle.length).every(({ inUse }) => inUse === 0)).toBe(true);
      }),
    );
  });

  it('gives each member its turn at random', () => {
    const list = [0, 1, 2].map((index) => ({ id: `trk_${index}`, inUse: 0, limit: 1, lastUse: 0, free: true }));
    const firsts = [0, 0.4, 0.9].map((random) => ordered('random', list, 0, random).order[0]?.id);
    expect(new Set(firsts).size).toBe(3);
  });
});

describe('the limit of a trunk', () => {
  it('is the lower of its calls and its lines', () => {
    const condition: TrunkCondition = { hasLine: true, state: 'up', stateDetail: '', inUse: 0, capacity: 2, pacedMs: 0, lastUse: 0 };
    expect(callLimit(trunkOf(0, 30), condition)).toBe(2);
    expect(callLimit(trunkOf(0, 1), condition)).toBe(1);
    expect(callLimit(trunkOf(0, 30), { ...condition, capacity: null })).toBe(30);
  });
});
