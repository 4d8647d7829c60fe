import type { Clock } from '../../core/index.js';
import type { Leg, LegEnd } from '../leg.js';

/** How one try ended, as its effort sees it. `end` is null where the line has not said in time that the leg we cleared is gone. */
export type TryVerdict =
  | { readonly kind: 'answered' }
  | { readonly kind: 'ended'; readonly end: LegEnd }
  | { readonly kind: 'ringTimeout'; readonly end: LegEnd | null }
  | { readonly kind: 'cancelled'; readonly end: LegEnd | null };

/** How long a leg that we cleared may take to end before its effort goes on without it. */
const CLEARING_MS = 5000;

const NORMAL_CLEARING = 16;
const NO_ANSWER = 19;

/**
 * Follows an outgoing leg until it is answered, ends, has rung for `ringSeconds` (counted from the seizure of the line) or `signal` is aborted; in the last two
 * cases it clears the leg. An answer that crosses our clearing changes nothing: it is cleared again.
 */
export function followTry(leg: Leg, ringSeconds: number, clock: Clock, signal?: AbortSignal): Promise<TryVerdict> {
  return new Promise((resolve) => {
    let stopping: 'ringTimeout' | 'cancelled' | null = null;
    const finish = (verdict: TryVerdict): void => {
      timer.cancel();
      signal?.removeEventListener('abort', onAbort);
      for (const off of subscriptions) off();
      resolve(verdict);
    };
    const stop = (why: 'ringTimeout' | 'cancelled'): void => {
      if (stopping !== null) return;
      stopping = why;
      timer.cancel();
      timer = clock.after(CLEARING_MS, () => finish({ kind: why, end: null }));
      clear();
    };
    const clear = (): void => leg.clear(stopping === 'ringTimeout' ? NO_ANSWER : NORMAL_CLEARING);
    const startRinging = (): void => {
      timer.cancel();
      timer = clock.after(ringSeconds * 1000, () => stop('ringTimeout'));
    };
    const onAbort = (): void => stop('cancelled');
    const onEnd = (end: LegEnd): void => finish(stopping === null ? { kind: 'ended', end } : { kind: stopping, end });

    let timer = clock.after(ringSeconds * 1000, () => stop('ringTimeout'));
    const subscriptions = [
      leg.events.on('seized', () => stopping ?? startRinging()),
      leg.events.on('answered', () => (stopping === null ? finish({ kind: 'answered' }) : clear())),
      leg.events.on('ended', onEnd),
    ];
    signal?.addEventListener('abort', onAbort, { once: true });
    if (leg.end !== null) onEnd(leg.end);
    else if (signal?.aborted === true) stop('cancelled');
  });
}
