export * from './errors.js';
export { openStore, type StoreOptions } from './open.js';
export * from './records.js';
export * from './store.js';
