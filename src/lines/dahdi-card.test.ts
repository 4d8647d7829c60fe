import { describe, expect, it } from 'vitest';

import type { ChannelInfo } from '../../native/addon/addon.js';
import { type Logger, type Native, SteppedClock } from '../core/index.js';
import { DahdiCard } from './dahdi-card.js';

const CHANNEL: ChannelInfo = { channel: 1, kind: 'fxo', name: 'TEST/1', span: 1, timeslot: 1 };
const logger: Logger = { trace: ignore, debug: ignore, info: ignore, warn: ignore, error: ignore, child: () => logger };

function ignore(): void {
  // Nobody reads the log of a test.
}

/** An engine whose driver has what the test says. */
class Machine {
  readonly clock = new SteppedClock();
  channels: readonly ChannelInfo[] = [];
  readonly asked: (readonly number[])[] = [];
  readonly taken: (readonly ChannelInfo[])[] = [];
  readonly card = new DahdiCard({
    native: { engine: { cardStartDahdi: ({ spans }: { readonly spans: readonly number[] }) => this.#answer(spans) } } as unknown as Native,
    clock: this.clock,
    logger,
    spans: [2],
    onChannels: (channels) => this.taken.push(channels),
  });

  #answer(spans: readonly number[]): readonly ChannelInfo[] {
    this.asked.push(spans);
    return this.channels;
  }
}

describe('a real card', () => {
  it('that is there is in service at once', async () => {
    const machine = new Machine();
    machine.channels = [CHANNEL];
    machine.card.start();
    expect(machine.taken).toEqual([[CHANNEL]]);
    expect(machine.card.finding).toBe('');
    await machine.clock.advance(60_000);
    expect(machine.asked).toEqual([[2]]);
  });

  it('that is missing says what to do, and is taken up once when it comes', async () => {
    const machine = new Machine();
    machine.card.start();
    expect(machine.card.finding).toContain('branchline card apply');
    await machine.clock.advance(12_000);
    expect(machine.asked.length).toBe(3);
    machine.channels = [CHANNEL];
    await machine.clock.advance(20_000);
    expect(machine.taken).toEqual([[CHANNEL]]);
    expect(machine.card.finding).toBe('');
    expect(machine.asked.length).toBe(4);
  });

  it('is waited for no more after the stop', async () => {
    const machine = new Machine();
    machine.card.start();
    machine.card.stop();
    await machine.clock.advance(60_000);
    expect(machine.asked.length).toBe(1);
  });
});
