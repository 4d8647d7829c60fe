import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { BranchlineError, Emitter, errorCodes, newId, SerialQueue, SteppedClock } from './index.js';

describe('an error', () => {
  const codes = errorCodes(7, { bad: [3, 'user'] });

  it('ends its message with its code', () => {
    const error = new BranchlineError(codes.bad, 'Give a number', { problems: [{ path: '/n', message: 'is missing' }] });
    expect(error.message).toBe('Give a number (BL7003)');
    expect(error).toMatchObject({ code: { id: 'BL7003', name: 'bad', kind: 'user' }, problems: [{ path: '/n' }] });
  });
});

describe('an id', () => {
  it('sorts by the time it was made', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e12 }), fc.integer({ min: 1, max: 1e9 }), (at, later) => {
        const first = newId('req', new SteppedClock(at));
        const second = newId('req', new SteppedClock(at + later));
        expect(first < second).toBe(true);
        expect(first).toMatch(/^req_[0-9a-hjkmnp-tv-z]{26}$/);
      }),
    );
  });

  it('is not given twice, and sorts after those made before it in the same millisecond', () => {
    const clock = new SteppedClock();
    const ids = Array.from({ length: 10_000 }, () => newId('leg', clock));
    expect(new Set(ids).size).toBe(10_000);
    expect(ids.toSorted()).toEqual(ids);
  });
});

describe('an emitter', () => {
  it('goes on to the next listener when one throws', () => {
    const errors: unknown[] = [];
    const emitter = new Emitter<{ said: string }>((error) => errors.push(error));
    const heard: string[] = [];
    emitter.on('said', () => {
      throw new Error('deaf');
    });
    emitter.on('said', (text) => heard.push(text));
    emitter.emit('said', 'hello');
    expect(heard).toEqual(['hello']);
    expect(errors).toHaveLength(1);
  });

  it('tells a once-listener once and a cancelled one nothing', () => {
    const emitter = new Emitter<{ said: string }>();
    const heard: string[] = [];
    emitter.once('said', (text) => heard.push(`once ${text}`));
    const off = emitter.on('said', (text) => heard.push(text));
    emitter.emit('said', 'a');
    off();
    emitter.emit('said', 'b');
    expect(heard).toEqual(['once a', 'a']);
  });
});

describe('a serial queue', () => {
  it('runs one task after another, also after one that failed', async () => {
    const queue = new SerialQueue();
    const ran: string[] = [];
    const failing = queue.add(async () => {
      ran.push('first begins');
      await Promise.resolve();
      ran.push('first ends');
      throw new Error('no');
    });
    const second = queue.add(async () => {
      ran.push('second');
    });
    await expect(failing).rejects.toThrow('no');
    await second;
    await queue.idle();
    expect(ran).toEqual(['first begins', 'first ends', 'second']);
  });
});
