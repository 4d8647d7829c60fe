import { Type } from 'typebox';

import { defineNode, leaveBy, type BranchDefinition, type SettingsProblem } from '../node-definition.js';

const CONTINUE: BranchDefinition = { name: 'Continue', mandatory: true, unconnected: { tone: 'congestion', q850: 41 } };

/** Mandatory once it is enabled; without the account's feature the validation knows no such branch. */
function scheduledCallBranch(enabled: boolean): BranchDefinition {
  return { name: 'Scheduled Call', mandatory: enabled, unconnected: { tone: 'congestion', q850: 31 } };
}

/** The first node of every plan (platform.md §1.1, §3): callers leave by Continue, the First Party of a Scheduled Call by its own branch. */
export const startNode = defineNode({
  type: 'Start',
  typeVersion: 1,
  summary: 'Where every call of the plan begins: callers leave by Continue, the First Party of a Scheduled Call by Scheduled Call.',
  settings: Type.Object(
    {
      scheduledCall: Type.Object(
        { enabled: Type.Boolean({ default: false, description: 'Scheduled Calls may use this plan; their branch must then be connected' }) },
        { additionalProperties: false, default: { enabled: false } },
      ),
    },
    { additionalProperties: false },
  ),
  needs: 'nothing',
  telephonyInteraction: false,
  entry: 'plan',
  inSubPlans: false,
  branches: (settings) => [CONTINUE, scheduledCallBranch(settings.scheduledCall.enabled)],
  check: (settings, { features, connected }) => {
    if (features.scheduledCall) return [];
    const problems: SettingsProblem[] = [];
    const remedy = 'or have the Scheduled Call feature switched on for the account';
    if (settings.scheduledCall.enabled) {
      problems.push({
        path: '/scheduledCall/enabled',
        code: 'featureMissing',
        message: `This account has no Scheduled Call feature: set it to false, ${remedy}.`,
      });
    }
    if (connected.includes('Scheduled Call')) {
      problems.push({ path: '', code: 'featureMissing', message: `This account has no branch "Scheduled Call" in Start: remove it, ${remedy}.` });
    }
    return problems;
  },
  run: (ctx) => Promise.resolve(leaveBy(ctx.startBranch)),
});
