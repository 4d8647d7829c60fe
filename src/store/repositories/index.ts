import type { Reader } from '../reader.js';
import type { Store } from '../store.js';
import { SqlAccountRepository } from './accounts.js';
import { SqlAudioFileRepository } from './audio-files.js';
import { SqlCallRepository } from './calls.js';
import { SqlEventRepository } from './events.js';
import { SqlExtensionSettingsRepository } from './extension-settings.js';
import { SqlIdempotencyRepository } from './idempotency.js';
import { SqlLineHistoryRepository } from './line-history.js';
import { SqlOutOfServiceRepository } from './lines-out-of-service.js';
import { SqlPlanRepository } from './plans.js';
import { SqlScheduledCallRepository } from './scheduled-calls.js';
import { SqlServiceNumberRepository } from './service-numbers.js';
import { SqlSpanSettingsRepository } from './span-settings.js';
import { SqlTokenRepository } from './tokens.js';
import { SqlTraceRepository } from './traces.js';
import { SqlTrunkGroupRepository } from './trunk-groups.js';
import { SqlTrunkRepository } from './trunks.js';

/** The store's repositories. */
export type Repositories = Pick<
  Store,
  | 'accounts'
  | 'serviceNumbers'
  | 'plans'
  | 'audioFiles'
  | 'trunks'
  | 'trunkGroups'
  | 'spanSettings'
  | 'extensionSettings'
  | 'tokens'
  | 'scheduledCalls'
  | 'calls'
  | 'events'
  | 'traces'
  | 'lineHistory'
  | 'linesOutOfService'
  | 'idempotency'
>;

export function createRepositories(reader: Reader): Repositories {
  return {
    accounts: new SqlAccountRepository(reader),
    serviceNumbers: new SqlServiceNumberRepository(reader),
    plans: new SqlPlanRepository(reader),
    audioFiles: new SqlAudioFileRepository(reader),
    trunks: new SqlTrunkRepository(reader),
    trunkGroups: new SqlTrunkGroupRepository(reader),
    spanSettings: new SqlSpanSettingsRepository(reader),
    extensionSettings: new SqlExtensionSettingsRepository(reader),
    tokens: new SqlTokenRepository(reader),
    scheduledCalls: new SqlScheduledCallRepository(reader),
    calls: new SqlCallRepository(reader),
    events: new SqlEventRepository(reader),
    traces: new SqlTraceRepository(reader),
    lineHistory: new SqlLineHistoryRepository(reader),
    linesOutOfService: new SqlOutOfServiceRepository(reader),
    idempotency: new SqlIdempotencyRepository(reader),
  };
}
