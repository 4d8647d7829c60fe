import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { DuePosition } from '../../store/index.js';
import { comparePositions } from './entry.js';
import { EntryHeap } from './entry-heap.js';

const position = fc.record({
  dueAt: fc.integer({ min: 0, max: 5 }),
  priority: fc.integer({ min: 0, max: 2 }),
  id: fc.string({ minLength: 1, maxLength: 2 }),
});
const step = fc.oneof(
  { weight: 3, arbitrary: position.map((entry) => ({ do: 'push' as const, entry })) },
  { weight: 1, arbitrary: position.map(({ id }) => ({ do: 'remove' as const, id })) },
  { weight: 1, arbitrary: fc.constant({ do: 'pop' as const }) },
);

describe('the heap of entries', () => {
  it('does what a sorted list does, whatever is pushed, removed and popped', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const heap = new EntryHeap<DuePosition>();
        let list: DuePosition[] = [];
        for (const action of steps) {
          switch (action.do) {
            case 'push':
              heap.push(action.entry);
              list = [...list.filter(({ id }) => id !== action.entry.id), action.entry].sort(comparePositions);
              break;
            case 'remove':
              expect(heap.remove(action.id)).toEqual(list.find(({ id }) => id === action.id) ?? null);
              list = list.filter(({ id }) => id !== action.id);
              break;
            case 'pop':
              expect(heap.pop()).toEqual(list.shift() ?? null);
          }
          expect(heap.peek()).toEqual(list[0] ?? null);
          expect(heap.size).toBe(list.length);
        }
      }),
    );
  });
});
