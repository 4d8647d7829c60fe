import { BranchlineError, type Clock } from '../../../core/index.js';
import type { SpeechEngine, Utterance, Voice } from '../engine.js';
import { speechErrors } from '../errors.js';
import { speakersOf, voiceFileFor } from './espeak-voices.js';
import { failed, runProgram } from './program.js';

/** Words a minute; espeak-ng's own 175 is fast over a telephone. */
const USUAL_RATE = 160;
/** Variants of every espeak-ng voice. */
const VARIANTS: Readonly<Record<Voice['gender'], string>> = { Male: 'm3', Female: 'f3' };
/** A voice by its name, or by its file as espeak-ng lists it ("gmw/en"), with a variant; no other path, and no option. */
const VOICE_NAME = /^[A-Za-z0-9][A-Za-z0-9_+-]*(\/[A-Za-z0-9][A-Za-z0-9_+-]*)?$/;

export interface EspeakOptions {
  /** Its name on the PATH, or where it is. */
  readonly program: string;
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/** eSpeak NG: small, quick, a hundred languages, and plainly a machine. */
export class EspeakEngine implements SpeechEngine {
  readonly name = 'espeak-ng';
  readonly identity = `espeak-ng ${USUAL_RATE}`;
  readonly #options: EspeakOptions;
  /** Null until it was asked. */
  #speakers: ReturnType<typeof speakersOf> | null = null;

  constructor(options: EspeakOptions) {
    this.#options = options;
  }

  async synthesise({ text, voice }: Utterance): Promise<Buffer> {
    const rate = Math.round((USUAL_RATE * voice.ratePercent) / 100);
    return this.#run(['-v', await this.#voiceOf(voice), '-s', String(rate), '-b', '1', '--stdin', '--stdout'], text, voice);
  }

  async #voiceOf(voice: Voice): Promise<string> {
    if (voice.name === null) return `${await this.#fileOf(voice)}+${VARIANTS[voice.gender]}`;
    if (!VOICE_NAME.test(voice.name)) throw noSuchVoice(voice);
    return voice.name;
  }

  async #fileOf(voice: Voice): Promise<string> {
    this.#speakers ??= speakersOf((await this.#run(['--voices'], '', voice)).toString());
    const file = voiceFileFor(this.#speakers, voice.language);
    if (file === null) throw noSuchVoice(voice);
    return file;
  }

  async #run(flags: readonly string[], input: string, voice: Voice): Promise<Buffer> {
    const { program, timeoutMs, clock } = this.#options;
    const end = await runProgram({ command: program, arguments: flags, input, limitMs: timeoutMs }, clock);
    if (end.exitCode === 0) return end.output;
    throw /voice does not exist/.test(end.words) ? noSuchVoice(voice) : failed(program, `exit code ${end.exitCode} ${end.words}`);
  }
}

function noSuchVoice({ name, language }: Voice): BranchlineError {
  const [path, what] = name === null ? ['/language', `language "${language}"`] : ['/voice', `voice "${name}"`];
  const message = `espeak-ng has no ${what}: "espeak-ng --voices" lists those there are, give one of them`;
  return new BranchlineError(speechErrors.voiceNotSpoken, message, { problems: [{ path, message }] });
}
