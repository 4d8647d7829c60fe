import { errorCodes } from '../core/index.js';

export const apiErrors = errorCodes(9, {
  invalidInput: [1, 'user'],
  tokenMissing: [2, 'user'],
  tokenRefused: [3, 'user'],
  notFound: [4, 'user'],
  bodyTooLarge: [5, 'user'],
  notJson: [6, 'user'],
  unsupportedMedia: [7, 'user'],
  idempotencyKeyReused: [8, 'user'],
  idempotencyInProgress: [9, 'user'],
  idempotencyKeyInvalid: [10, 'user'],
  rateLimited: [11, 'user'],
  routeUnknown: [12, 'user'],
  cardNotVirtual: [15, 'user'],
  tooManyStreams: [16, 'operational'],
  wrongState: [17, 'user'],
  eventGone: [18, 'user'],
  internal: [19, 'unexpected'],
  forbidden: [20, 'user'],
});
