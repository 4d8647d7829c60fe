import { BranchlineError } from '../../core/index.js';
import { speechErrors } from './errors.js';

/** About five minutes of speech. */
export const MAX_TEXT_LENGTH = 4000;

/**
 * A text as every engine may be given it: composed Unicode, no control or formatting characters, single spaces. Markup is text: an engine is never
 * asked to interpret it, and espeak-ng's phoneme brackets are taken apart.
 *
 * @throws `speechTextEmpty`, `speechTextTooLong`.
 */
export function speakableText(text: string): string {
  if (text.length > MAX_TEXT_LENGTH) {
    const message = `A text of ${text.length} characters is too long to be spoken at once: give at most ${MAX_TEXT_LENGTH}`;
    throw new BranchlineError(speechErrors.speechTextTooLong, message, { problems: [{ path: '/text', message }] });
  }
  const clean = text
    .normalize('NFC')
    .replaceAll(/\p{Cf}/gu, '')
    .replaceAll(/[\p{C}\uFFFD\s]+/gu, ' ')
    .replaceAll(/\[(?=\[)/g, '[ ')
    .trim();
  if (/[\p{L}\p{N}\p{S}]/u.test(clean)) return clean;
  const message = 'There is nothing to speak in the text: give at least a letter or a digit';
  throw new BranchlineError(speechErrors.speechTextEmpty, message, { problems: [{ path: '/text', message }] });
}
