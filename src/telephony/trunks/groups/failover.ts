import type { InputProblem } from '../../../core/index.js';
import type { FailoverCauses } from '../../../store/index.js';
import { causeText } from '../../causes/index.js';

/** Causes that say the party was reached, or that we cleared: whoever lists them would ring somebody twice (DESIGN.md §6.5). */
const PARTY_CAUSES = [16, 17, 18, 19, 20, 21, 24, 26];
/** The same among SIP statuses; a 408 may have rung too, and going on after it is a setting of the trunk. */
const PARTY_STATUSES = [408, 433, 480, 486, 487];

/** What of a group's own list of causes cannot be: a list may narrow or widen what the next trunk is tried after, never to a party that was reached. */
export function failoverProblems(failover: Partial<FailoverCauses> | null): readonly InputProblem[] {
  const causes = (failover?.causes ?? []).map((q850) => (isCause(q850) ? partyCause(q850) : `Cause ${q850} is none: Q.850 has 1 to 127.`));
  const statuses = (failover?.sipStatuses ?? []).map(statusProblem);
  return [...problemsAt('/failover/causes', causes), ...problemsAt('/failover/sipStatuses', statuses)];
}

function isCause(q850: number): boolean {
  return Number.isInteger(q850) && q850 >= 1 && q850 <= 127;
}

function partyCause(q850: number): string | null {
  if (!PARTY_CAUSES.includes(q850)) return null;
  return `Cause ${q850} (${causeText(q850).toLowerCase()}) says that the party was reached: another line would call it twice.`;
}

function statusProblem(status: number): string | null {
  if (!Number.isInteger(status) || status < 400 || status > 599) return `Status ${status} cannot be: only 400 to 599 may lead to another trunk.`;
  if (!PARTY_STATUSES.includes(status)) return null;
  return `Status ${status} says that the party was or may have been reached: another line would call it twice.`;
}

function problemsAt(path: string, messages: readonly (string | null)[]): readonly InputProblem[] {
  return messages.flatMap((message, index) => (message === null ? [] : [{ path: `${path}/${index}`, message }]));
}
