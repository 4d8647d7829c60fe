export * from './clock.js';
export * from './emitter.js';
export * from './errors.js';
export * from './ids.js';
export * from './logger.js';
export * from './outcomes.js';
export * from './serial-queue.js';
export * from './stepped-clock.js';
