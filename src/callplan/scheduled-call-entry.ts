import type { PlanDocument } from './document.js';
import { DEFAULT_PLAN, indexPlan } from './plan-index.js';
import type { PlanFacts } from './validation/facts.js';
import { hasErrors, type Finding } from './validation/findings.js';
import { validatePlan } from './validation/validate.js';

/** Whether a Scheduled Call may use a plan; `ok`, or the first check that fails in the order of DESIGN.md §6.3. */
export type ScheduledCallEntry = 'ok' | 'planInvalid' | 'notEnabled' | 'notConnected';

export const SCHEDULED_CALL_BRANCH = 'Scheduled Call';

/** `facts` are those of the plan's account; whether that account has the feature at all is checked before. */
export function scheduledCallEntry(document: PlanDocument, facts: PlanFacts): ScheduledCallEntry {
  const start = indexPlan(document).entryOf(DEFAULT_PLAN);
  if (start === null) return 'planInvalid';
  // An enabled branch that is not connected makes the plan invalid too, but has a word of its own.
  const ownBranchOpen = ({ nodeId, path, code }: Finding): boolean =>
    nodeId === start.node.id && code === 'branchMissing' && path.endsWith(`/${SCHEDULED_CALL_BRANCH}`);
  const featureAside: PlanFacts = { ...facts, features: { ...facts.features, scheduledCall: true } };
  if (hasErrors(validatePlan(document, featureAside).filter((finding) => !ownBranchOpen(finding)))) return 'planInvalid';
  const settings = start.node.settings as { scheduledCall?: { enabled?: boolean } };
  if (settings.scheduledCall?.enabled !== true) return 'notEnabled';
  return start.node.branches[SCHEDULED_CALL_BRANCH] === undefined ? 'notConnected' : 'ok';
}
