import { expect, it } from 'vitest';

import { type Cli, newLineIdentity } from '../../src/telephony/index.js';
import { openSteppedCard } from '../support/stepped-card.js';

const LONGEST_SECONDS = 7;
const CLI: Cli = { presentation: 'unavailable', screening: 'unscreened' };

it("a trunk's rules hold for the calls on its lines, and are gone when the trunk has none any more", async () => {
  const world = openSteppedCard();
  const howCallEnds = async (name: string): Promise<string> => {
    const ends: string[] = [];
    const leg = world.line.dial({
      legId: `leg_${name}`,
      trunk: world.trunk,
      to: { kind: 'number', e164: '+441632960208' },
      cli: { network: CLI, presentation: CLI },
      identity: newLineIdentity(),
    });
    leg.events.on('ended', ({ detail }) => ends.push(detail));
    await world.pass(18_000);
    leg.clear(16, 0);
    await world.pass(2000);
    return ends.join();
  };
  const rules = { absoluteLimitSeconds: LONGEST_SECONDS };
  expect(await howCallEnds('before')).toBe('');
  world.line.useTrunk({ ...world.trunk, analogue: { channels: [1, 2, 3, 4], serviceNumber: null, line: rules } });
  expect(await howCallEnds('with')).toBe('the longest time that a call may last');
  world.line.useTrunk(world.trunk);
  expect(await howCallEnds('after')).toBe('');
  await world.close();
});
