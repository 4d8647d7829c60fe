import { BranchlineError, type InputProblem } from '../../core/index.js';
import type { ExtensionSettings } from '../../store/index.js';
import { telephonyErrors } from '../errors.js';

/** What is absent or undefined stays as it is. */
export type ExtensionSettingsChange = { readonly [K in keyof ExtensionSettings]?: ExtensionSettings[K] | undefined };

export const DEFAULT_EXTENSION_SETTINGS: ExtensionSettings = {
  firstDigitSeconds: 15,
  nextDigitSeconds: 4,
  completeNumbers: [],
  messageWaiting: false,
};

const RANGES = { firstDigitSeconds: [1, 120], nextDigitSeconds: [1, 60] } as const;

/** As many, and as long, as a line's dial plan holds (native/analogue/line_settings.cpp). */
const MOST_NUMBERS = 64;
const NUMBER = /^[0-9*XNZ]{1,32}$/;

/** Settings with `change` laid over them. Throws `extensionInvalid` with every place that is wrong. */
export function changedExtensionSettings(settings: ExtensionSettings, change: ExtensionSettingsChange): ExtensionSettings {
  const asked = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  const changed: ExtensionSettings = { ...settings, ...asked };
  const problems = [...rangeProblems(changed), ...numberProblems(changed.completeNumbers)];
  if (problems.length > 0) {
    const message = `The extension cannot be used like this: ${problems.map((problem) => problem.message).join(' ')}`;
    throw new BranchlineError(telephonyErrors.extensionInvalid, message, { problems });
  }
  return changed;
}

function rangeProblems(settings: ExtensionSettings): InputProblem[] {
  return (['firstDigitSeconds', 'nextDigitSeconds'] as const).flatMap((name) => {
    const [low, high] = RANGES[name];
    const value = settings[name];
    if (Number.isInteger(value) && value >= low && value <= high) return [];
    return [{ path: `/${name}`, message: `${name} is ${value}: it has to be a whole number of seconds from ${low} to ${high}.` }];
  });
}

function numberProblems(numbers: readonly string[]): InputProblem[] {
  const wrong = numbers.flatMap((number, index) =>
    NUMBER.test(number)
      ? []
      : [{ path: `/completeNumbers/${index}`, message: `"${number}" is no pattern: it has 1 to 32 of 0-9, *, X (any digit), N (2-9) and Z (1-9).` }],
  );
  if (numbers.length <= MOST_NUMBERS) return wrong;
  return [...wrong, { path: '/completeNumbers', message: `completeNumbers has ${numbers.length} patterns: ${MOST_NUMBERS} at most.` }];
}
