import { describe, expect, it } from 'vitest';

import { Announcer } from './announcer.js';
import type { Voice } from './engine.js';

/** An announcer to an account that has recorded `words`; `spoken` are the texts that the engine was given. */
function announcer(words: readonly string[], language = 'en-GB') {
  const spoken: { readonly text: string; readonly voice: Voice }[] = [];
  const own = new Announcer({
    speech: {
      file: (text, voice) => {
        spoken.push({ text, voice });
        return Promise.resolve(`/speech/${spoken.length}.wav`);
      },
    },
    audio: { resolve: (accountId, slug) => (accountId === 'acc_1' && words.includes(slug) ? `/audio/${slug}.wav` : null) },
    language,
  });
  const say = async (interpretAs: string, spokenFormat: string, value: string, more: { gender?: 'Male' | 'Female'; language?: string } = {}) => {
    const parts = await own.announce('acc_1', { value, interpretAs, spokenFormat, language: null, gender: 'Female', ...more });
    return parts?.map(({ path }) => path) ?? null;
  };
  return { say, spoken };
}
const prompts = (...words: string[]) => words.map((word) => `say-en-gb-female-${word}`);

describe('an announcement', () => {
  it('is of recorded prompts alone where there are all of them', async () => {
    const { say, spoken } = announcer(prompts('100', '1', 'hundred', 'and', '20', '3'));
    expect(await say('Number', 'Cardinal', '123')).toEqual(prompts('1', 'hundred', 'and', '20', '3').map((slug) => `/audio/${slug}.wav`));
    expect(spoken).toEqual([]);
  });

  it('is spoken in one go where there are none', async () => {
    const { say, spoken } = announcer([]);
    expect(await say('Number', 'Cardinal', '123')).toEqual(['/speech/1.wav']);
    expect(await say('Alphanumeric', 'Verbatim', 'ab1')).toEqual(['/speech/2.wav']);
    expect(spoken.map(({ text }) => text)).toEqual(['one hundred and twenty three', 'A, B, one']);
    expect(spoken[0]?.voice).toEqual({ language: 'en-GB', gender: 'Female', name: null, ratePercent: 100 });
  });

  it('has the words that are missing spoken between those that are recorded', async () => {
    const { say, spoken } = announcer(prompts('hundred', '3'));
    const recorded = (word: string) => `/audio/say-en-gb-female-${word}.wav`;
    expect(await say('Number', 'Cardinal', '123')).toEqual(['/speech/1.wav', recorded('hundred'), '/speech/2.wav', recorded('3')]);
    expect(spoken.map(({ text }) => text)).toEqual(['one', 'and twenty']);
  });

  it('takes prompts of its own voice and language only', async () => {
    const { say, spoken } = announcer(prompts('3'));
    await say('Number', 'Cardinal', '3', { gender: 'Male' });
    await say('Number', 'Cardinal', '3', { language: 'de-AT' });
    expect(spoken.map(({ text, voice }) => [text, voice.gender, voice.language])).toEqual([
      ['three', 'Male', 'en-GB'],
      ['drei', 'Female', 'de-AT'],
    ]);
  });

  it('is left to the engine where it is a text, or its language has no rules', async () => {
    const { say, spoken } = announcer([], 'fr-FR');
    await say('Text', 'Plain', 'Bonjour');
    await say('Number', 'Cardinal', '123');
    expect(spoken.map(({ text }) => text)).toEqual(['Bonjour', '123']);
  });

  it.each([
    ['Text', 'Plain', ''],
    ['Text', 'Plain', ' ...'],
    ['Number', 'Cardinal', 'many'],
    ['Date', 'Day Month', '31/2'],
    ['Date', 'No Such Format', '1/2'],
  ])('is none where %s (%s) cannot be read in "%s"', async (interpretAs, spokenFormat, value) => {
    const { say, spoken } = announcer([]);
    expect(await say(interpretAs, spokenFormat, value)).toBeNull();
    expect(spoken).toEqual([]);
  });
});
