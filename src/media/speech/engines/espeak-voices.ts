/** A line of `espeak-ng --voices`: priority, language, age and gender, name, file, other languages with their priorities. */
const LINE = /^ *(?<priority>\d+) +(?<language>\S+) +\S+ +\S+ +(?<file>\S+) *(?<others>.*)$/u;
const OTHER = /\((?<language>\S+) (?<priority>\d+)\)/gu;

/** A voice file speaks a language; of several the one with the lowest priority is meant. */
interface Speaker {
  readonly language: string;
  readonly priority: number;
  readonly file: string;
}

/** Who speaks what, by the list that espeak-ng prints. */
export function speakersOf(list: string): readonly Speaker[] {
  return list.split('\n').flatMap((line) => {
    const { language, priority, file, others = '' } = LINE.exec(line)?.groups ?? {};
    if (language === undefined || file === undefined) return [];
    const more = [...others.matchAll(OTHER)].map(({ groups }) => ({
      language: groups?.['language'] ?? '',
      priority: Number(groups?.['priority']),
      file,
    }));
    return [{ language, priority: Number(priority), file }, ...more];
  });
}

/**
 * The voice file for a language (BCP 47), or for the language without its last part, and so on ("de-AT": "de"); null where nobody speaks it. Files
 * are asked for by their names because espeak-ng's variants (male, female) have no effect on a voice that is found by its language.
 */
export function voiceFileFor(speakers: readonly Speaker[], language: string): string | null {
  for (let wanted = language.toLowerCase(); wanted !== ''; wanted = wanted.slice(0, Math.max(0, wanted.lastIndexOf('-')))) {
    const [best] = speakers.filter((speaker) => speaker.language.toLowerCase() === wanted).toSorted((a, b) => a.priority - b.priority);
    if (best !== undefined) return best.file;
  }
  return null;
}
