import type { Static, TObject } from 'typebox';

import type { Clock } from '../core/index.js';
import type { Address, Call, Dialler, Leg, MediaPort, ToneName } from '../telephony/index.js';
import type { PlanNode } from './document.js';
import type { Announcement, AudioPart, StartBranch } from './ports.js';
import type { DigitCollector } from './runtime/digit-collector.js';
import type { RunVariables } from './runtime/run-variables.js';

/** How a call is closed where a plan leads no further: what an answered A-party hears for a few seconds, and the Q.850 cause. */
export interface Closing {
  readonly tone: ToneName | null;
  readonly q850: number;
}

/** A way out of a node. */
export interface BranchDefinition {
  readonly name: string;
  readonly mandatory: boolean;
  /** Optional branches: how the call is closed while nothing is connected to it (platform.md §5.4). */
  readonly unconnected: Closing;
}

/** Where a Jump goes. A plan is named by its id or its name. */
export type JumpTarget = { readonly node: number | string } | { readonly subPlan: number } | { readonly plan: string };

/** What a node's run comes to. */
export type NodeResult =
  | { readonly kind: 'branch'; readonly branch: string; readonly unconnected?: Closing }
  | { readonly kind: 'jump'; readonly target: JumpTarget }
  | { readonly kind: 'end'; readonly reason: 'completed' | 'bPartyCleared'; readonly detail: string; readonly closing: Closing };

/** Account features that decide on nodes and branches. */
export interface PlanFeatures {
  readonly scheduledCall: boolean;
}

/** Something the settings' schema cannot say; `path` is a JSON pointer below the settings. */
export interface SettingsProblem {
  readonly path: string;
  readonly code: string;
  readonly message: string;
}

/** What a running node may use. */
export interface NodeContext<Settings> {
  readonly node: PlanNode;
  /** With defaults filled in and variables replaced by their values. */
  readonly settings: Settings;
  /** The branch of Start that this run takes. */
  readonly startBranch: StartBranch;
  readonly call: Call;
  readonly aLeg: Leg;
  readonly media: MediaPort;
  readonly dialler: Dialler;
  readonly clock: Clock;
  /** The A-party's keys, those typed ahead included. */
  readonly digits: DigitCollector;
  readonly variables: RunVariables;
  /** Aborted when the A-leg has ended or the call is being cleared: stop at once, clear what you opened. */
  readonly signal: AbortSignal;
  /** Absolute path of an audio file of the plan's account; null where there is none (any more). */
  audioFile(slug: string): string | null;
  /** As the port `Announcer` does, for the plan's account. */
  announce(announcement: Announcement): Promise<readonly AudioPart[] | null>;
  /** Null where the text is no address. */
  readAddress(text: string): Address | null;
  /** Answers the A-party if it is not answered yet; resolves once it is. */
  answerA(): Promise<void>;
  /** A line of the call's trace, marked with this node. */
  trace(type: string, data: Readonly<Record<string, unknown>>): void;
}

export interface NodeDefinition<Schema extends TObject> {
  readonly type: string;
  readonly typeVersion: number;
  /** A sentence for the designer and the API document. */
  readonly summary: string;
  readonly settings: Schema;
  /** What must be so before `run`; the runner sees to it. */
  readonly needs: 'nothing' | 'answeredA';
  /** Plays, listens or dials, and so takes a caller's time: what keeps a loop from being endless (platform.md §2.1). */
  readonly telephonyInteraction: boolean;
  /** A plan or sub plan begins here: nothing may lead to it. */
  readonly entry: 'plan' | 'subPlan' | null;
  readonly inSubPlans: boolean;
  branches(settings: Static<Schema>): readonly BranchDefinition[];
  /** Where the node goes besides its branches. */
  jumpsTo?(settings: Static<Schema>): JumpTarget;
  /** `branches`: names of those that are connected. */
  check?(settings: Static<Schema>, facts: { readonly features: PlanFeatures; readonly connected: readonly string[] }): readonly SettingsProblem[];
  run(ctx: NodeContext<Static<Schema>>): Promise<NodeResult>;
}

/** A node definition whatever its settings: whoever calls it has checked them by `settings`. */
export interface AnyNodeDefinition extends Omit<NodeDefinition<TObject>, 'branches' | 'jumpsTo' | 'check' | 'run'> {
  branches(settings: unknown): readonly BranchDefinition[];
  jumpsTo?(settings: unknown): JumpTarget;
  check?(settings: unknown, facts: { readonly features: PlanFeatures; readonly connected: readonly string[] }): readonly SettingsProblem[];
  run(ctx: NodeContext<unknown>): Promise<NodeResult>;
}

/** Declares a node type. Within it the settings have their type; outside they are checked by its schema first. */
export function defineNode<Schema extends TObject>(definition: NodeDefinition<Schema>): AnyNodeDefinition {
  return definition;
}

/** The result of leaving by a branch. */
export function leaveBy(branch: string, unconnected?: Closing): NodeResult {
  return { kind: 'branch', branch, ...(unconnected === undefined ? {} : { unconnected }) };
}

/** Closing of a call that has come to its end. */
export const NORMAL_CLOSING: Closing = { tone: null, q850: 16 };
