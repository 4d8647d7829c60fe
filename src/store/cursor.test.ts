import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openTestStore, type TestStore } from '../../test/support/store.js';
import { decodeCursor, encodeCursor } from './cursor.js';

let test: TestStore;
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test.remove());

describe('a cursor', () => {
  it('comes back as the key it was made of', () => {
    expect(decodeCursor('calls', encodeCursor('calls', [5, 'call_1']), [0, ''])).toEqual([5, 'call_1']);
  });

  it.each([
    ['nothing', ''],
    ['nonsense', 'nonsense!'],
    ['another list', encodeCursor('plans', [5, 'call_1'])],
    ['too few parts', encodeCursor('calls', [5])],
    ['parts of another type', encodeCursor('calls', ['5', 'call_1'])],
    ['a number that is none', Buffer.from('["calls",1e999,"x"]').toString('base64url')],
    ['another kind of JSON', Buffer.from('{"a":1}').toString('base64url')],
  ])('of %s is refused, with what to do', (_, after) => {
    expect(() => decodeCursor('calls', after, [0, ''])).toThrow(/pass the "after" of the page before.*\(BL3007\)$/u);
  });

  it('that a list did not hand out is refused by the list', () => {
    expect(() => test.store.scheduledCalls.list({ accountIds: ['acc_root'] }, { limit: 5, after: 'x' })).toThrow('BL3007');
    expect(() => test.store.accounts.list([], { limit: 5, after: 'x' })).toThrow('BL3007');
  });

  it('belongs to a page of a size that is possible', () => {
    expect(() => test.store.plans.list(['acc_root'], { limit: 0 })).toThrow('1 to 1000 are possible');
    expect(() => test.store.plans.list(['acc_root'], { limit: 1001 })).toThrow('1 to 1000 are possible');
  });
});
