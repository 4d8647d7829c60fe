import { errorCodes } from '../core/index.js';

export const storeErrors = errorCodes(3, {
  conflict: [1, 'user'],
  diskFull: [2, 'operational'],
  writeFailed: [3, 'operational'],
  closed: [4, 'operational'],
  damaged: [5, 'operational'],
  newerSchema: [6, 'operational'],
  badCursor: [7, 'user'],
  inUse: [8, 'operational'],
  unusable: [9, 'operational'],
});
