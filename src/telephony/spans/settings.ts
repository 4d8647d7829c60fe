import { BranchlineError, type InputProblem } from '../../core/index.js';
import type { SpanSettings } from '../../store/index.js';
import { telephonyErrors } from '../errors.js';
import type { SpanRun } from '../ports/spans.js';

/** What is absent or undefined stays as it is. */
export type SpanSettingsChange = { readonly [K in keyof SpanSettings]?: SpanSettings[K] | undefined };

type IsdnKind = Exclude<SpanRun['kind'], 'analogue'>;

/**
 * How a span is run that nobody has configured: at the user's side of EuroISDN, channels from the last one down, as exchanges hunt from the first one up.
 * `ordinal`: which basic access of the card it is, from 1.
 */
export function defaultSpanSettings(kind: IsdnKind, ordinal: number): SpanSettings {
  return {
    switchType: kind === 't1' ? 'ni2' : 'euroIsdn',
    side: 'user',
    access: kind !== 'basic' ? 'primary' : ordinal === 1 ? 'pointToPoint' : 'pointToMultipoint',
    selection: 'descending',
    overlap: false,
    ddiDigits: 0,
    t309Seconds: 90,
  };
}

/** Settings with `change` laid over them. Throws `spanInvalid` with every place that is wrong. */
export function changedSpanSettings(kind: IsdnKind, settings: SpanSettings, change: SpanSettingsChange): SpanSettings {
  const asked = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  const changed: SpanSettings = { ...settings, ...asked };
  const problems = [
    ...accessProblems(kind, changed),
    ...rangeProblem('ddiDigits', changed.ddiDigits, 32),
    ...rangeProblem('t309Seconds', changed.t309Seconds, 255),
  ];
  if (changed.ddiDigits > 0 && !changed.overlap)
    problems.push({ path: '/ddiDigits', message: 'ddiDigits counts digits that come one by one: set overlap too, or leave ddiDigits at 0.' });
  if (problems.length > 0) {
    const message = `The span cannot be run like this: ${problems.map((problem) => problem.message).join(' ')}`;
    throw new BranchlineError(telephonyErrors.spanInvalid, message, { problems });
  }
  return changed;
}

function accessProblems(kind: IsdnKind, { access, switchType }: SpanSettings): InputProblem[] {
  if ((kind === 'basic') === (access === 'primary')) {
    const fitting = kind === 'basic' ? '"pointToPoint" or "pointToMultipoint"' : '"primary"';
    return [{ path: '/access', message: `A span of this kind has access ${fitting}.` }];
  }
  return access === 'pointToMultipoint' && switchType === 'qsig'
    ? [{ path: '/switchType', message: 'QSIG runs point to point: choose that access, or another switch type.' }]
    : [];
}

function rangeProblem(name: 'ddiDigits' | 't309Seconds', value: number, high: number): InputProblem[] {
  if (Number.isInteger(value) && value >= 0 && value <= high) return [];
  return [{ path: `/${name}`, message: `${name} is ${value}: it has to be a whole number from 0 to ${high}.` }];
}
