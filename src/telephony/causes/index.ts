export { type CauseRow, causeRow, causeText, sipStatusOfCause } from './causes.js';
export { type SipStatusRow, causeOfSipStatus, sipStatusRow } from './sip-status.js';
export { mayTryNext, outcomeOfEnd } from './outcome.js';
