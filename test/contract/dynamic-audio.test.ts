// What call plans may ask to be spoken is what the speech room can say: the two rooms do not know each other.
import { describe, expect, it } from 'vitest';

import { SPOKEN_FORMATS } from '../../src/callplan/nodes/dynamic-audio.js';
import { Announcer } from '../../src/media/index.js';

/** A value that each interpretation can read. */
const VALUES: Readonly<Record<keyof typeof SPOKEN_FORMATS, string>> = {
  Text: 'Good morning',
  Number: '21',
  Date: '01/12/2026',
  Time: '21:05',
  Currency: '12.50',
  Alphanumeric: 'AB12',
};
const formats = Object.entries(SPOKEN_FORMATS).flatMap(([interpretAs, names]) => names.map((name) => [interpretAs, name] as const));

describe('Dynamic Audio', () => {
  it.each(formats)('is understood by the speech room in English, German and a language without rules: %s, %s', async (interpretAs, spokenFormat) => {
    const texts = new Set<string>();
    const speech = { file: (text: string) => Promise.resolve(`/speech/${texts.add(text).size}.wav`) };
    const announcer = new Announcer({ speech, audio: { resolve: () => null }, language: 'en-GB' });
    const value = VALUES[interpretAs as keyof typeof VALUES];
    for (const language of [null, 'de-DE', 'fr-FR'])
      expect(await announcer.announce('acc_1', { value, interpretAs, spokenFormat, language, gender: 'Male' })).toHaveLength(1);
    expect(texts.size).toBeGreaterThan(0);
  });
});
