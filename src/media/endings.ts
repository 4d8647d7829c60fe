import type { Handle } from '../../native/addon/addon.js';

/** Promises of the one terminal event that each native object sends. */
export class Endings<T> {
  readonly #waiting = new Map<Handle, (end: T) => void>();

  /** An object was created: resolves with its end. */
  begin(handle: Handle): Promise<T> {
    return new Promise((resolve) => this.#waiting.set(handle, resolve));
  }

  /** Its terminal event came; objects of others are left alone. */
  end(handle: Handle, end: T): void {
    this.#waiting.get(handle)?.(end);
    this.#waiting.delete(handle);
  }
}
