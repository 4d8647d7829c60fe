import { BranchlineError, delay } from '../../core/index.js';
import { DEFAULT_COUNTRY, parseAddress, type Address } from '../../telephony/index.js';
import type { LoadedPlan } from '../catalogue.js';
import { callPlanErrors } from '../errors.js';
import type { Closing, JumpTarget, NodeContext, NodeResult } from '../node-definition.js';
import { DEFAULT_PLAN, type PlacedNode } from '../plan-index.js';
import type { RunEnd, RunRequest, StartBranch } from '../ports.js';
import { isVariableName, type FoundProperty } from '../properties.js';
import { orAborted } from './abort.js';
import { answerLeg } from './answer.js';
import { DigitCollector } from './digit-collector.js';
import { LoopGuard } from './loop-guard.js';
import type { PlanRunnerPorts } from './plan-runner.js';
import { RunVariables } from './run-variables.js';

/** How long an answered A-party hears the closing tone. */
const TONE_MS = 5000;
const FAULT_CLOSING: Closing = { tone: 'congestion', q850: 41 };

type Ending =
  | Extract<NodeResult, { kind: 'end' }>
  | { readonly kind: 'end'; readonly reason: 'error'; readonly detail: string; readonly closing: Closing };

/** Where a run is: a version of a plan, its variables, and a node of it. */
interface Place {
  readonly plan: LoadedPlan;
  readonly variables: RunVariables;
  readonly at: PlacedNode;
  /** The branch that the plan's Start takes. */
  readonly startBranch: StartBranch;
}

/** One execution of a plan version for one A-party. It holds on to what it loaded: a plan that is changed meanwhile is not this run's. */
export class Run {
  readonly #ports: PlanRunnerPorts;
  readonly #request: RunRequest;
  readonly #digits: DigitCollector;
  readonly #guard: LoopGuard;
  readonly #signal: AbortSignal;

  constructor(ports: PlanRunnerPorts, request: RunRequest) {
    this.#ports = ports;
    this.#request = request;
    this.#guard = new LoopGuard(ports.clock);
    this.#signal = AbortSignal.any([request.call.signal, request.aLeg.endSignal]);
    this.#digits = new DigitCollector(request.aLeg, ports.clock, (digit) => this.#trace('digit.heard', { digit: digit.digit, method: digit.method }));
  }

  async toEnd(): Promise<RunEnd> {
    const { call, plan, startBranch } = this.#request;
    this.#trace('run.started', { planId: plan.planId, version: plan.version, startBranch });
    const ending = await this.#outcome();
    await this.#close(ending.closing);
    this.#digits.close();
    const end = this.#signal.aborted && ending.reason === 'completed' ? this.#leftBy() : { reason: ending.reason, detail: ending.detail };
    this.#trace('run.ended', { ...end });
    await this.#endCall(ending.closing.q850);
    this.#ports.logger.debug({ callId: call.identity.id, ...end }, 'run ended');
    return end;
  }

  /** What the plan comes to; a hang-up ends it as completed, which `toEnd` tells apart by the signal. */
  async #outcome(): Promise<Ending> {
    try {
      this.#ports.media.detectDigits(this.#request.aLeg, true);
      return await this.#walk(this.#begin());
    } catch (error) {
      if (this.#signal.aborted) return { kind: 'end', reason: 'completed', detail: '', closing: { tone: null, q850: 16 } };
      return this.#fault(error);
    }
  }

  #begin(): Place {
    const { plan, variables, startBranch, call } = this.#request;
    const loaded = this.#ports.catalogue.load(plan);
    call.usePlan(plan.planId, plan.version);
    return { plan: loaded, variables: new RunVariables(loaded.index.variables, variables), at: entry(loaded, DEFAULT_PLAN), startBranch };
  }

  async #walk(begin: Place): Promise<Ending> {
    let place = begin;
    for (;;) {
      this.#guard.enter(place.at.node.id);
      const result = await this.#runNode(place);
      switch (result.kind) {
        case 'end':
          return result;
        case 'jump':
          place = this.#jump(place, result.target);
          break;
        case 'branch': {
          const next = nextNode(place, result.branch);
          if (next === null) return unconnected(place, result);
          place = { ...place, at: next };
          break;
        }
      }
    }
  }

  async #runNode(place: Place): Promise<NodeResult> {
    const { node, definition } = place.at;
    if (definition === null) throw new BranchlineError(callPlanErrors.storedPlanUnreadable, `Node ${node.id} is of the unknown type "${node.type}"`);
    this.#trace('node.entered', { ...here(place), type: node.type });
    const ctx = this.#contextOf(place);
    if (definition.needs === 'answeredA') await ctx.answerA();
    const settings = place.variables.fill(definition.settings, node.settings, (found, value) => this.#usable(ctx, found, value));
    const result = await orAborted(definition.run({ ...ctx, settings }), this.#signal);
    this.#trace('node.left', { ...here(place), ...(result.kind === 'branch' ? { branch: result.branch } : { by: result.kind }) });
    return result;
  }

  #contextOf(place: Place): NodeContext<unknown> {
    const { call, aLeg } = this.#request;
    const { media, dialler, clock, audio, announcer } = this.#ports;
    return {
      node: place.at.node,
      settings: {},
      startBranch: place.startBranch,
      call,
      aLeg,
      media,
      dialler,
      clock,
      digits: this.#digits,
      variables: place.variables,
      signal: this.#signal,
      audioFile: (slug) => audio.resolve(place.plan.accountId, slug),
      announce: (announcement) => announcer.announce(place.plan.accountId, announcement),
      readAddress: (text) => this.#readAddress(text, place.plan.accountId),
      answerA: () => answerLeg(aLeg, clock, this.#signal),
      trace: (type, data) => this.#trace(type, { nodeId: place.at.node.id, ...data }),
    };
  }

  #usable(ctx: NodeContext<unknown>, found: FoundProperty, value: unknown): boolean {
    switch (found.kind) {
      case 'plain':
        return true;
      case 'audio':
        return ctx.audioFile(String(value)) !== null;
      case 'destination':
        return ctx.readAddress(String(value)) !== null;
    }
  }

  #readAddress(text: string, accountId: string): Address | null {
    try {
      return parseAddress(text, this.#ports.store.accounts.get(accountId)?.country ?? DEFAULT_COUNTRY);
    } catch (error) {
      if (error instanceof BranchlineError && error.code.kind === 'user') return null;
      throw error;
    }
  }

  #jump(place: Place, target: JumpTarget): Place {
    this.#trace('jump', { ...here(place), target });
    if ('plan' in target) return this.#otherPlan(place, target.plan);
    if ('subPlan' in target) return { ...place, at: entry(place.plan, target.subPlan) };
    return { ...place, at: nodeAt(place, target.node) };
  }

  /** Another plan's version that is active now. Variables of the same name keep their value. */
  #otherPlan(place: Place, idOrName: string): Place {
    const plan = this.#ports.catalogue.find(place.plan.accountId, idOrName);
    if (plan?.activeVersion === null || plan === null)
      throw new BranchlineError(callPlanErrors.jumpLeadsNowhere, `There is no published call plan "${idOrName}" to jump to`);
    const loaded = this.#ports.catalogue.load({ planId: plan.id, version: plan.activeVersion });
    this.#request.call.trace('plan.entered', { planId: plan.id, version: plan.activeVersion });
    const at = entry(loaded, DEFAULT_PLAN);
    const wanted = this.#request.startBranch;
    const startBranch = at.node.branches[wanted] === undefined ? 'Continue' : wanted;
    return { plan: loaded, variables: new RunVariables(loaded.index.variables, place.variables.assigned()), at, startBranch };
  }

  #fault(error: unknown): Ending {
    const { call } = this.#request;
    const detail = error instanceof Error ? error.message : String(error);
    const expected = error instanceof BranchlineError && error.code.kind !== 'unexpected';
    this.#ports.logger[expected ? 'warn' : 'error']({ callId: call.identity.id, err: error }, 'a call plan failed');
    this.#trace('run.failed', { detail });
    return { kind: 'end', reason: 'error', detail, closing: FAULT_CLOSING };
  }

  /** An answered A-party hears the tone; to one that is not answered its own line tells the cause. */
  async #close({ tone, q850 }: Closing): Promise<void> {
    const { aLeg } = this.#request;
    if (tone === null || this.#signal.aborted || aLeg.state !== 'answered') return;
    this.#trace('tone.played', { tone, q850 });
    try {
      const playback = this.#ports.media.playTone(aLeg, tone);
      await delay(this.#ports.clock, TONE_MS, this.#signal).finally(() => playback.stop());
    } catch (error) {
      // The party hung up on the tone, or there is no tone to be had: either way the call is cleared now.
      if (!this.#signal.aborted) this.#ports.logger.error({ err: error }, 'the closing tone failed');
    }
  }

  #leftBy(): RunEnd {
    const { aLeg } = this.#request;
    if (aLeg.end !== null && aLeg.end.by !== 'us') return { reason: 'aPartyCleared', detail: aLeg.end.detail || 'The A-party hung up' };
    return { reason: 'cleared', detail: 'The call was cleared' };
  }

  async #endCall(q850: number): Promise<void> {
    const { call } = this.#request;
    try {
      await call.end(q850);
    } catch (error) {
      this.#ports.logger.error({ callId: call.identity.id, err: error }, 'the end of a call could not be recorded');
    }
  }

  #trace(type: string, data: Readonly<Record<string, unknown>>): void {
    this.#request.call.trace(type, data);
  }
}

function entry(plan: LoadedPlan, planPart: number): PlacedNode {
  const found = plan.index.entryOf(planPart);
  if (found === null)
    throw new BranchlineError(
      callPlanErrors.jumpLeadsNowhere,
      `There is no entry of call plan ${plan.reference.planId} to ${planPart === DEFAULT_PLAN ? 'itself' : `sub plan ${planPart}`}`,
    );
  return found;
}

/** The node a branch leads to; null where it is not connected. */
function nextNode(place: Place, branch: string): PlacedNode | null {
  const target = place.at.node.branches[branch];
  return target === undefined ? null : nodeAt(place, target);
}

/** A node of the same (sub) plan that a branch or a jump may lead to: validation has seen to it, but for what a variable holds. */
function nodeAt({ plan, variables, at }: Place, target: number | string): PlacedNode {
  const id = isVariableName(target) ? variables.nodeId(target) : Number(target);
  const found = id === null ? undefined : plan.index.byId.get(id);
  const allowed = found !== undefined && found.planPart === at.planPart && found !== at && found.definition?.entry === null;
  if (!allowed)
    throw new BranchlineError(
      callPlanErrors.branchLeadsNowhere,
      `Node ${at.node.id} leads to ${String(target)} (${String(id)}), which is no node it may lead to: connect it to another`,
    );
  return found;
}

function unconnected({ at }: Place, result: Extract<NodeResult, { kind: 'branch' }>): Ending {
  const branch = at.definition?.branches(at.node.settings).find(({ name }) => name === result.branch);
  const closing = result.unconnected ?? branch?.unconnected ?? FAULT_CLOSING;
  return { kind: 'end', reason: 'completed', detail: `Nothing is connected to "${result.branch}" of node ${at.node.id}`, closing };
}

function here({ plan, at }: Place) {
  return {
    planId: plan.reference.planId,
    version: plan.reference.version,
    nodeId: at.node.id,
    ...(at.planPart === DEFAULT_PLAN ? {} : { subPlanId: at.planPart }),
  };
}
