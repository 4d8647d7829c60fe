/** Lets one task at a time work on a key; the first to come begins at once, in the same turn. */
export class KeyedLock {
  readonly #held = new Map<string, Promise<unknown>>();

  async run<T>(key: string, task: () => Promise<T>): Promise<T> {
    for (let held = this.#held.get(key); held !== undefined; held = this.#held.get(key)) await held.catch(() => undefined);
    const result = task();
    this.#held.set(key, result);
    try {
      return await result;
    } finally {
      this.#held.delete(key);
    }
  }
}
