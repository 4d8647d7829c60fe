export { NativeMedia } from './native-media.js';
export * from './library/index.js';
export { completeUnfinished } from './recordings/index.js';
export * from './speech/index.js';
