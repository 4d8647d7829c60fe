import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { silentLogger } from '../../src/core/index.js';
import { CallRegistry, type CliPair, type DialResult, LiveLegs, TrunkDialler, TrunkDirectory } from '../../src/telephony/index.js';
import { MemoryTables } from '../support/memory-tables.js';
import { type SteppedCard, openSteppedCard } from '../support/stepped-card.js';

const OWN = { number: '+441632960100', presentation: 'allowed', screening: 'network' } as const;
const CLI: CliPair = { network: OWN, presentation: OWN };

let world: SteppedCard;
let tables: MemoryTables;
let trunks: TrunkDirectory;
let dialler: TrunkDialler;
let registry: CallRegistry;

beforeEach(() => {
  world = openSteppedCard();
  tables = new MemoryTables();
  const { clock, line } = world;
  const live = new LiveLegs();
  trunks = new TrunkDirectory({ store: tables.store, clock, logger: silentLogger, lines: [line], live, country: 'GB' });
  dialler = new TrunkDialler({ trunks, clock, logger: silentLogger });
  registry = new CallRegistry({ store: tables.store, clock, logger: silentLogger, live });
});

afterEach(() => world.close());

async function dial(key: string, ringSeconds = 30): Promise<DialResult> {
  const call = registry.open({
    id: `call_${key}`,
    accountId: 'acc_1',
    origin: 'scheduled',
    serviceNumberId: null,
    serviceNumber: OWN.number,
    requestId: null,
    attemptId: null,
    presentationNumber: null,
  });
  const dialling = dialler.dial({ to: { kind: 'number', e164: `+441632960${key}` }, cli: CLI, ringSeconds, onLeg: (leg) => call.addLeg(leg, 167) });
  const ended = new AbortController();
  void dialling.then(() => ended.abort());
  for (let waited = 0; waited < 90_000 && !ended.signal.aborted; waited += 20) await world.pass(20);
  return dialling;
}

describe('dialling over the card', () => {
  it.each([
    ['200', 'answered', 16],
    ['201', 'busy', 17],
    ['202', 'noAnswer', 19],
    ['203', 'busy', 17],
    ['204', 'unobtainable', 1],
    ['209', 'congestion', 34],
  ] as const)('%s ends as %s, with cause %i in its record', async (key, outcome, cause) => {
    await trunks.create({ name: 'lines', kind: 'analogue', channels: [1, 2] });
    const result = await dial(key);
    expect(result).toMatchObject({
      outcome,
      q850: cause,
      tries: [{ trunkName: 'lines', sent: true, notCarried: ['networkCli', 'presentationCli'] }],
    });
    result.leg?.clear(16);
    await world.pass(1000);
    expect(tables.cdrRows).toMatchObject([{ callType: 167, to: `+441632960${key}`, clearDown: cause }]);
  });

  it('tries the next trunk after congestion, and says so', async () => {
    await trunks.create({ name: 'first', kind: 'analogue', channels: [1], priority: 1 });
    await trunks.create({ name: 'second', kind: 'analogue', channels: [2], priority: 2 });
    const { outcome, tries } = await dial('209');
    expect(outcome).toBe('congestion');
    expect(tries.map(({ trunkName, q850, inferred }) => [trunkName, q850, inferred])).toEqual([
      ['first', 34, true],
      ['second', 34, true],
    ]);
    // Records of a call are written together, some 200 ms after the first of them.
    await world.pass(500);
    expect(tables.cdrRows).toHaveLength(2);
  });

  it('clears a party that rings too long, and frees the line', async () => {
    const trunk = await trunks.create({ name: 'lines', kind: 'analogue', channels: [1] });
    const startedAt = world.clock.now();
    expect((await dial('202', 10)).outcome).toBe('noAnswer');
    expect(world.clock.now() - startedAt).toBeLessThan(11_000);
    await world.pass(1000);
    expect(trunks.state(trunk.id)?.inUse).toBe(0);
    expect(trunks.whyNoLine({ kind: 'number', e164: '+441632960200' })).toBeNull();
  });
});
