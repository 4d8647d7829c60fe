import { BranchlineError, type Clock, type Logger } from '../../core/index.js';
import { cacheKey, SpeechCache } from './cache.js';
import type { SpeechEngine, Utterance, Voice } from './engine.js';
import { speechErrors } from './errors.js';
import { lineAudioOf } from './line-audio.js';
import { Places } from './places.js';
import { speakableText } from './speakable-text.js';

/** How long an engine that failed is left alone where another can speak: callers wait for its time limit once, not each. */
const REST_MS = 30_000;

export interface SpeechOptions {
  /** In order of preference; empty: nothing is spoken. */
  readonly engines: readonly SpeechEngine[];
  /** Absolute. */
  readonly cacheFolder: string;
  readonly cacheBytes: number;
  /** Utterances that are made at once. */
  readonly atOnce: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Text to speech: the engines, one after the other where one fails, and the cache of what they said. */
export class Speech {
  readonly #options: SpeechOptions;
  readonly #cache: SpeechCache;
  readonly #places: Places;
  /** Engines that failed: when they may be asked again, by the monotonic clock, and why. */
  readonly #resting = new Map<SpeechEngine, { readonly until: number; readonly why: string }>();

  constructor(options: SpeechOptions) {
    this.#options = options;
    this.#cache = new SpeechCache({ folder: options.cacheFolder, maxBytes: options.cacheBytes, clock: options.clock, logger: options.logger });
    this.#places = new Places(options.atOnce);
  }

  start(): Promise<void> {
    return this.#cache.start();
  }

  /** Why an engine did not speak when it was last asked; empty: all is well. */
  get finding(): string {
    return [...this.#resting.values()].map(({ why }) => why).join('; ');
  }

  /** The text spoken: a WAV of 8 kHz, mono, 16 bits. Not cached. Throws the errors of `speakableText` and of the engines. */
  async render(text: string, voice: Voice): Promise<Buffer> {
    const clean = speakableText(text);
    return this.#byFirstThatCan(voice, (engine, asked) => this.#synthesise(engine, { text: clean, voice: asked }));
  }

  /** Absolute path of the text spoken, made at most once: the file stays for two minutes at the least. Throws as `render` does, or `speechNotStored`. */
  async file(text: string, voice: Voice): Promise<string> {
    const clean = speakableText(text);
    return this.#byFirstThatCan(voice, (engine, asked) => {
      const utterance = { text: clean, voice: asked };
      return this.#cache.get(cacheKey(engine, utterance), () => this.#synthesise(engine, utterance));
    });
  }

  #synthesise(engine: SpeechEngine, utterance: Utterance): Promise<Buffer> {
    return this.#places.run(async () => lineAudioOf(engine.name, await engine.synthesise(utterance)));
  }

  /** Asks one engine after the other. The error is that of the one that comes first. */
  async #byFirstThatCan<T>(voice: Voice, speak: (engine: SpeechEngine, voice: Voice) => Promise<T>): Promise<T> {
    let refusal: BranchlineError | null = null;
    for (const engine of this.#inOrder()) {
      try {
        const spoken = await speak(engine, this.#voiceFor(engine, voice));
        this.#resting.delete(engine);
        return spoken;
      } catch (error) {
        if (!(error instanceof BranchlineError) || !mayAnotherSpeak(error)) throw error;
        refusal ??= error;
        if (isEngineDown(error)) this.#rest(engine, error);
      }
    }
    throw refusal ?? new BranchlineError(speechErrors.speechOff, 'Nothing can be spoken: the setting speech.engine is "none"');
  }

  /** A voice by its name is one of the engine that was chosen; another takes what it has for language and gender. */
  #voiceFor(engine: SpeechEngine, voice: Voice): Voice {
    return engine === this.#options.engines[0] ? voice : { ...voice, name: null };
  }

  /** Those that failed lately come last: with no other they are asked all the same. */
  #inOrder(): readonly SpeechEngine[] {
    const now = this.#options.clock.monotonic();
    const rests = (engine: SpeechEngine): boolean => (this.#resting.get(engine)?.until ?? 0) > now;
    const { engines } = this.#options;
    return [...engines.filter((engine) => !rests(engine)), ...engines.filter(rests)];
  }

  #rest(engine: SpeechEngine, error: BranchlineError): void {
    this.#options.logger.warn({ engine: engine.name, err: error }, 'a speech engine did not speak');
    this.#resting.set(engine, { until: this.#options.clock.monotonic() + REST_MS, why: error.message });
  }
}

/** The engine itself is at fault, whatever it was asked. */
function isEngineDown({ code }: BranchlineError): boolean {
  const { speechEngineMissing, speechEngineFailed, speechEngineTimedOut } = speechErrors;
  return [speechEngineMissing, speechEngineFailed, speechEngineTimedOut].some(({ id }) => id === code.id);
}

function mayAnotherSpeak(error: BranchlineError): boolean {
  const { speechEngineSilent, voiceNotSpoken } = speechErrors;
  return isEngineDown(error) || [speechEngineSilent, voiceNotSpoken].some(({ id }) => id === error.code.id);
}
