import type { BranchTarget } from '../document.js';
import { DEFAULT_PLAN, type PlacedNode, type PlanIndex } from '../plan-index.js';
import { isVariableName } from '../properties.js';
import type { Finding } from './findings.js';

/** Nodes without telephony interaction that may follow one another (platform.md §2.1, §5.6). */
export const MAX_SILENT_NODES = 5;

/** How calls move through the plan: no endless loop and no long path without telephony interaction; nodes that no call comes to. */
export function flowFindings(index: PlanIndex): readonly Finding[] {
  return [...silentPaths(index), ...unreachable(index)];
}

/**
 * Looks along nodes without telephony interaction only: a way that comes back to its own path is an endless loop; else each node has a longest
 * silent path from it. A branch to a variable counts by its default.
 */
function silentPaths(index: PlanIndex): readonly Finding[] {
  const findings: Finding[] = [];
  const lengths = new Map<PlacedNode, number>();
  const onPath = new Set<PlacedNode>();
  const lengthFrom = (placed: PlacedNode): number => {
    if (isInteractive(placed)) return 0;
    const known = lengths.get(placed);
    if (known !== undefined) return known;
    if (onPath.has(placed)) {
      findings.push(
        finding(
          placed,
          'loopWithoutInteraction',
          `From node ${placed.node.id} the plan comes back to it without playing, listening or calling: a call would go round for ever. Lead it elsewhere, or put a node such as Audio in between.`,
        ),
      );
      return 0;
    }
    onPath.add(placed);
    const length = 1 + Math.max(0, ...successors(placed, index).map(lengthFrom));
    onPath.delete(placed);
    lengths.set(placed, length);
    return length;
  };
  for (const placed of index.nodes) lengthFrom(placed);
  if (findings.length > 0) return findings;
  return firstOfLongPaths(index, lengths);
}

/** Told where a too long path begins, not again at each node along it. */
function firstOfLongPaths(index: PlanIndex, lengths: ReadonlyMap<PlacedNode, number>): readonly Finding[] {
  const silent = index.nodes.filter((placed) => !isInteractive(placed));
  const followsSilent = new Set(silent.flatMap((placed) => successors(placed, index)));
  return silent
    .filter((placed) => !followsSilent.has(placed) && (lengths.get(placed) ?? 0) > MAX_SILENT_NODES)
    .map((placed) =>
      finding(
        placed,
        'pathWithoutInteraction',
        `From node ${placed.node.id} a call can pass ${lengths.get(placed)} nodes without playing, listening or calling; at most ${MAX_SILENT_NODES} may follow one another. Put a node such as Audio in between.`,
      ),
    );
}

function isInteractive(placed: PlacedNode): boolean {
  return placed.definition?.telephonyInteraction ?? true;
}

function unreachable(index: PlanIndex): readonly Finding[] {
  // Who can say where a variable leads: every node may be meant.
  if (usesVariableTargets(index)) return [];
  const reached = new Set<PlacedNode>();
  const start = index.entryOf(DEFAULT_PLAN);
  if (start === null) return [];
  const waiting = [start];
  for (let placed = waiting.pop(); placed !== undefined; placed = waiting.pop()) {
    if (reached.has(placed)) continue;
    reached.add(placed);
    waiting.push(...successors(placed, index));
  }
  return index.nodes
    .filter((placed) => !reached.has(placed))
    .map((placed) => ({
      ...finding(
        placed,
        'nodeUnreachable',
        `No call can come to node ${placed.node.id} (${placed.node.type}): connect a branch to it, or remove it.`,
      ),
      severity: 'warning' as const,
    }));
}

/** Where a call can go from a node, within the document. A branch to its own node is told elsewhere. */
function successors(placed: PlacedNode, index: PlanIndex): readonly PlacedNode[] {
  return targetsOf(placed, index).filter((target) => target !== placed);
}

function targetsOf(placed: PlacedNode, index: PlanIndex): readonly PlacedNode[] {
  const targets = Object.values(placed.node.branches).flatMap((target) => nodeOf(target, index));
  const jump = placed.definition?.jumpsTo?.(placed.node.settings);
  if (jump === undefined || 'plan' in jump) return targets;
  if ('node' in jump) return [...targets, ...nodeOf(jump.node, index)];
  const entry = index.entryOf(jump.subPlan);
  return entry === null ? targets : [...targets, entry];
}

function nodeOf(target: BranchTarget, index: PlanIndex): readonly PlacedNode[] {
  const id = isVariableName(target) ? Number(index.variables.get(target)?.default) : Number(target);
  const placed = index.byId.get(id);
  return placed === undefined ? [] : [placed];
}

function usesVariableTargets(index: PlanIndex): boolean {
  return index.nodes.some(({ node, definition }) => {
    const jump = definition?.jumpsTo?.(node.settings);
    const jumpsByVariable = jump !== undefined && 'node' in jump && isVariableName(jump.node);
    return jumpsByVariable || Object.values(node.branches).some(isVariableName);
  });
}

function finding({ node, path }: PlacedNode, code: string, message: string): Finding {
  return { path, nodeId: node.id, code, severity: 'error', message };
}
