export { DEFAULT_COUNTRY, isEmergency, parseAddress, parseE164, readNumber } from './parse.js';
export { type DialPlan, dialPlanOf } from './dial-plan.js';
export { formatNational, numberText } from './format.js';
export { asTypedNumber, completeTyped, readTypedNumber, type TypedNumber } from './typed.js';
export { completeDelivered, readCallingNumber } from './delivered.js';
export { isPresentationNumberType, isServiceNumberType } from './types.js';
