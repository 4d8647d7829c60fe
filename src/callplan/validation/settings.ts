import type { PlacedNode, PlanIndex } from '../plan-index.js';
import { findProperties, isVariableName, readPropertyText, type FoundProperty } from '../properties.js';
import type { PlanFacts } from './facts.js';
import type { Finding } from './findings.js';

/** Settings beyond their shape: references to audio, destinations, variables and plans, and what the node itself has to say. */
export function settingsFindings(index: PlanIndex, facts: PlanFacts): readonly Finding[] {
  return index.nodes.flatMap((placed) => {
    const { definition, node } = placed;
    if (definition === null) return [];
    const own = definition.check?.(node.settings, { features: facts.features, connected: Object.keys(node.branches) }) ?? [];
    return [
      ...own.map((problem) => settingsError(placed, problem.path, problem.code, problem.message)),
      ...findProperties(definition.settings, node.settings).flatMap((found) => propertyFindings(placed, found, index, facts)),
      ...otherPlanFindings(placed, facts),
    ];
  });
}

function propertyFindings(placed: PlacedNode, found: FoundProperty, index: PlanIndex, facts: PlanFacts): readonly Finding[] {
  if (!isVariableName(found.value)) {
    const problem = meaningProblem(found, found.value, facts);
    return problem === null ? [] : [settingsError(placed, found.path, problem.code, problem.message)];
  }
  const variable = index.variables.get(found.value);
  if (variable === undefined)
    return [
      settingsError(placed, found.path, 'variableUnknown', `There is no variable ${found.value}: add it to the plan's variables, or give a value.`),
    ];
  const value = readPropertyText(found.schema, variable.default);
  const problem = value === null ? { message: "it is not of the property's form." } : meaningProblem(found, value, facts);
  if (problem === null) return [];
  return [
    settingsError(
      placed,
      found.path,
      'variableDefaultBad',
      `The default "${variable.default}" of ${variable.name} cannot stand here: ${problem.message} Change the default.`,
    ),
  ];
}

function meaningProblem(found: FoundProperty, value: unknown, facts: PlanFacts): { code: string; message: string } | null {
  switch (found.kind) {
    case 'plain':
      return null;
    case 'audio':
      return facts.audioExists(String(value))
        ? null
        : { code: 'audioUnknown', message: `There is no audio file "${String(value)}": upload it, or name another.` };
    case 'destination': {
      const problem = facts.destinationProblem(String(value));
      return problem === null ? null : { code: 'destinationBad', message: problem };
    }
  }
}

function otherPlanFindings(placed: PlacedNode, facts: PlanFacts): readonly Finding[] {
  const target = placed.definition?.jumpsTo?.(placed.node.settings);
  if (target === undefined || !('plan' in target)) return [];
  switch (facts.findPlan(target.plan)) {
    case 'active':
      return [];
    case 'notPublished':
      return [
        {
          ...settingsError(
            placed,
            '/target/plan',
            'planNotPublished',
            `The call plan "${target.plan}" has no published version: until it has one, calls end here.`,
          ),
          severity: 'warning',
        },
      ];
    case 'unknown':
      return [
        settingsError(
          placed,
          '/target/plan',
          'planUnknown',
          `There is no call plan "${target.plan}" on this account or above it: name one by its id or name.`,
        ),
      ];
  }
}

function settingsError({ node, path }: PlacedNode, below: string, code: string, message: string): Finding {
  return { path: `${path}/settings${below}`, nodeId: node.id, code, severity: 'error', message };
}
