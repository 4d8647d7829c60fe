import type { Unsubscribe } from '../../core/index.js';
import type { Leg } from '../leg.js';

/**
 * The legs that live, by trunk. What is "in use" is counted from the legs themselves, so that no count can leak: a leg leaves when it ends, and one that has
 * ended is never counted.
 */
export class LiveLegs {
  readonly #byTrunk = new Map<string, Set<Leg>>();
  readonly #lastUses = new Map<string, number>();
  readonly #seen = new WeakSet<Leg>();
  readonly #listeners = new Set<(leg: Leg) => void>();
  #uses = 0;

  /** Told of each leg of a call, once, when it is taken up. */
  onLeg(listener: (leg: Leg) => void): Unsubscribe {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Takes a leg up; a second time does nothing. */
  add(leg: Leg): void {
    if (this.#seen.has(leg)) return;
    this.#seen.add(leg);
    for (const listener of this.#listeners) listener(leg);
    const { trunkId } = leg.details;
    if (trunkId === null || leg.end !== null) return;
    const legs = this.#byTrunk.get(trunkId) ?? new Set();
    this.#byTrunk.set(trunkId, legs.add(leg));
    this.#noteUse(trunkId);
    leg.events.once('ended', () => {
      legs.delete(leg);
      this.#noteUse(trunkId);
    });
  }

  /** Rises with each leg of any trunk that began or ended: the trunk with the lowest has been idle longest. 0: never used. */
  lastUse(trunkId: string): number {
    return this.#lastUses.get(trunkId) ?? 0;
  }

  ofTrunk(trunkId: string): number {
    let count = 0;
    for (const leg of this.#byTrunk.get(trunkId) ?? []) if (leg.end === null) count += 1;
    return count;
  }

  #noteUse(trunkId: string): void {
    this.#uses += 1;
    this.#lastUses.set(trunkId, this.#uses);
  }
}
