export * from './account-service.js';
export * from './errors.js';
export * from './service-number-service.js';
export * from './token-service.js';
