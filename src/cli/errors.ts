import { errorCodes } from '../core/index.js';

export const cliErrors = errorCodes(11, {
  serviceUnreachable: [2, 'operational'],
  serviceRefused: [3, 'user'],
  fileUnreadable: [4, 'user'],
});
