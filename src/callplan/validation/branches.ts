import type { BranchTarget } from '../document.js';
import type { PlacedNode, PlanIndex } from '../plan-index.js';
import { isVariableName } from '../properties.js';
import { pointerPart, type Finding } from './findings.js';

/** Branches and jumps: known, connected where they must be, and leading to a node they may lead to (platform.md §2.1, §5.1). */
export function branchFindings(index: PlanIndex): readonly Finding[] {
  return index.nodes.flatMap((placed) => [...ownBranches(placed), ...connections(placed, index), ...jump(placed, index)]);
}

function ownBranches(placed: PlacedNode): readonly Finding[] {
  const { definition, node } = placed;
  if (definition === null) return [];
  const known = definition.branches(node.settings);
  const unknown = Object.keys(node.branches).filter((name) => !known.some((branch) => branch.name === name));
  const open = known.filter((branch) => branch.mandatory && node.branches[branch.name] === undefined);
  const names = known.map((branch) => `"${branch.name}"`).join(', ') || 'none';
  return [
    ...unknown.map((name) =>
      finding(placed, `/branches${pointerPart(name)}`, 'branchUnknown', `${node.type} has no branch "${name}": remove it. Its branches: ${names}.`),
    ),
    ...open.map(({ name }) =>
      finding(
        placed,
        `/branches${pointerPart(name)}`,
        'branchMissing',
        `The branch "${name}" of ${node.type} (node ${node.id}) must lead to a node: connect it.`,
      ),
    ),
  ];
}

function connections(placed: PlacedNode, index: PlanIndex): readonly Finding[] {
  return Object.entries(placed.node.branches).flatMap(([name, target]) =>
    targetFindings(placed, target, `/branches${pointerPart(name)}`, `The branch "${name}"`, index),
  );
}

function jump(placed: PlacedNode, index: PlanIndex): readonly Finding[] {
  const target = placed.definition?.jumpsTo?.(placed.node.settings);
  if (target === undefined || 'plan' in target) return [];
  if ('node' in target) return targetFindings(placed, target.node, '/settings/target/node', 'The jump', index);
  if (index.document.subPlans.some((part) => part.id === target.subPlan)) return [];
  return [finding(placed, '/settings/target/subPlan', 'subPlanUnknown', `There is no sub plan ${target.subPlan}: add it, or jump to another.`)];
}

function targetFindings(placed: PlacedNode, target: BranchTarget, below: string, what: string, index: PlanIndex): readonly Finding[] {
  if (!isVariableName(target)) return leadsTo(placed, Number(target), below, what, index);
  const variable = index.variables.get(target);
  if (variable === undefined)
    return [finding(placed, below, 'variableUnknown', `There is no variable ${target}: add it to the plan's variables, or lead to a node.`)];
  if (!/^[1-9][0-9]*$/.test(variable.default)) {
    return [
      finding(
        placed,
        below,
        'variableDefaultBad',
        `The default "${variable.default}" of ${target} is no node id, which it must be to stand here: change the default.`,
      ),
    ];
  }
  return leadsTo(placed, Number(variable.default), below, `${what}, by the default of ${target},`, index);
}

function leadsTo(placed: PlacedNode, id: number, below: string, what: string, index: PlanIndex): readonly Finding[] {
  if (id === placed.node.id) return [finding(placed, below, 'branchToSelf', `${what} leads back to its own node ${id}: lead it to another.`)];
  const target = index.byId.get(id);
  if (target === undefined)
    return [finding(placed, below, 'branchTargetMissing', `${what} leads to node ${id}, which does not exist: add that node or lead it to another.`)];
  if (target.planPart !== placed.planPart) {
    return [finding(placed, below, 'branchToOtherPlan', `${what} leads to node ${id} of another (sub) plan: use a Jump node to a sub plan.`)];
  }
  if (target.definition !== null && target.definition.entry !== null) {
    return [
      finding(
        placed,
        below,
        'branchToEntry',
        `${what} leads to ${target.node.type} (node ${id}), which nothing may lead to: lead it to the node after it.`,
      ),
    ];
  }
  return [];
}

function finding({ node, path }: PlacedNode, below: string, code: string, message: string): Finding {
  return { path: `${path}${below}`, nodeId: node.id, code, severity: 'error', message };
}
