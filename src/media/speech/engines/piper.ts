import type { Clock } from '../../../core/index.js';
import type { SpeechEngine, Utterance } from '../engine.js';
import { failed, runProgram } from './program.js';

export interface PiperOptions {
  /** Its name on the PATH, or where it is. */
  readonly program: string;
  /** The voice, an .onnx file with its .onnx.json beside it. */
  readonly model: string;
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/**
 * Piper, a neural engine that runs on the box. A model is one voice of one language: it speaks in that, whatever voice is asked for; only the rate is
 * heeded.
 */
export class PiperEngine implements SpeechEngine {
  readonly name = 'piper';
  readonly identity: string;
  readonly #options: PiperOptions;

  constructor(options: PiperOptions) {
    this.#options = options;
    this.identity = `piper ${options.model}`;
  }

  async synthesise({ text, voice }: Utterance): Promise<Buffer> {
    const { program, model, timeoutMs, clock } = this.#options;
    // Its length scale is the inverse of a rate. "-" is its standard output. A line is an utterance, and `speakableText` left no line feeds.
    const flags = ['--model', model, '--length_scale', (100 / voice.ratePercent).toFixed(3), '--output_file', '-'];
    const end = await runProgram({ command: program, arguments: flags, input: `${text}\n`, limitMs: timeoutMs }, clock);
    if (end.exitCode === 0) return end.output;
    throw failed(program, `exit code ${end.exitCode} ${end.words}`);
  }
}
