import { errorCodes } from '../core/index.js';

export const telephonyErrors = errorCodes(5, {
  addressInvalid: [1, 'user'],
  emergencyNumber: [2, 'user'],
  trunkInvalid: [3, 'user'],
  trunkNameTaken: [4, 'user'],
  trunkUnknown: [5, 'user'],
  virtualCardInput: [6, 'user'],
  trunkGroupInvalid: [7, 'user'],
  trunkGroupNameTaken: [8, 'user'],
  trunkGroupUnknown: [9, 'user'],
  lineUnknown: [10, 'user'],
  lineTestUnsuited: [11, 'user'],
  lineTestInUse: [12, 'user'],
  extensionInvalid: [13, 'user'],
  extensionUnknown: [14, 'user'],
  virtualCardInUse: [31, 'user'],
  virtualChannelUnknown: [32, 'user'],
  farEndUnknown: [33, 'user'],
  farEndTaken: [34, 'user'],
  spanInvalid: [21, 'user'],
  spanUnknown: [22, 'user'],
});
