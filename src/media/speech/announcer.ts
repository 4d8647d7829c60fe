import type { Gender, Voice } from './engine.js';
import { promptSlug } from './say-as/prompts.js';
import { rulesFor, sayAs, separatorOf } from './say-as/say-as.js';
import type { Speech } from './speech.js';

/** A value to be heard, and how. */
interface Announcement {
  readonly value: string;
  /** "Text": as it stands; else one of the interpretations of `sayAs`. */
  readonly interpretAs: string;
  readonly spokenFormat: string;
  /** BCP 47; null: the usual one. */
  readonly language: string | null;
  readonly gender: Gender;
}

interface AudioPart {
  readonly name: string;
  readonly path: string;
}

export interface AnnouncerPorts {
  readonly speech: Pick<Speech, 'file'>;
  /** Absolute path of an account's recorded prompt; null where there is none. */
  readonly audio: { resolve(accountId: string, slug: string): string | null };
  /** Language of announcements that name none. */
  readonly language: string;
}

/** Consecutive words that are played, or spoken, in one go. */
type Piece = { readonly recorded: AudioPart } | { readonly spoken: readonly string[] };

/** Says values of recorded prompts where an account has them, and has the engine say the rest. */
export class Announcer {
  readonly #ports: AnnouncerPorts;

  constructor(ports: AnnouncerPorts) {
    this.#ports = ports;
  }

  /**
   * What is to be played, in order; null where the value cannot be read as it is to be interpreted. A language without rules of its own is left to the
   * engine: it is given the value as it stands.
   *
   * @throws what `Speech.file` throws.
   */
  async announce(accountId: string, { value, interpretAs, spokenFormat, language, gender }: Announcement): Promise<readonly AudioPart[] | null> {
    const tag = language ?? this.#ports.language;
    const voice: Voice = { language: tag, gender, name: null, ratePercent: 100 };
    const rules = rulesFor(tag);
    if (interpretAs === 'Text' || rules === null) return this.#hasText(value) ? [await this.#speak(value, voice)] : null;
    const words = sayAs(rules, interpretAs, spokenFormat, value);
    if (words === null) return null;
    const pieces = this.#pieces(accountId, words, (word) => promptSlug(rules.tag, gender, word));
    const textOf = (names: readonly string[]): string => names.map((name) => rules.words[name] ?? name).join(separatorOf(interpretAs, spokenFormat));
    return Promise.all(pieces.map(async (piece) => ('recorded' in piece ? piece.recorded : this.#speak(textOf(piece.spoken), voice))));
  }

  #hasText(value: string): boolean {
    return /[\p{L}\p{N}]/u.test(value);
  }

  async #speak(text: string, voice: Voice): Promise<AudioPart> {
    return { name: 'speech', path: await this.#ports.speech.file(text, voice) };
  }

  /** Words without a prompt that follow one another are spoken together: an engine says a phrase better than its words. */
  #pieces(accountId: string, words: readonly string[], slugOf: (word: string) => string): readonly Piece[] {
    const pieces: Piece[] = [];
    for (const word of words) {
      const slug = slugOf(word);
      const path = this.#ports.audio.resolve(accountId, slug);
      const last = pieces.at(-1);
      if (path !== null) pieces.push({ recorded: { name: slug, path } });
      else if (last !== undefined && 'spoken' in last) pieces.splice(-1, 1, { spoken: [...last.spoken, word] });
      else pieces.push({ spoken: [word] });
    }
    return pieces;
  }
}
