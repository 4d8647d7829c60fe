/** A timer that was set. Cancelling one that ran is allowed and does nothing. */
export interface Timer {
  cancel(): void;
}

/**
 * The only source of time in TypeScript. Wall time is for people and records and may jump; monotonic time is for durations.
 * All callbacks run on the main thread; a callback that throws is a bug and takes the process down.
 */
export interface Clock {
  /** Wall time: integer milliseconds since 1970 UTC. */
  now(): number;
  /** Milliseconds, with fractions, since an arbitrary moment; never jumps. */
  monotonic(): number;
  /** Runs `callback` once, `milliseconds` of monotonic time from now: never early. */
  after(milliseconds: number, callback: () => void): Timer;
  /** Runs `callback` every `milliseconds` of monotonic time until cancelled. */
  every(milliseconds: number, callback: () => void): Timer;
}

/** Longest delay that Node's timers take; a longer one is cut in pieces. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** The machine's clock. Node's setTimeout fires up to 1.9 ms early, hence the re-check. */
export class SystemClock implements Clock {
  now(): number {
    return Date.now();
  }

  monotonic(): number {
    return performance.now();
  }

  after(milliseconds: number, callback: () => void): Timer {
    const dueAt = performance.now() + Math.max(0, milliseconds);
    let handle: NodeJS.Timeout;
    const arm = (): void => {
      const remaining = dueAt - performance.now();
      handle = setTimeout(wake, Math.min(Math.max(0, Math.ceil(remaining)), MAX_TIMEOUT_MS));
    };
    const wake = (): void => {
      if (performance.now() < dueAt) arm();
      else callback();
    };
    arm();
    return { cancel: () => clearTimeout(handle) };
  }

  every(milliseconds: number, callback: () => void): Timer {
    const handle = setInterval(callback, milliseconds);
    return { cancel: () => clearInterval(handle) };
  }
}

/** Resolves after `milliseconds`, or rejects with the signal's reason when it is aborted first. */
export function delay(clock: Clock, milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(signal.reason as Error);
      return;
    }
    const onAbort = (): void => {
      timer.cancel();
      reject(signal?.reason as Error);
    };
    const timer = clock.after(milliseconds, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
