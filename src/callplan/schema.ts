import { Type, type TSchema } from 'typebox';

import { documentSchema, nodeFrame, type PlanDocument } from './document.js';
import { NODE_DEFINITIONS } from './registry.js';

/** One node type's form, made from its definition. */
const nodeSchemas = NODE_DEFINITIONS.map((definition) =>
  Type.Object(
    {
      ...nodeFrame,
      type: Type.Literal(definition.type),
      typeVersion: Type.Literal(definition.typeVersion, definition.typeVersion === 1 ? { default: 1 } : {}),
      settings: { ...definition.settings, ...(isEmptyAllowed(definition.settings) ? { default: {} } : {}) },
    },
    { additionalProperties: false, title: definition.type, description: definition.summary },
  ),
);

/**
 * A call plan on the wire, node by node: the OpenAPI document's schema. `readDocument` checks input by the same pieces, but tells what is wrong
 * in words; use it, not this, to judge input.
 */
export const planDocumentSchema = Type.Unsafe<PlanDocument>({
  ...(onTheWire(documentSchema(Type.Union(nodeSchemas))) as object),
  description: 'A call plan (format 1)',
});

/** What has a default may be left away on the wire. */
function onTheWire(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(onTheWire);
  if (typeof schema !== 'object' || schema === null) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, onTheWire(value)])) as Partial<TSchema> & {
    required?: readonly string[];
    properties?: Record<string, object>;
  };
  const { required, properties } = inner;
  if (required === undefined || properties === undefined) return inner;
  return { ...inner, required: required.filter((key) => !('default' in (properties[key] ?? {}))) };
}

function isEmptyAllowed(settings: { readonly required?: readonly string[]; readonly properties: Readonly<Record<string, object>> }): boolean {
  return (settings.required ?? []).every((key) => 'default' in (settings.properties[key] ?? {}));
}
