import { errorCodes } from '../core/index.js';

export const cardErrors = errorCodes(12, {
  templateBroken: [1, 'unexpected'],
  noCard: [2, 'operational'],
  badChoice: [3, 'user'],
  notConfirmed: [4, 'user'],
  cannotApply: [5, 'operational'],
});
