import { errorCodes } from '../core/index.js';

export const accountErrors = errorCodes(4, {
  accountUnknown: [1, 'user'],
  accountDisabled: [2, 'user'],
  featureNotOnParent: [3, 'user'],
  accountNotYours: [4, 'user'],
  accountInvalid: [5, 'user'],
  tokenRefused: [6, 'user'],
  tokenInvalid: [7, 'user'],
  bootstrapTokenWeak: [8, 'user'],
  serviceNumberUnknown: [9, 'user'],
  serviceNumberInvalid: [10, 'user'],
  serviceNumberInUse: [11, 'user'],
  planNotOnAccount: [12, 'user'],
  assignmentUnknown: [13, 'user'],
});
