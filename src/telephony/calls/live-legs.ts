import type { Leg } from '../leg.js';

/**
 * The legs that live, by trunk. What is "in use" is counted from the legs themselves, so that no count can leak: a leg leaves when it ends, and one that has
 * ended is never counted.
 */
export class LiveLegs {
  readonly #byTrunk = new Map<string, Set<Leg>>();

  /** Takes a leg up; a second time does nothing. */
  add(leg: Leg): void {
    const { trunkId } = leg.details;
    if (trunkId === null || leg.end !== null) return;
    const legs = this.#byTrunk.get(trunkId) ?? new Set();
    if (legs.has(leg)) return;
    this.#byTrunk.set(trunkId, legs.add(leg));
    leg.events.once('ended', () => legs.delete(leg));
  }

  ofTrunk(trunkId: string): number {
    let count = 0;
    for (const leg of this.#byTrunk.get(trunkId) ?? []) if (leg.end === null) count += 1;
    return count;
  }
}
