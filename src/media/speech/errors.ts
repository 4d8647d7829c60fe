import { errorCodes } from '../../core/index.js';

export const speechErrors = errorCodes(6, {
  speechTextEmpty: [300, 'user'],
  speechTextTooLong: [301, 'user'],
  voiceNotSpoken: [302, 'user'],
  speechSettingInvalid: [303, 'user'],
  speechOff: [310, 'operational'],
  speechEngineMissing: [311, 'operational'],
  speechEngineFailed: [312, 'operational'],
  speechEngineTimedOut: [313, 'operational'],
  speechEngineSilent: [314, 'operational'],
  speechBusy: [315, 'operational'],
  speechNotStored: [316, 'operational'],
});
