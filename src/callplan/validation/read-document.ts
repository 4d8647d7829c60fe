import { Type } from 'typebox';
import { Value } from 'typebox/value';

import { documentSchema, nodeFrame, type PlanDocument } from '../document.js';
import { nodeDefinition, nodeTypes, versionsOf } from '../registry.js';
import { pointerPart, type Finding } from './findings.js';
import { schemaProblems } from './schema-problems.js';

/** Over the plan and its sub plans: far above what people draw, and little enough to walk through without a thought. */
const MAX_NODES = 2000;

/** A node before its type is looked at. */
const anyNode = Type.Object(
  {
    ...nodeFrame,
    type: Type.String({ minLength: 1, maxLength: 100 }),
    typeVersion: Type.Integer({ minimum: 1, default: 1 }),
    settings: Type.Record(Type.String(), Type.Unknown(), { default: {} }),
  },
  { additionalProperties: false },
);
const anyDocument = documentSchema(anyNode);

/** A document that has the right shape, or what is wrong with its shape. */
export type ReadDocument =
  | { readonly document: PlanDocument; readonly findings: readonly [] }
  | { readonly document: null; readonly findings: readonly Finding[] };

/**
 * Reads a plan from the wire: fills in what may be left away, and checks that every key is known and every value has its form. A document that
 * passes can be kept; whether it can be run is `validatePlan`'s matter. Never throws for its input.
 */
export function readDocument(input: unknown): ReadDocument {
  const tooMany = tooManyNodes(input);
  if (tooMany !== null) return { document: null, findings: [tooMany] };
  const filled: unknown = Value.Default(anyDocument, structuredClone(input));
  const frame = schemaProblems(anyDocument, filled).map((problem): Finding => ({ ...problem, severity: 'error' }));
  if (frame.length > 0) return { document: null, findings: frame };
  const document = filled as PlanDocument;
  const withSettings = fillSettings(document);
  const findings = nodeFindings(withSettings);
  return findings.length === 0 ? { document: withSettings, findings: [] } : { document: null, findings };
}

/** Looked at first, so that nothing walks through an input that is only large. */
function tooManyNodes(input: unknown): Finding | null {
  const subPlans = listIn(input, 'subPlans');
  const count = subPlans.reduce<number>((sum, part) => sum + listIn(part, 'nodes').length, listIn(input, 'nodes').length);
  if (count <= MAX_NODES) return null;
  const message = `The plan has ${count} nodes; at most ${MAX_NODES} are allowed, sub plans included. Divide it into several plans, with Jump nodes between them.`;
  return { path: '/nodes', code: 'tooManyNodes', severity: 'error', message };
}

function listIn(value: unknown, key: string): readonly unknown[] {
  const list: unknown = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
  return Array.isArray(list) ? list : [];
}

/** The same document with the settings' defaults written out, so that a later change of a default changes no plan that exists. */
function fillSettings(document: PlanDocument): PlanDocument {
  const fill = (nodes: PlanDocument['nodes']): PlanDocument['nodes'] =>
    nodes.map((node) => {
      const definition = nodeDefinition(node.type, node.typeVersion);
      return definition === null ? node : { ...node, settings: Value.Default(definition.settings, node.settings) as Record<string, unknown> };
    });
  return { ...document, nodes: fill(document.nodes), subPlans: document.subPlans.map((part) => ({ ...part, nodes: fill(part.nodes) })) };
}

function nodeFindings(document: PlanDocument): readonly Finding[] {
  const inNodes = (nodes: PlanDocument['nodes'], path: string): readonly Finding[] =>
    nodes.flatMap((node, index) => findingsOfNode(node, `${path}${pointerPart(index)}`));
  return [...inNodes(document.nodes, '/nodes'), ...document.subPlans.flatMap((part, index) => inNodes(part.nodes, `/subPlans/${index}/nodes`))];
}

function findingsOfNode(node: PlanDocument['nodes'][number], path: string): readonly Finding[] {
  const at = { nodeId: node.id, severity: 'error' } as const;
  const versions = versionsOf(node.type);
  if (versions.length === 0) {
    return [
      { ...at, path: `${path}/type`, code: 'nodeTypeUnknown', message: `There is no node "${node.type}": use one of ${nodeTypes().join(', ')}.` },
    ];
  }
  const definition = nodeDefinition(node.type, node.typeVersion);
  if (definition === null) {
    const message = `The node "${node.type}" has no version ${node.typeVersion}: use ${versions.join(' or ')}.`;
    return [{ ...at, path: `${path}/typeVersion`, code: 'nodeVersionUnknown', message }];
  }
  return schemaProblems(definition.settings, node.settings).map((problem) => ({ ...at, ...problem, path: `${path}/settings${problem.path}` }));
}
