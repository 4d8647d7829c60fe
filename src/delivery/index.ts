export { EventLog, type NewEvent } from './event-log.js';
