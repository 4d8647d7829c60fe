import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { newLineIdentity, type IncomingLeg, type Leg } from '../../src/telephony/index.js';
import { openSteppedCard, type SteppedCard } from '../support/stepped-card.js';

const CLI = { presentation: 'unavailable', screening: 'unscreened' } as const;

let world: SteppedCard;
let dialled = 0;

beforeEach(() => {
  world = openSteppedCard();
});
afterEach(() => world.close());

function dial(): Leg {
  dialled += 1;
  return world.line.dial({
    legId: `leg_${dialled}`,
    trunk: world.trunk,
    to: { kind: 'number', e164: '+441632960200' },
    cli: { network: CLI, presentation: CLI },
    identity: newLineIdentity(),
  });
}

async function callIn(channel: number): Promise<readonly IncomingLeg[]> {
  const offered: IncomingLeg[] = [];
  const off = world.line.onIncoming((incoming) => offered.push(incoming));
  world.card.callIn(channel, '205');
  await world.pass(3000);
  off();
  return offered;
}

describe('an analogue line out of service', () => {
  it('lets its call go on, and gets no new one', async () => {
    const leg = dial();
    expect(leg.details.channel).toBe(4);
    await world.pass(8000);
    expect(leg.state).toBe('answered');
    world.line.setOutOfService(new Set([4, 3]));
    expect(dial().details.channel).toBe(2);
    expect(world.line.trunkState(world.trunk.id)).toMatchObject({ state: 'up', detail: '3 of 4 lines work, 2 out of service', capacity: 3 });
    await world.pass(2000);
    expect(leg.state).toBe('answered');
    leg.clear(16);
    await world.pass(2000);
    expect(world.line.trunkState(world.trunk.id)).toMatchObject({ detail: '2 of 4 lines work, 2 out of service', capacity: 2 });
  });

  it('makes its trunk down where all are', async () => {
    const states: string[] = [];
    world.line.onTrunkState(({ state }) => states.push(state));
    world.line.setOutOfService(new Set([1, 2, 3, 4]));
    world.line.setOutOfService(new Set());
    expect(states).toEqual(['down', 'up']);
  });

  it('does not answer who calls in on it', async () => {
    world.line.setOutOfService(new Set([1]));
    expect(await callIn(1)).toEqual([]);
    expect(await callIn(2)).toHaveLength(1);
  });

  it('is no extension that can be called', async () => {
    world.line.setOutOfService(new Set([5]));
    const leg = world.line.dial({
      legId: 'leg_ext',
      trunk: { ...world.trunk, id: 'trk_extensions' },
      to: { kind: 'extension', extension: '201' },
      cli: { network: CLI, presentation: CLI },
      identity: newLineIdentity(),
    });
    await world.pass(100);
    expect(leg.end).toMatchObject({ q850: 38, sent: false, detail: 'Extension 201 is out of service' });
  });
});
