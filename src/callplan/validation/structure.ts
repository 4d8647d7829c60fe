import { DEFAULT_PLAN, isEntryOf, type PlacedNode, type PlanIndex } from '../plan-index.js';
import type { Finding } from './findings.js';

/** One Start; one Sub Plan Start a sub plan; ids unique over everything; nodes where they may stand (platform.md §2.1). */
export function structureFindings(index: PlanIndex): readonly Finding[] {
  const parts = [
    { id: DEFAULT_PLAN, path: '/nodes', name: 'The plan' },
    ...index.document.subPlans.map((part, at) => ({ id: part.id, path: `/subPlans/${at}/nodes`, name: `Sub plan ${part.id}` })),
  ];
  return [
    ...parts.flatMap((part) => entryFindings(index, part)),
    ...index.nodes.flatMap((placed) => placeFindings(placed)),
    ...repeatedIds(index),
    ...repeatedSubPlans(index),
    ...repeatedVariables(index),
  ];
}

function entryFindings(index: PlanIndex, part: { id: number; path: string; name: string }): readonly Finding[] {
  const type = part.id === DEFAULT_PLAN ? 'Start' : 'Sub Plan Start';
  const entries = index.nodes.filter((placed) => placed.planPart === part.id && isEntryOf(placed, part.id));
  if (entries.length === 0)
    return [{ path: part.path, code: 'entryMissing', severity: 'error', message: `${part.name} has no ${type} node: add one.` }];
  return entries.slice(1).map((placed) => error(placed, '', 'entryRepeated', `${part.name} has more than one ${type} node: remove this one.`));
}

function placeFindings(placed: PlacedNode): readonly Finding[] {
  const { definition, planPart, node } = placed;
  if (definition === null) return [];
  if (planPart !== DEFAULT_PLAN && !definition.inSubPlans)
    return [error(placed, '/type', 'nodeNotInSubPlan', `${node.type} cannot stand in a sub plan: move it to the default plan.`)];
  if (planPart === DEFAULT_PLAN && definition.entry === 'subPlan')
    return [error(placed, '/type', 'nodeOnlyInSubPlan', `${node.type} stands in sub plans only: remove it.`)];
  return [];
}

function repeatedIds(index: PlanIndex): readonly Finding[] {
  return index.nodes
    .filter((placed) => index.byId.get(placed.node.id) !== placed)
    .map((placed) =>
      error(
        placed,
        '/id',
        'nodeIdRepeated',
        `Another node has the id ${placed.node.id} already: ids are unique over the plan and its sub plans; give this node another.`,
      ),
    );
}

function repeatedSubPlans({ document }: PlanIndex): readonly Finding[] {
  return document.subPlans.flatMap((part, at) =>
    document.subPlans.findIndex((other) => other.id === part.id) === at
      ? []
      : [
          {
            path: `/subPlans/${at}/id`,
            code: 'subPlanIdRepeated',
            severity: 'error' as const,
            message: `Another sub plan has the id ${part.id} already: give this one another.`,
          },
        ],
  );
}

function repeatedVariables({ document, variables }: PlanIndex): readonly Finding[] {
  return document.variables.flatMap((variable, at): readonly Finding[] => {
    const path = `/variables/${at}`;
    if (variables.get(variable.name) !== variable) {
      return [
        {
          path: `${path}/name`,
          code: 'variableRepeated',
          severity: 'error',
          message: `Another variable is called ${variable.name} already: give this one another name.`,
        },
      ];
    }
    if (variable.scope === 'Global') {
      return [
        {
          path: `${path}/scope`,
          code: 'globalScopeUnavailable',
          severity: 'error',
          message: `${variable.name} has the scope Global, which this version cannot keep yet: use Call.`,
        },
      ];
    }
    return [];
  });
}

function error({ node, path }: PlacedNode, below: string, code: string, message: string): Finding {
  return { path: `${path}${below}`, nodeId: node.id, code, severity: 'error', message };
}
