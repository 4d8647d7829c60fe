import type { AnyNodeDefinition } from './node-definition.js';
import { audioNode } from './nodes/audio.js';
import { deliverCallNode } from './nodes/deliver-call.js';
import { dynamicAudioNode } from './nodes/dynamic-audio.js';
import { ivrMenuNode } from './nodes/ivr-menu.js';
import { jumpNode } from './nodes/jump.js';
import { startNode } from './nodes/start.js';
import { subPlanStartNode } from './nodes/sub-plan-start.js';

/** Every node there is. Versions of a type stand side by side: a plan keeps the behaviour it was drawn with. */
export const NODE_DEFINITIONS: readonly AnyNodeDefinition[] = [
  startNode,
  subPlanStartNode,
  audioNode,
  dynamicAudioNode,
  ivrMenuNode,
  deliverCallNode,
  jumpNode,
];

const BY_TYPE_AND_VERSION = new Map(NODE_DEFINITIONS.map((definition) => [keyOf(definition.type, definition.typeVersion), definition]));

/** Null where the type, or that version of it, is not known. */
export function nodeDefinition(type: string, typeVersion: number): AnyNodeDefinition | null {
  return BY_TYPE_AND_VERSION.get(keyOf(type, typeVersion)) ?? null;
}

/** Known versions of a type, lowest first; empty where the type is not known. */
export function versionsOf(type: string): readonly number[] {
  return NODE_DEFINITIONS.filter((definition) => definition.type === type)
    .map((definition) => definition.typeVersion)
    .toSorted((a, b) => a - b);
}

export function nodeTypes(): readonly string[] {
  return [...new Set(NODE_DEFINITIONS.map((definition) => definition.type))];
}

function keyOf(type: string, typeVersion: number): string {
  return `${type} ${typeVersion}`;
}
