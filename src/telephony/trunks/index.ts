export { TrunkDirectory, type TrunkDirectoryParts } from './directory.js';
export { type HostPort, parseHostPort } from './host-port.js';
export type { TrunkInput } from './input.js';
export { EXTENSIONS_TRUNK_ID, type SkipReason, type SkippedTrunk, type TrunkSelection } from './selection.js';
