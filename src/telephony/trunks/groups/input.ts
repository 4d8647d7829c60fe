import { BranchlineError, type InputProblem } from '../../../core/index.js';
import type { FailoverCauses, TrunkGroupRecord } from '../../../store/index.js';
import { telephonyErrors } from '../../errors.js';
import { failoverProblems } from './failover.js';

/** A trunk group as it is asked for (CONTRACT.md, "Lines out"). What is absent has its default, or in a change stays as it is. */
export interface TrunkGroupInput {
  readonly name: string;
  readonly members?: readonly string[] | undefined;
  readonly rule?: TrunkGroupRecord['rule'] | undefined;
  readonly prefixes?: readonly string[] | undefined;
  readonly priority?: number | undefined;
  readonly reserveInbound?: number | undefined;
  /** null: what the cause table calls a refusal of the line. */
  readonly failover?: Partial<FailoverCauses> | null | undefined;
}

type Settings = Omit<TrunkGroupRecord, 'id' | 'createdAt'>;

/** Checks the input and fills in defaults. `knows` tells whether a trunk exists. Throws `trunkGroupInvalid` with every place that is wrong. */
export function checkTrunkGroupInput(input: TrunkGroupInput, knows: (trunkId: string) => boolean): Settings {
  const failover = input.failover ?? null;
  const settings: Settings = {
    name: input.name.trim(),
    members: input.members ?? [],
    rule: input.rule ?? 'inOrder',
    prefixes: [...new Set(input.prefixes)],
    priority: input.priority ?? 10,
    reserveInbound: input.reserveInbound ?? 0,
    failover: failover === null ? null : { causes: [...new Set(failover.causes)], sipStatuses: [...new Set(failover.sipStatuses)] },
  };
  const problems = [...memberProblems(settings.members, knows), ...failoverProblems(failover), ...commonProblems(settings)];
  if (problems.length > 0) throw trunkGroupInvalid(problems);
  return settings;
}

export function trunkGroupInvalid(problems: readonly InputProblem[]): BranchlineError {
  const words = problems.map(({ message }) => message).join(' ');
  return new BranchlineError(telephonyErrors.trunkGroupInvalid, `The trunk group cannot be used like this: ${words}`, { problems });
}

/** A group may be empty: it then carries nothing, and says so. */
export function memberProblems(members: readonly string[], knows: (trunkId: string) => boolean): readonly InputProblem[] {
  return members.flatMap((id, index) => {
    const path = `/members/${index}`;
    if (!knows(id)) return [{ path, message: `There is no trunk ${id}: name trunks by the ids that /trunks shows.` }];
    return members.indexOf(id) === index ? [] : [{ path, message: `Trunk ${id} is a member already: name it once.` }];
  });
}

function commonProblems({ name, prefixes, priority, reserveInbound }: Settings): InputProblem[] {
  const problems: InputProblem[] = [];
  if (!/^[^\p{Cc}]{1,64}$/u.test(name)) problems.push({ path: '/name', message: 'A trunk group needs a name of 1 to 64 characters.' });
  prefixes.forEach((prefix, index) => {
    if (!/^\+[1-9]\d{0,14}$/.test(prefix))
      problems.push({ path: `/prefixes/${index}`, message: `"${prefix}" is no prefix of numbers: write it in E.164, as "+4477009".` });
  });
  return [...problems, ...rangeProblem('priority', priority, 0, 1000), ...rangeProblem('reserveInbound', reserveInbound, 0, 1000)];
}

function rangeProblem(name: string, value: number, low: number, high: number): InputProblem[] {
  if (Number.isInteger(value) && value >= low && value <= high) return [];
  return [{ path: `/${name}`, message: `${name} is ${value}: it has to be a whole number from ${low} to ${high}.` }];
}
