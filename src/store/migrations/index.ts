import { ground } from './0001-ground.js';
import { extensions } from './0005-extensions.js';
import { isdn } from './0004-isdn.js';
import { retries } from './0006-retries.js';
import { trunkGroups } from './0002-trunk-groups.js';
import { linesOutOfService } from './0003-lines-out-of-service.js';
import type { Migration } from './migration.js';
import { traceGround } from './trace-0001-ground.js';
import { lineHistory } from './trace-0002-line-history.js';

export type { Migration } from './migration.js';
/** The steps of branchline.db, in order. */
export const mainMigrations: readonly Migration[] = [ground, trunkGroups, linesOutOfService, isdn, extensions, retries];
/** The steps of trace.db, in order. */
export const traceMigrations: readonly Migration[] = [traceGround, lineHistory];
