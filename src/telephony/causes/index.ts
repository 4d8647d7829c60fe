export { type CauseRow, allCauses, causeRow, causeText, sipStatusOfCause } from './causes.js';
export { type SipStatusRow, allSipStatuses, causeOfSipStatus, sipStatusRow } from './sip-status.js';
export { mayTryNext, outcomeOfEnd } from './outcome.js';
