import { setPriority } from 'node:os';

/**
 * Lets this process go before others where the system allows it: a test that takes the times of packets, or sends audio, must not be late itself.
 * Call it after the service was started, which would inherit it.
 */
export function raisePriority(): void {
  try {
    setPriority(-15);
  } catch {
    // Not allowed: then the machine had better be idle.
  }
}
