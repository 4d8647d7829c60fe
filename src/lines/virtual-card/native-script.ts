import type { FarEndStep as NativeStep } from '../../../native/addon/addon.js';
import type { FarEndScript, FarEndStep } from '../../telephony/index.js';

/** Files by the names that scripts call them. */
export type FarEndAudio = Readonly<Record<Extract<FarEndStep, { do: 'play' }>['audio'], string>>;

type Tone = Extract<NativeStep, { do: 'refuse' }>['tone'];

const KEY_MS = 100;

/** A script with everything said that it may leave out. */
export function nativeScript(script: FarEndScript, audio: FarEndAudio): readonly NativeStep[] {
  return script.map((step) => nativeStep(step, audio));
}

function nativeStep(step: FarEndStep, audio: FarEndAudio): NativeStep {
  switch (step.do) {
    case 'ring':
    case 'answer':
    case 'wait':
    case 'flash':
      return step;
    case 'play':
      return { do: 'play', file: audio[step.audio] };
    case 'tone':
      return { ...step, loop: step.loop ?? false };
    case 'digits':
      return { onMs: KEY_MS, offMs: KEY_MS, ...step };
    case 'expect':
      return { digits: '', otherwise: 'goOn', ...step };
    case 'hangUp':
      return { do: 'hangUp', cause: step.cause ?? 0 };
    case 'refuse':
      return { do: 'refuse', tone: step.tone ?? toneOf(step.cause ?? 0), cause: step.cause ?? 0 };
  }
}

/** What an analogue line hears of a Q.850 cause: a number that cannot be had, no way there, or nobody who takes the call. */
function toneOf(cause: number): Tone {
  if ([1, 2, 3, 22, 28].includes(cause)) return 'unobtainable';
  return [27, 34, 38, 41, 42, 44, 47, 58].includes(cause) ? 'congestion' : 'busy';
}

/** What a far end does once the call is answered, whoever called; null where it never comes to that. */
export function afterAnswer(script: FarEndScript): FarEndScript | null {
  const answer = script.findIndex((step) => step.do === 'answer');
  return answer === -1 ? null : script.slice(answer + 1);
}
