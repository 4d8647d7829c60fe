import type { DuePosition } from '../../store/index.js';
import { comparePositions } from './entry.js';

/** A binary heap in the order of dialling, which also finds and removes by id. Each operation costs O(log n). */
export class EntryHeap<E extends DuePosition> {
  readonly #entries: E[] = [];
  readonly #indexes = new Map<string, number>();

  get size(): number {
    return this.#entries.length;
  }

  has(id: string): boolean {
    return this.#indexes.has(id);
  }

  get(id: string): E | null {
    const index = this.#indexes.get(id);
    return index === undefined ? null : (this.#entries[index] ?? null);
  }

  peek(): E | null {
    return this.#entries[0] ?? null;
  }

  /** Adds an entry; one with the same id is replaced. */
  push(entry: E): void {
    this.remove(entry.id);
    this.#entries.push(entry);
    this.#indexes.set(entry.id, this.#entries.length - 1);
    this.#rise(this.#entries.length - 1);
  }

  pop(): E | null {
    const first = this.peek();
    return first === null ? null : this.remove(first.id);
  }

  remove(id: string): E | null {
    const index = this.#indexes.get(id);
    if (index === undefined) return null;
    const removed = this.#at(index);
    this.#swap(index, this.#entries.length - 1);
    this.#entries.pop();
    this.#indexes.delete(id);
    if (index < this.#entries.length) {
      this.#sink(index);
      this.#rise(index);
    }
    return removed;
  }

  /** In no particular order. */
  values(): Iterable<E> {
    return this.#entries;
  }

  clear(): void {
    this.#entries.length = 0;
    this.#indexes.clear();
  }

  #rise(start: number): void {
    let index = start;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (comparePositions(this.#at(parent), this.#at(index)) <= 0) return;
      this.#swap(parent, index);
      index = parent;
    }
  }

  #sink(start: number): void {
    let index = start;
    for (;;) {
      const child = this.#smallerChild(index);
      if (child === null || comparePositions(this.#at(index), this.#at(child)) <= 0) return;
      this.#swap(index, child);
      index = child;
    }
  }

  #smallerChild(index: number): number | null {
    const left = index * 2 + 1;
    const right = left + 1;
    if (left >= this.#entries.length) return null;
    if (right >= this.#entries.length) return left;
    return comparePositions(this.#at(left), this.#at(right)) <= 0 ? left : right;
  }

  #swap(a: number, b: number): void {
    const entryA = this.#at(a);
    const entryB = this.#at(b);
    this.#entries[a] = entryB;
    this.#entries[b] = entryA;
    this.#indexes.set(entryA.id, b);
    this.#indexes.set(entryB.id, a);
  }

  #at(index: number): E {
    return this.#entries[index] as E;
  }
}
