import { beforeEach, describe, expect, it } from 'vitest';

import { MemoryTables } from '../../../../test/support/memory-tables.js';
import { ScriptedLine } from '../../../../test/support/scripted-line.js';
import { BranchlineError, SteppedClock, silentLogger } from '../../../core/index.js';
import type { Address } from '../../address.js';
import { LiveLegs } from '../../calls/index.js';
import { TrunkDirectory, type TrunkGroupInput, type TrunkInput } from '../index.js';

const MOBILE: Address = { kind: 'number', e164: '+447700900123' };
const OFFICE: Address = { kind: 'number', e164: '+441632960200' };

let clock: SteppedClock;
let tables: MemoryTables;
let sip: ScriptedLine;
let trunks: TrunkDirectory;

function newDirectory(): TrunkDirectory {
  return new TrunkDirectory({ store: tables.store, clock, logger: silentLogger, lines: [sip], live: new LiveLegs(), country: 'GB' });
}

beforeEach(() => {
  clock = new SteppedClock();
  tables = new MemoryTables();
  sip = new ScriptedLine(clock, 'sip');
  trunks = newDirectory();
});

async function trunk(name: string, more: Partial<TrunkInput> = {}): Promise<string> {
  return (await trunks.create({ name, kind: 'sip', address: '192.0.2.7:5070', ...more })).id;
}

async function problemsOf(action: Promise<unknown>): Promise<readonly string[]> {
  const error: unknown = await action.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof BranchlineError)) throw new Error('was accepted');
  return error.problems.map(({ path }) => path);
}

function chosen(to: Address = MOBILE): readonly string[] {
  return trunks.select(to).candidates.map((route) => `${route.group?.name ?? '-'}/${route.trunk.name}`);
}

/** Somebody calls in on a trunk. */
function callIn(trunkId: string): void {
  trunks.noteLeg(sip.call(MOBILE, { trunkId }).leg);
}

describe('a trunk group', () => {
  it('has defaults, is changed, and is there after a restart', async () => {
    const [one, two] = [await trunk('one'), await trunk('two')];
    const group = await trunks.groups.create({ name: ' lines ', members: [two, one] });
    expect(group).toMatchObject({
      name: 'lines',
      members: [two, one],
      rule: 'inOrder',
      prefixes: [],
      priority: 10,
      reserveInbound: 0,
      failover: null,
    });
    await trunks.groups.update(group.id, { reserveInbound: 1, failover: { causes: [34] } });
    const after = newDirectory();
    after.start();
    expect(after.groups.get(group.id)).toEqual({ ...group, reserveInbound: 1, failover: { causes: [34], sipStatuses: [] } });
  });

  it.each<[Partial<TrunkGroupInput>, readonly string[]]>([
    [{ name: ' ' }, ['/name']],
    [{ members: ['trk_nobody'] }, ['/members/0']],
    [{ prefixes: ['0770'] }, ['/prefixes/0']],
    [{ priority: -1, reserveInbound: 1.5 }, ['/priority', '/reserveInbound']],
    [{ failover: { causes: [34, 17, 0, 128] } }, ['/failover/causes/1', '/failover/causes/2', '/failover/causes/3']],
    [{ failover: { sipStatuses: [503, 486, 603, 200] } }, ['/failover/sipStatuses/1', '/failover/sipStatuses/2', '/failover/sipStatuses/3']],
  ])('is refused with %j, and each place is named', async (wrong, paths) => {
    await trunk('one');
    expect(await problemsOf(trunks.groups.create({ name: 'lines', ...wrong }))).toEqual(paths);
    expect(tables.groupRows.size).toBe(0);
  });

  it('names a member once', async () => {
    const one = await trunk('one');
    expect(await problemsOf(trunks.groups.create({ name: 'lines', members: [one, one] }))).toEqual(['/members/1']);
  });

  it('has a name of its own, whatever its case', async () => {
    await trunks.groups.create({ name: 'lines' });
    await expect(trunks.groups.create({ name: 'Lines' })).rejects.toThrow('choose another name');
  });

  it('is refused with the member that is deleted while it is kept', async () => {
    const one = await trunk('one');
    const deletion = trunks.delete(one);
    const creation = trunks.groups.create({ name: 'lines', members: [one] });
    await deletion;
    expect(await problemsOf(creation)).toEqual(['/members/0']);
  });

  it('loses a trunk that is deleted, and says when it has none left', async () => {
    const [one, two] = [await trunk('one'), await trunk('two')];
    const { id } = await trunks.groups.create({ name: 'lines', members: [one, two] });
    await trunks.delete(one);
    expect(trunks.groups.get(id)?.members).toEqual([two]);
    expect(chosen()).toEqual(['lines/two']);
    await trunks.delete(two);
    expect(trunks.whyNoLine(MOBILE)).toBe('lines: has no trunks');
    expect(trunks.groupState(await trunks.groups.update(id, {}))).toEqual({ state: 'empty', inUse: 0, free: 0 });
  });

  it('gives its members back to their own prefixes and priority when it is deleted', async () => {
    const one = await trunk('one');
    const { id } = await trunks.groups.create({ name: 'lines', members: [one], prefixes: ['+1'] });
    expect(chosen()).toEqual([]);
    await trunks.groups.delete(id);
    expect(chosen()).toEqual(['-/one']);
    await expect(trunks.groups.delete(id)).rejects.toThrow('There is no trunk group');
  });
});

describe('choosing among groups and single trunks', () => {
  it('goes by prefix, then priority, then name', async () => {
    const [one, two, three] = [await trunk('one'), await trunk('two'), await trunk('three')];
    await trunk('single', { prefixes: ['+4477'], priority: 5 });
    await trunks.groups.create({ name: 'any', members: [one] });
    await trunks.groups.create({ name: 'mobiles', members: [two], prefixes: ['+4477'], priority: 4 });
    await trunks.groups.create({ name: 'very mobile', members: [three], prefixes: ['+447700'], priority: 100 });
    expect(chosen()).toEqual(['very mobile/three', 'mobiles/two', '-/single', 'any/one']);
    expect(chosen(OFFICE)).toEqual(['any/one']);
  });

  it('takes a group without prefixes to be as specific as its members, which carry only what they carry', async () => {
    const [uk, other] = [await trunk('uk', { prefixes: ['+44'] }), await trunk('other', { prefixes: ['+1'] })];
    await trunk('any', { priority: 1 });
    await trunks.groups.create({ name: 'lines', members: [other, uk] });
    expect(chosen()).toEqual(['lines/uk', '-/any']);
    expect(trunks.select(MOBILE).skipped).toMatchObject([{ trunkName: 'other', reason: 'notThisNumber' }]);
  });

  it('uses a trunk of two groups once, by the better one', async () => {
    const [one, two] = [await trunk('one'), await trunk('two')];
    await trunks.groups.create({ name: 'first', members: [one], priority: 1 });
    await trunks.groups.create({ name: 'second', members: [two, one], priority: 2 });
    expect(chosen()).toEqual(['first/one', 'second/two']);
  });

  it('finds the trunk at a SIP address inside its group', async () => {
    const there = await trunk('there', { address: 'sip.example.com', prefixes: ['+1'] });
    await trunk('any');
    await trunks.groups.create({ name: 'lines', members: [there], prefixes: ['+44'], priority: 100 });
    expect(chosen({ kind: 'sip', uri: 'sip:anna@sip.example.com' })).toEqual(['lines/there', '-/any']);
  });

  it('goes round, past a member that cannot take a call', async () => {
    const members = [await trunk('a'), await trunk('b'), await trunk('c')];
    await trunks.groups.create({ name: 'lines', members, rule: 'roundRobin' });
    const seize = (): string => {
      const route = trunks.select(MOBILE).candidates[0];
      if (route === undefined) throw new Error('no trunk');
      trunks.noteSeizure(route);
      return route.trunk.name;
    };
    expect([seize(), seize()]).toEqual(['a', 'b']);
    await trunks.update(members[2] ?? '', { enabled: false });
    await clock.advance(1000);
    expect([seize(), seize()]).toEqual(['a', 'b']);
  });
});

describe('lines kept for inbound calls', () => {
  it('are left free by calls out, of this group or another', async () => {
    const [one, two] = [await trunk('one', { maxCalls: 2 }), await trunk('two', { maxCalls: 1 })];
    const lines = await trunks.groups.create({ name: 'lines', members: [one, two], reserveInbound: 2 });
    await trunks.groups.create({ name: 'other', members: [one], priority: 20 });
    expect(chosen()).toEqual(['lines/one', 'lines/two']);
    callIn(one);
    expect(trunks.groupState(lines)).toEqual({ state: 'up', inUse: 1, free: 2 });
    expect(chosen()).toEqual([]);
    expect(trunks.whyNoLine(MOBILE)).toBe('lines: keeps 2 free for inbound calls (2 are)');
  });

  it('are counted among lines on which a call could come in', async () => {
    const [one, two] = [await trunk('one', { maxCalls: 1 }), await trunk('two', { maxCalls: 5 })];
    await trunks.groups.create({ name: 'lines', members: [one, two], reserveInbound: 1 });
    sip.states.set(two, { state: 'down', detail: 'OPTIONS unanswered' });
    expect(chosen()).toEqual([]);
    expect(trunks.whyNoLine(MOBILE)).toBe('lines: keeps 1 free for inbound calls (1 are); lines, two: is down (OPTIONS unanswered)');
  });
});
