export { TrunkDirectory, type TrunkDirectoryParts } from './directory.js';
export type { SkipReason } from './condition.js';
export { type TrunkGroupInput, TrunkGroups } from './groups/index.js';
export { type HostPort, parseHostPort } from './host-port.js';
export type { TrunkInput } from './input.js';
export { EXTENSIONS_TRUNK_ID } from './match.js';
export { type Route, type SkippedTrunk, type TrunkSelection, whySkipped } from './selection.js';
