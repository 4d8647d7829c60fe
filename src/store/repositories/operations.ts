import type { Operations } from '../writer/operation.js';
import { accountOperations } from './accounts.js';
import { audioFileOperations } from './audio-files.js';
import { callOperations } from './calls.js';
import { eventOperations } from './events.js';
import { idempotencyOperations } from './idempotency.js';
import { lineHistoryOperations } from './line-history.js';
import { outOfServiceOperations } from './lines-out-of-service.js';
import { planOperations } from './plans.js';
import { scheduledCallOperations } from './scheduled-calls.js';
import { serviceNumberOperations } from './service-numbers.js';
import { tokenOperations } from './tokens.js';
import { traceOperations } from './traces.js';
import { extensionSettingsOperations } from './extension-settings.js';
import { spanSettingsOperations } from './span-settings.js';
import { trunkGroupOperations } from './trunk-groups.js';
import { trunkOperations } from './trunks.js';

/** Everything the writer thread can do, by name. */
export const operations: Operations = {
  ...accountOperations,
  ...serviceNumberOperations,
  ...planOperations,
  ...audioFileOperations,
  ...trunkOperations,
  ...spanSettingsOperations,
  ...extensionSettingsOperations,
  ...trunkGroupOperations,
  ...tokenOperations,
  ...scheduledCallOperations,
  ...callOperations,
  ...eventOperations,
  ...traceOperations,
  ...lineHistoryOperations,
  ...outOfServiceOperations,
  ...idempotencyOperations,
};
