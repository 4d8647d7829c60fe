import { describe, expect, it } from 'vitest';

import { changedExtensionSettings, DEFAULT_EXTENSION_SETTINGS } from './index.js';

describe('how an extension is treated', () => {
  it('changes in what is named, and stays in the rest', () => {
    const changed = changedExtensionSettings(DEFAULT_EXTENSION_SETTINGS, { messageWaiting: true, nextDigitSeconds: undefined });
    expect(changed).toEqual({ ...DEFAULT_EXTENSION_SETTINGS, messageWaiting: true });
  });

  it.each([
    [{ firstDigitSeconds: 0 }, '1 to 120'],
    [{ nextDigitSeconds: 61 }, '1 to 60'],
    [{ nextDigitSeconds: 1.5 }, 'whole number'],
    [{ completeNumbers: ['20X', '0-800'] }, '"0-800" is no pattern'],
    [{ completeNumbers: [''] }, '1 to 32'],
    [{ completeNumbers: Array.from({ length: 65 }, (_, index) => String(index)) }, '64 at most'],
  ])('cannot be %j, and it is said what to change', (change, words) => {
    expect(() => changedExtensionSettings(DEFAULT_EXTENSION_SETTINGS, change)).toThrow(words);
  });
});
