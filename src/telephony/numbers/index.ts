export { DEFAULT_COUNTRY, isEmergency, parseAddress, parseE164, readNumber } from './parse.js';
export { formatNational, numberText } from './format.js';
export { completeDelivered, readCallingNumber } from './delivered.js';
export { isPresentationNumberType, isServiceNumberType } from './types.js';
