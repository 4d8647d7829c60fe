import type { Gender } from '../engine.js';
import { SAY_AS_LANGUAGES } from './say-as.js';

/** A word that can be recorded. */
export interface SayAsPrompt {
  /** Of the audio file: "say-en-gb-female-ordinal-1". */
  readonly slug: string;
  readonly language: string;
  readonly gender: Gender;
  /** What is to be read out. */
  readonly text: string;
}

/** The slug of a word's recorded prompt. */
export function promptSlug(tag: string, gender: Gender, word: string): string {
  return `say-${tag.toLowerCase()}-${gender.toLowerCase()}-${word}`;
}

/** Every prompt that values are said of, language by language. */
export function sayAsPrompts(): readonly SayAsPrompt[] {
  const genders: readonly Gender[] = ['Female', 'Male'];
  return SAY_AS_LANGUAGES.flatMap(({ tag, words }) =>
    genders.flatMap((gender) => Object.entries(words).map(([word, text]) => ({ slug: promptSlug(tag, gender, word), language: tag, gender, text }))),
  );
}
