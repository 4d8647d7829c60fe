import type { InputProblem } from '../../core/index.js';
import type { AnalogueLineRules } from '../../store/index.js';

const RANGES = {
  dialToneSeconds: [1, 60],
  answerTimerSeconds: [1, 300],
  silenceLimitSeconds: [0, 86_400],
  absoluteLimitSeconds: [0, 86_400],
} as const satisfies Partial<Record<keyof AnalogueLineRules, readonly [number, number]>>;

/** What is wrong with how exchange lines are to be used; nothing where all can be. */
export function lineRuleProblems(rules: AnalogueLineRules): InputProblem[] {
  const problems: InputProblem[] = [];
  for (const [name, [low, high]] of Object.entries(RANGES)) {
    const value = rules[name as keyof typeof RANGES];
    if (value === undefined || (Number.isInteger(value) && value >= low && value <= high)) continue;
    problems.push({ path: `/line/${name}`, message: `${name} is ${value}: it has to be a whole number of seconds from ${low} to ${high}.` });
  }
  if (rules.answer !== 'timer' && rules.answerTimerSeconds !== undefined)
    problems.push({ path: '/line/answerTimerSeconds', message: 'answerTimerSeconds means something only where answer is "timer": leave it out.' });
  return problems;
}
