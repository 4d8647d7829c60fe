import { errorCodes } from '../core/index.js';

export const configErrors = errorCodes(2, {
  unknownKey: [1, 'user'],
  badValue: [2, 'user'],
  unreadable: [3, 'user'],
});
