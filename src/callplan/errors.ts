import { errorCodes } from '../core/index.js';

export const callPlanErrors = errorCodes(7, {
  planNotFound: [1, 'user'],
  planVersionNotFound: [2, 'user'],
  planInvalid: [3, 'user'],
  planInUse: [4, 'user'],
  planRevisionConflict: [5, 'user'],
  planNameTaken: [6, 'user'],
  noAnswerFromLine: [20, 'operational'],
  bridgeLost: [21, 'operational'],
  playbackLost: [22, 'operational'],
  runLoop: [23, 'user'],
  branchLeadsNowhere: [24, 'user'],
  jumpLeadsNowhere: [25, 'user'],
  storedPlanUnreadable: [26, 'unexpected'],
});
