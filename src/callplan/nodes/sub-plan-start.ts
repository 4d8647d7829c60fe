import { Type } from 'typebox';

import { defineNode, leaveBy } from '../node-definition.js';

/** The entry of a sub plan (platform.md §2.1), reached by Jump. */
export const subPlanStartNode = defineNode({
  type: 'Sub Plan Start',
  typeVersion: 1,
  summary: 'Where a sub plan begins; a Jump leads here.',
  settings: Type.Object({}, { additionalProperties: false }),
  needs: 'nothing',
  telephonyInteraction: false,
  entry: 'subPlan',
  inSubPlans: true,
  branches: () => [{ name: 'Continue', mandatory: true, unconnected: { tone: 'congestion', q850: 41 } }],
  run: () => Promise.resolve(leaveBy('Continue')),
});
