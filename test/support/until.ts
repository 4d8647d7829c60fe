/** What a wait needs to know: what it is for, how long it may take and how often to look. */
export interface Wait {
  /** For the error: "the call has ended". */
  readonly what: string;
  readonly timeoutMs?: number;
  readonly everyMs?: number;
}

/**
 * Reads until what is read is accepted, and answers it. Fails at its deadline with the last thing that was read, or the last error of reading.
 */
export async function eventually<T>(read: () => T | Promise<T>, accepts: (value: T) => boolean, wait: Wait): Promise<T> {
  const { what, timeoutMs = 10_000, everyMs = 20 } = wait;
  const deadline = performance.now() + timeoutMs;
  let last: unknown;
  do {
    try {
      const value = await read();
      if (accepts(value)) return value;
      last = value;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  } while (performance.now() < deadline);
  const seen = last instanceof Error ? (last.stack ?? last.message) : (JSON.stringify(last)?.slice(0, 3000) ?? 'nothing');
  throw new Error(`Not within ${timeoutMs} ms: ${what}. Last: ${seen}`, { cause: last });
}

/** Waits until a condition holds. */
export async function until(condition: () => boolean | Promise<boolean>, wait: Wait): Promise<void> {
  await eventually(condition, (holds) => holds, wait);
}
