import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { MemoryTables } from '../../../test/support/memory-tables.js';
import { ScriptedLine } from '../../../test/support/scripted-line.js';
import { SteppedClock, silentLogger } from '../../core/index.js';
import { LiveLegs } from '../calls/index.js';
import type { Cli } from '../cli.js';
import type { LineKind } from '../leg.js';
import type { Destination } from '../ports/dialling.js';
import { TrunkDirectory } from '../trunks/index.js';
import { TrunkDialler } from './index.js';
import { notCarried } from './not-carried.js';

const LINES: readonly LineKind[] = ['sip', 'isdn', 'analogue'];

const cli: fc.Arbitrary<Cli> = fc.record(
  {
    number: fc.constantFrom('+441632960100', '+441632960150'),
    name: fc.constantFrom('Anna', 'Office'),
    presentation: fc.constantFrom('allowed', 'restricted', 'unavailable'),
    screening: fc.constantFrom('network', 'unscreened'),
  },
  { requiredKeys: ['presentation', 'screening'] },
);
const destination: fc.Arbitrary<Destination> = fc.record(
  {
    to: fc.constantFrom('+447700900123', '+441632960200').map((e164) => ({ kind: 'number' as const, e164 })),
    cli: fc.record({ network: cli, presentation: cli }),
    diversion: fc.constant('+441632960199'),
    ringSeconds: fc.integer({ min: 1, max: 60 }),
  },
  { requiredKeys: ['to', 'cli', 'ringSeconds'] },
);

/** A directory with one trunk, over a line of the kind; its record is put there as a start finds it. */
function directoryOver(line: ScriptedLine, clock: SteppedClock): TrunkDirectory {
  const tables = new MemoryTables();
  const common = {
    name: 'line',
    enabled: true,
    prefixes: [],
    priority: 1,
    maxCalls: 30,
    callsPerSecond: 200,
    sip: null,
    analogue: null,
    isdn: null,
    createdAt: 0,
  };
  tables.trunkRows.set('trk_1', { id: 'trk_1', kind: line.kind, ...common });
  const directory = new TrunkDirectory({ store: tables.store, clock, logger: silentLogger, lines: [line], live: new LiveLegs(), country: 'GB' });
  directory.start();
  return directory;
}

describe('calls one after the other over one line', () => {
  it.each(LINES)('ask of a line of kind %s for their own settings and nobody else’s', async (kind) => {
    await fc.assert(
      fc.asyncProperty(fc.array(destination, { minLength: 2, maxLength: 6 }), async (calls) => {
        const clock = new SteppedClock();
        const line = new ScriptedLine(clock, kind);
        const trunks = directoryOver(line, clock);
        const dialler = new TrunkDialler({ trunks, clock, logger: silentLogger });
        for (const call of calls) {
          const result = dialler.dial(call);
          await clock.advance(0);
          const { legId, trunk, identity, ...asked } = line.last.request ?? {};
          expect({ ...asked, ringSeconds: call.ringSeconds }).toEqual(call);
          expect(line.last.leg.details).toMatchObject({ to: call.to, cli: call.cli });
          line.last.seize();
          line.last.ring();
          await clock.advance(call.ringSeconds * 1000 - 1);
          expect(line.last.commands).toEqual([]);
          await clock.advance(1);
          expect(line.last.commands).toEqual([{ do: 'clear', q850: 19, sipStatus: 0 }]);
          expect((await result).tries[0]?.notCarried).toEqual(notCarried({ kind }, call));
          expect([legId, trunk?.id, typeof identity]).toEqual([line.last.leg.id, 'trk_1', 'object']);
        }
      }),
      { numRuns: 40 },
    );
  });
});
