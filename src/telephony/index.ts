export * from './address.js';
export * from './cli.js';
export * from './leg.js';
export * from './ports/line.js';
export * from './ports/media.js';
export * from './ports/virtual-card.js';
export * from './call.js';
export * from './ports/dialling.js';
