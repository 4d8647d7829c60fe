import { BranchlineError, type Clock } from '../../../core/index.js';
import type { SpeechEngine } from '../engine.js';
import { speechErrors } from '../errors.js';
import { EspeakEngine } from './espeak.js';
import { HttpEngine } from './http.js';
import { PiperEngine } from './piper.js';

/** The settings of the engines; names as in `config`. */
export interface EngineSettings {
  readonly 'speech.engine': 'espeak-ng' | 'piper' | 'http' | 'none';
  readonly 'speech.timeoutSeconds': number;
  readonly 'speech.espeakProgram': string;
  readonly 'speech.piperProgram': string;
  readonly 'speech.piperModel': string;
  readonly 'speech.httpUrl': string;
  readonly 'speech.httpToken': string;
}

/**
 * The engine that was chosen, and behind a better one eSpeak NG: the box speaks with the WAN down too.
 *
 * @throws `speechSettingInvalid`.
 */
export function enginesOf(settings: EngineSettings, clock: Clock): readonly SpeechEngine[] {
  const common = { timeoutMs: settings['speech.timeoutSeconds'] * 1000, clock };
  const espeak = new EspeakEngine({ ...common, program: settings['speech.espeakProgram'] });
  switch (settings['speech.engine']) {
    case 'none':
      return [];
    case 'espeak-ng':
      return [espeak];
    case 'http':
      return [new HttpEngine({ ...common, url: settings['speech.httpUrl'], token: settings['speech.httpToken'] }), espeak];
    case 'piper':
      return [new PiperEngine({ ...common, program: settings['speech.piperProgram'], model: modelOf(settings) }), espeak];
  }
}

function modelOf(settings: EngineSettings): string {
  const model = settings['speech.piperModel'];
  if (model !== '') return model;
  throw new BranchlineError(speechErrors.speechSettingInvalid, 'The setting speech.piperModel is empty: give the path of the .onnx file of a voice');
}
