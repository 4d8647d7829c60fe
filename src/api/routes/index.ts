import type { ApiDependencies } from '../dependencies.js';
import { accountRoutes } from './accounts.js';
import { audioFileRoutes } from './audio-files.js';
import { callPlanRoutes } from './call-plans.js';
import { callRoutes } from './calls.js';
import { causeRoutes } from './causes.js';
import { extensionRoutes } from './extensions.js';
import { lineTestRoutes } from './line-tests.js';
import { lineRoutes } from './lines.js';
import type { TypedServer } from './module.js';
import { scheduledCallRoutes } from './scheduled-calls.js';
import { serviceNumberRoutes } from './service-numbers.js';
import { spanSettingsRoutes } from './span-settings.js';
import { spanRoutes } from './spans.js';
import { speechRoutes } from './speech.js';
import { systemRoutes } from './system.js';
import { tokenRoutes } from './tokens.js';
import { trunkGroupRoutes } from './trunk-groups.js';
import { trunkRoutes } from './trunks.js';
import { farEndRoutes } from './far-ends.js';
import { virtualCardRoutes } from './virtual-card.js';

/** Every resource under the base path. */
export function registerRoutes(server: TypedServer, dependencies: ApiDependencies): void {
  const modules = [
    scheduledCallRoutes,
    serviceNumberRoutes,
    callPlanRoutes,
    audioFileRoutes,
    speechRoutes,
    callRoutes,
    causeRoutes,
    lineRoutes,
    lineTestRoutes,
    extensionRoutes,
    spanRoutes,
    spanSettingsRoutes,
    trunkRoutes,
    trunkGroupRoutes,
    tokenRoutes,
    accountRoutes,
    virtualCardRoutes,
    farEndRoutes,
    systemRoutes,
  ];
  for (const register of modules) register(server, dependencies);
}
