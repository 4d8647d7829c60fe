export { TrunkGroups } from './groups.js';
export type { TrunkGroupInput } from './input.js';
export { orderByRule } from './rules.js';
