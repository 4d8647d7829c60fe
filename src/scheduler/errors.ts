import { errorCodes } from '../core/index.js';

/** 1–8 are the checks of DESIGN.md §6.3 in their order; an attempt that is refused before dialling carries the same names. */
export const schedulerErrors = errorCodes(8, {
  featureMissing: [1, 'user'],
  serviceNumberNotOnAccount: [2, 'user'],
  serviceNumberTypeNotAllowed: [3, 'user'],
  serviceNumberNotActive: [4, 'user'],
  noActivePlan: [5, 'user'],
  planInvalid: [6, 'user'],
  scheduledCallNotEnabled: [7, 'user'],
  scheduledCallNotConnected: [8, 'user'],
  requestInvalid: [9, 'user'],
  presentationNumberNotAllowed: [10, 'user'],
  tooManyOpenRequests: [11, 'user'],
  notFound: [12, 'user'],
  wrongState: [13, 'user'],
  notRunning: [14, 'operational'],
  journalFull: [15, 'operational'],
});
