import { Type, type TSchema } from 'typebox';

import { VARIABLE_PATTERN } from './properties.js';

/** Where a branch leads: a node's id, or the name of a variable that holds one. */
export type BranchTarget = number | string;

export interface PlanVariable {
  readonly name: string;
  readonly default: string;
  readonly scope: 'Call' | 'Global';
  readonly description?: string;
}

/** A node as the document holds it; what `settings` and `branches` may be is the node definition's matter. */
export interface PlanNode {
  readonly id: number;
  readonly type: string;
  readonly typeVersion: number;
  readonly description?: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly branches: Readonly<Record<string, BranchTarget>>;
  readonly position?: { readonly x: number; readonly y: number };
}

export interface SubPlan {
  readonly id: number;
  readonly name: string;
  readonly nodes: readonly PlanNode[];
}

/** A call plan, with everything written out that the wire may leave away. */
export interface PlanDocument {
  readonly format: 1;
  readonly name: string;
  readonly description?: string;
  readonly variables: readonly PlanVariable[];
  readonly nodes: readonly PlanNode[];
  readonly subPlans: readonly SubPlan[];
}

/** Ids are the author's and stay within what every JSON reader takes for an integer. */
const idSchema = Type.Integer({ minimum: 1, maximum: 2_147_483_647, description: 'a whole number from 1' });

export const branchesSchema = Type.Record(
  Type.String(),
  Type.Union([idSchema, Type.String({ pattern: VARIABLE_PATTERN, description: 'the name of a variable ("@Name")' })]),
  { default: {}, description: 'Branch name → node id' },
);

/** The parts of a node that all types share; `type`, `typeVersion` and `settings` differ. */
export const nodeFrame = {
  id: idSchema,
  description: Type.Optional(Type.String({ maxLength: 1000 })),
  branches: branchesSchema,
  position: Type.Optional(Type.Object({ x: Type.Number(), y: Type.Number() }, { additionalProperties: false })),
};

/** The document around its nodes. `node` is the schema of one node. */
export function documentSchema<N extends TSchema>(node: N) {
  return Type.Object(
    {
      format: Type.Literal(1),
      name: Type.String({ minLength: 1, maxLength: 100 }),
      description: Type.Optional(Type.String({ maxLength: 1000 })),
      variables: Type.Array(
        Type.Object(
          {
            name: Type.String({
              pattern: VARIABLE_PATTERN,
              description: 'a variable name: "@", then letters, digits or "_", at most 100 characters',
            }),
            default: Type.String({ maxLength: 1000 }),
            scope: Type.Union([Type.Literal('Call'), Type.Literal('Global')], { default: 'Call' }),
            description: Type.Optional(Type.String({ maxLength: 1000 })),
          },
          { additionalProperties: false },
        ),
        { default: [], maxItems: 500 },
      ),
      nodes: Type.Array(node),
      subPlans: Type.Array(
        Type.Object({ id: idSchema, name: Type.String({ minLength: 1, maxLength: 100 }), nodes: Type.Array(node) }, { additionalProperties: false }),
        { default: [], maxItems: 200 },
      ),
    },
    { additionalProperties: false },
  );
}
