export { InboundCalls, type InboundHandler, type InboundParts } from './inbound.js';
export { LiveLegs } from './live-legs.js';
export { CallRegistry, type CallRegistryParts } from './registry.js';
