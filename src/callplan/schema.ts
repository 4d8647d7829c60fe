import { Type } from 'typebox';

import { documentSchema, nodeFrame, type PlanDocument } from './document.js';
import { NODE_DEFINITIONS } from './registry.js';

/** One node type's form on the wire, made from its definition. */
const nodeSchemas = NODE_DEFINITIONS.map((definition) =>
  Type.Object(
    {
      ...nodeFrame,
      type: Type.Literal(definition.type),
      typeVersion: definition.typeVersion === 1 ? Type.Optional(Type.Literal(1)) : Type.Literal(definition.typeVersion),
      settings: (definition.settings.required ?? []).length > 0 ? definition.settings : Type.Optional(definition.settings),
      branches: Type.Optional(nodeFrame.branches),
    },
    { additionalProperties: false, title: definition.type, description: definition.summary },
  ),
);

const wireSchema = documentSchema(Type.Union(nodeSchemas));

/**
 * A call plan on the wire, node by node: the OpenAPI document's schema. `readDocument` checks input by the same pieces, but tells what is wrong
 * in words; use it, not this, to judge input.
 */
export const planDocumentSchema = Type.Unsafe<PlanDocument>({
  ...wireSchema,
  required: ['format', 'name', 'nodes'],
  description: 'A call plan (format 1)',
});
