import type { PlanDocument, PlanNode, PlanVariable } from './document.js';
import type { AnyNodeDefinition } from './node-definition.js';
import { nodeDefinition } from './registry.js';

/** The id that stands for the default plan, which no sub plan may have (platform.md §2.1). */
export const DEFAULT_PLAN = 0;

/** A node and where it stands. */
export interface PlacedNode {
  readonly node: PlanNode;
  /** Null where its type or version is not known. */
  readonly definition: AnyNodeDefinition | null;
  /** DEFAULT_PLAN, or the sub plan's id. */
  readonly planPart: number;
  /** JSON pointer of the node in the document. */
  readonly path: string;
}

/** A document with the look-ups that validation and runs need. Of nodes or variables of the same name the first counts. */
export interface PlanIndex {
  readonly document: PlanDocument;
  readonly nodes: readonly PlacedNode[];
  readonly byId: ReadonlyMap<number, PlacedNode>;
  readonly variables: ReadonlyMap<string, PlanVariable>;
  /** The entry node of the default plan or of a sub plan; null where there is none. */
  entryOf(planPart: number): PlacedNode | null;
}

export function indexPlan(document: PlanDocument): PlanIndex {
  const nodes = [
    ...document.nodes.map((node, index) => place(node, DEFAULT_PLAN, `/nodes/${index}`)),
    ...document.subPlans.flatMap((subPlan, part) => subPlan.nodes.map((node, index) => place(node, subPlan.id, `/subPlans/${part}/nodes/${index}`))),
  ];
  return {
    document,
    nodes,
    byId: firstBy(nodes, (placed) => placed.node.id),
    variables: firstBy(document.variables, (variable) => variable.name),
    entryOf: (planPart) => nodes.find((placed) => placed.planPart === planPart && isEntryOf(placed, planPart)) ?? null,
  };
}

/** Entry nodes: Start in the default plan, Sub Plan Start in a sub plan. */
export function isEntryOf(placed: PlacedNode, planPart: number): boolean {
  return placed.definition?.entry === (planPart === DEFAULT_PLAN ? 'plan' : 'subPlan');
}

function place(node: PlanNode, planPart: number, path: string): PlacedNode {
  return { node, definition: nodeDefinition(node.type, node.typeVersion), planPart, path };
}

function firstBy<T, K>(items: readonly T[], key: (item: T) => K): ReadonlyMap<K, T> {
  const map = new Map<K, T>();
  for (const item of items) if (!map.has(key(item))) map.set(key(item), item);
  return map;
}
