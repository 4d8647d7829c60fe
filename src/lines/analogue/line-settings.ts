import type { AnalogueLineSettings } from '../../../native/addon/addon.js';
import type { AnalogueLineRules, ExtensionSettings } from '../../store/index.js';

const MS = 1000;

/** A trunk's rules as the add-on takes them: what is absent stays at the add-on's default. */
export function lineSettings(rules: AnalogueLineRules): AnalogueLineSettings {
  const { dialToneSeconds, answerTimerSeconds, silenceLimitSeconds, absoluteLimitSeconds, clearing, ...same } = rules;
  return {
    ...same,
    ...(dialToneSeconds === undefined ? {} : { dialToneMs: dialToneSeconds * MS }),
    ...(answerTimerSeconds === undefined ? {} : { answerTimerMs: answerTimerSeconds * MS }),
    ...(silenceLimitSeconds === undefined ? {} : { silenceLimitMs: silenceLimitSeconds * MS }),
    ...(absoluteLimitSeconds === undefined ? {} : { absoluteLimitMs: absoluteLimitSeconds * MS }),
    ...(clearing?.batteryDrop === undefined ? {} : { clearByBatteryDrop: clearing.batteryDrop }),
    ...(clearing?.reversal === undefined ? {} : { clearByReversal: clearing.reversal }),
    ...(clearing?.tones === undefined ? {} : { clearByTones: clearing.tones }),
    ...(clearing?.dialTone === undefined ? {} : { clearByDialTone: clearing.dialTone }),
  };
}

/** The same of a telephone's settings. */
export function extensionLineSettings({
  firstDigitSeconds,
  nextDigitSeconds,
  completeNumbers,
  messageWaiting,
}: ExtensionSettings): AnalogueLineSettings {
  return { firstDigitMs: firstDigitSeconds * MS, nextDigitMs: nextDigitSeconds * MS, completeNumbers, messageWaiting };
}
