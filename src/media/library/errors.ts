import { errorCodes } from '../../core/index.js';

export const audioLibraryErrors = errorCodes(6, {
  notWav: [1, 'user'],
  wavTruncated: [2, 'user'],
  wavUnsupported: [3, 'user'],
  wavEmpty: [4, 'user'],
  audioTooLarge: [5, 'user'],
  slugInvalid: [6, 'user'],
  slugTaken: [7, 'user'],
  audioFileNotFound: [8, 'user'],
  audioFileInUse: [9, 'user'],
  audioNotStored: [10, 'operational'],
});
