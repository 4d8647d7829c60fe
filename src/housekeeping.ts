import cron from 'node-cron';

import type { Clock, Logger } from './core/index.js';
import type { Store, WriteCommand } from './store/index.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Events can be read again for a day (DESIGN.md §6.17); kept answers of Idempotency-Keys live as long. */
const EVENTS_KEPT_MS = DAY_MS;
const KEYS_KEPT_MS = 2 * DAY_MS;
const TRACES_KEPT_MS = 90 * DAY_MS;
const LINE_HISTORY_KEPT_MS = 90 * DAY_MS;
const LINE_HISTORY_ROWS = 200_000;

interface HousekeepingParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Removes what is past its time, every hour, and makes a backup of the database every night. In UTC: node-cron is wrong on the days a zone's clocks
 * change. Returns what stops it.
 */
export function startHousekeeping({ store, clock, logger }: HousekeepingParts): () => void {
  const guarded = (what: string, work: () => Promise<unknown>) => async (): Promise<void> => {
    try {
      await work();
    } catch (error) {
      logger.error({ err: error }, `housekeeping: ${what} failed and is tried again next time`);
    }
  };
  const tasks = [
    cron.schedule(
      '17 * * * *',
      guarded('removing what is past its time', () => removeOld(store, clock)),
      { timezone: 'UTC' },
    ),
    cron.schedule(
      '43 2 * * *',
      guarded('the backup', () => store.backup()),
      { timezone: 'UTC' },
    ),
  ];
  return () => {
    for (const task of tasks) void task.destroy();
  };
}

/** The moments come from the clock port: whatever made the callback run, nothing younger goes. */
async function removeOld(store: Store, clock: Clock): Promise<void> {
  const now = clock.now();
  const commands: WriteCommand[] = [
    store.events.deleteBefore(now - EVENTS_KEPT_MS),
    store.idempotency.deleteBefore(now - KEYS_KEPT_MS),
    store.traces.deleteBefore(now - TRACES_KEPT_MS),
    store.lineHistory.deleteBefore(now - LINE_HISTORY_KEPT_MS),
    store.lineHistory.keepNewest(LINE_HISTORY_ROWS),
  ];
  await store.commit(...commands);
}
