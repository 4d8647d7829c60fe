import { Type } from 'typebox';

import { VARIABLE_PATTERN } from '../properties.js';
import { defineNode, type JumpTarget } from '../node-definition.js';

const id = Type.Integer({ minimum: 1, maximum: 2_147_483_647, description: 'a whole number from 1' });
const variable = Type.String({ pattern: VARIABLE_PATTERN, description: 'the name of a variable ("@Name")' });
const strict = { additionalProperties: false };

/** Goes on elsewhere (platform.md §3): at a node of the same (sub) plan, in a sub plan, or in another plan's version that is active then. */
export const jumpNode = defineNode({
  type: 'Jump',
  typeVersion: 1,
  summary: 'Goes on at another node of the same (sub) plan, in a sub plan, or in another call plan of the account or of one above it.',
  settings: Type.Object(
    {
      target: Type.Unsafe<JumpTarget>({
        description: 'one of {"node": id}, {"subPlan": id} and {"plan": "id or name"}',
        anyOf: [
          Type.Object({ node: Type.Union([id, variable]) }, strict),
          Type.Object({ subPlan: id }, strict),
          Type.Object({ plan: Type.String({ minLength: 1, maxLength: 100 }) }, strict),
        ],
      }),
    },
    strict,
  ),
  needs: 'nothing',
  telephonyInteraction: false,
  entry: null,
  inSubPlans: true,
  branches: () => [],
  jumpsTo: (settings) => settings.target,
  run: (ctx) => Promise.resolve({ kind: 'jump', target: ctx.settings.target }),
});
