import { BranchlineError, newId, SerialQueue, type Clock } from '../core/index.js';
import type { Page, PageQuery, PlanRecord, PlanVersionRecord, Store, WriteCommand } from '../store/index.js';
import { DEFAULT_COUNTRY, parseAddress } from '../telephony/index.js';
import type { PlanCatalogue } from './catalogue.js';
import type { PlanDocument } from './document.js';
import { callPlanErrors } from './errors.js';
import type { AudioLookup, PlanReference } from './ports.js';
import { findProperties } from './properties.js';
import { scheduledCallEntry, type ScheduledCallEntry } from './scheduled-call-entry.js';
import type { PlanFacts } from './validation/facts.js';
import { hasErrors, problemsOf, type Finding } from './validation/findings.js';
import { validateInput, validatePlan } from './validation/validate.js';

/** Versions of a plan that are kept, besides the active one (platform.md §2.2). */
const KEPT_VERSIONS = 20;
/** A Scheduled Call has its plan judged when it is accepted, dialled and answered, and many come at once: a good verdict holds so long. */
const VERDICT_MS = 1_000;
const VERDICTS_KEPT = 200;

/** A plan, one version of it, and what is to be said about that version. */
export interface PlanDetails {
  readonly plan: PlanRecord;
  readonly version: number;
  readonly document: PlanDocument;
  readonly findings: readonly Finding[];
}

export interface SaveOptions {
  /** Callers get the version at once; refused where it has errors. False: kept as a draft, errors and all. Default true. */
  readonly publish?: boolean;
}

export interface PlanServicePorts {
  readonly store: Pick<Store, 'plans' | 'accounts' | 'serviceNumbers' | 'commit'>;
  readonly catalogue: PlanCatalogue;
  readonly audio: AudioLookup;
  readonly clock: Clock;
}

/** Call plans and their versions. Whether the caller may see an account is the API's matter. Saves are made one after another. */
export class PlanService {
  readonly #ports: PlanServicePorts;
  readonly #saves = new SerialQueue();
  /** Versions that a Scheduled Call may enter, and when that was found, in monotonic time. */
  readonly #enterable = new Map<string, number>();

  constructor(ports: PlanServicePorts) {
    this.#ports = ports;
  }

  /**
   * Keeps a new plan as its version 1. Throws `planInvalid`, with every problem, for a document without the right shape, and for any error where
   * it is to be published; `planNameTaken`.
   */
  create(accountId: string, input: unknown, options: SaveOptions = {}): Promise<PlanDetails> {
    return this.#saves.add(async () => {
      const publish = options.publish ?? true;
      const { document, findings } = this.#accepted(accountId, input, publish);
      this.#nameIsFree(accountId, document.name, null);
      const now = this.#ports.clock.now();
      const id = newId('plan', this.#ports.clock);
      const { name, description = '' } = document;
      const plan: PlanRecord = { id, accountId, name, description, activeVersion: publish ? 1 : null, revision: 1, createdAt: now, updatedAt: now };
      await this.#commit(this.#ports.store.plans.insert(plan), this.#insertVersion(id, 1, document, now));
      return { plan, version: 1, document, findings };
    });
  }

  /** Keeps a changed document as the plan's next version. `revision` is the one it was made from: throws `planRevisionConflict` where another save came first. */
  update(planId: string, revision: number, input: unknown, options: SaveOptions = {}): Promise<PlanDetails> {
    return this.#saves.add(async () => {
      const publish = options.publish ?? true;
      const before = this.#atRevision(planId, revision);
      const { document, findings } = this.#accepted(before.accountId, input, publish);
      this.#nameIsFree(before.accountId, document.name, planId);
      const version = this.#ports.store.plans.latestVersionNumber(planId) + 1;
      const now = this.#ports.clock.now();
      const activeVersion = publish ? version : before.activeVersion;
      const plan = { ...before, name: document.name, description: document.description ?? '', activeVersion, revision: revision + 1, updatedAt: now };
      await this.#commit(
        this.#ports.store.plans.update(plan, revision),
        this.#insertVersion(planId, version, document, now),
        ...this.#oldVersions(plan, version),
      );
      return { plan, version, document, findings };
    });
  }

  /** Makes a version the one that callers get, at once; absent: the newest. Throws `planInvalid` where it has errors. */
  publish(planId: string, revision: number, version?: number): Promise<PlanDetails> {
    return this.#saves.add(async () => {
      const before = this.#atRevision(planId, revision);
      const details = this.details(planId, version ?? this.#ports.store.plans.latestVersionNumber(planId));
      if (hasErrors(details.findings)) throw invalid(details.findings);
      const plan = { ...before, activeVersion: details.version, revision: revision + 1, updatedAt: this.#ports.clock.now() };
      await this.#commit(this.#ports.store.plans.update(plan, revision));
      return { ...details, plan };
    });
  }

  /** What is to be said about a document, without keeping it. */
  validate(accountId: string, input: unknown): readonly Finding[] {
    return validateInput(input, this.#factsFor(accountId)).findings;
  }

  /** A plan with one of its versions; absent: the active one, or the newest where none is. Throws `planNotFound`, `planVersionNotFound`. */
  details(planId: string, version?: number): PlanDetails {
    const plan = this.get(planId);
    const chosen = version ?? plan.activeVersion ?? this.#ports.store.plans.latestVersionNumber(planId);
    const { document } = this.#ports.catalogue.load({ planId, version: chosen }).index;
    return { plan, version: chosen, document, findings: validatePlan(document, this.#factsFor(plan.accountId)) };
  }

  /** Throws `planNotFound`. */
  get(planId: string): PlanRecord {
    const plan = this.#ports.store.plans.get(planId);
    if (plan === null) throw new BranchlineError(callPlanErrors.planNotFound, `There is no call plan ${planId}`);
    return plan;
  }

  list(accountIds: readonly string[], page: PageQuery): Page<PlanRecord> {
    return this.#ports.store.plans.list(accountIds, page);
  }

  versions(planId: string, page: PageQuery): Page<PlanVersionRecord> {
    return this.#ports.store.plans.versions(planId, page);
  }

  /** Throws `planInUse` while a service number has it assigned. */
  delete(planId: string): Promise<void> {
    return this.#saves.add(async () => {
      const plan = this.get(planId);
      const assignments = this.#ports.store.serviceNumbers.assignmentsOfPlan(planId);
      const numbers = assignments.map(
        (assignment) => this.#ports.store.serviceNumbers.get(assignment.serviceNumberId)?.number ?? assignment.serviceNumberId,
      );
      if (numbers.length > 0)
        throw new BranchlineError(
          callPlanErrors.planInUse,
          `The call plan "${plan.name}" is assigned to ${numbers.join(', ')}: remove those assignments first`,
        );
      await this.#commit(this.#ports.store.plans.delete(planId));
    });
  }

  /** The version that callers of a service number get; null where no plan is assigned, active and published. */
  activePlan(serviceNumberId: string): PlanReference | null {
    const assignment = this.#ports.store.serviceNumbers.activeAssignment(serviceNumberId);
    const plan = assignment === null ? null : this.#ports.store.plans.get(assignment.planId);
    return plan === null || plan.activeVersion === null ? null : { planId: plan.id, version: plan.activeVersion };
  }

  /** Whether a Scheduled Call may enter a plan version. */
  entry(reference: PlanReference): ScheduledCallEntry {
    const key = `${reference.planId} ${reference.version}`;
    const now = this.#ports.clock.monotonic();
    if (now - (this.#enterable.get(key) ?? Number.NEGATIVE_INFINITY) < VERDICT_MS) return 'ok';
    const verdict = this.#judge(reference);
    if (this.#enterable.size >= VERDICTS_KEPT) this.#enterable.clear();
    if (verdict === 'ok') this.#enterable.set(key, now);
    return verdict;
  }

  #judge(reference: PlanReference): ScheduledCallEntry {
    try {
      const { index, accountId } = this.#ports.catalogue.load(reference);
      return scheduledCallEntry(index.document, this.#factsFor(accountId));
    } catch (error) {
      if (error instanceof BranchlineError) return 'planInvalid';
      throw error;
    }
  }

  /** Names of plans whose active version plays an audio file of the account, those of accounts below it included. */
  plansPlaying(accountId: string, slug: string): readonly string[] {
    const names: string[] = [];
    for (const plan of this.#ports.catalogue.plansOf(this.#ports.store.accounts.subtreeIds(accountId))) {
      if (plan.activeVersion === null) continue;
      const { index } = this.#ports.catalogue.load({ planId: plan.id, version: plan.activeVersion });
      const played = index.nodes.flatMap(({ node, definition }) => (definition === null ? [] : findProperties(definition.settings, node.settings)));
      if (played.some((found) => found.kind === 'audio' && (found.value === slug || index.variables.get(String(found.value))?.default === slug)))
        names.push(plan.name);
    }
    return names;
  }

  /** What was found of other plans may have changed with this one. */
  async #commit(...commands: readonly WriteCommand[]): Promise<void> {
    await this.#ports.store.commit(...commands);
    this.#enterable.clear();
  }

  #accepted(accountId: string, input: unknown, publish: boolean): { readonly document: PlanDocument; readonly findings: readonly Finding[] } {
    const { document, findings } = validateInput(input, this.#factsFor(accountId));
    if (document === null || (publish && hasErrors(findings))) throw invalid(findings);
    return { document, findings };
  }

  #atRevision(planId: string, revision: number): PlanRecord {
    const plan = this.get(planId);
    if (plan.revision === revision) return plan;
    const message = `The call plan was changed meanwhile: it is at revision ${plan.revision}, not ${revision}. Read it again and repeat the change`;
    throw new BranchlineError(callPlanErrors.planRevisionConflict, message, { context: { revision: plan.revision } });
  }

  #nameIsFree(accountId: string, name: string, ownId: string | null): void {
    const other = this.#ports.catalogue.byName(accountId, name);
    if (other === null || other.id === ownId) return;
    const problem = { path: '/name', message: `Another call plan of the account is called "${name}": choose another name.` };
    throw new BranchlineError(callPlanErrors.planNameTaken, problem.message, { problems: [problem] });
  }

  #insertVersion(planId: string, version: number, document: PlanDocument, createdAt: number): WriteCommand {
    return this.#ports.store.plans.insertVersion({ planId, version, document: JSON.stringify(document), createdAt });
  }

  #oldVersions(plan: PlanRecord, newest: number): readonly WriteCommand[] {
    const { rows } = this.#ports.store.plans.versions(plan.id, { limit: 1000 });
    return rows
      .filter(({ version }) => version <= newest - KEPT_VERSIONS && version !== plan.activeVersion)
      .map(({ version }) => this.#ports.store.plans.deleteVersion(plan.id, version));
  }

  #factsFor(accountId: string): PlanFacts {
    const account = this.#ports.store.accounts.get(accountId);
    return {
      features: { scheduledCall: account?.features.scheduledCall ?? false },
      audioExists: (slug) => this.#ports.audio.resolve(accountId, slug) !== null,
      destinationProblem: (text) => destinationProblem(text, account?.country ?? DEFAULT_COUNTRY),
      findPlan: (idOrName) => {
        const plan = this.#ports.catalogue.find(accountId, idOrName);
        if (plan === null) return 'unknown';
        return plan.activeVersion === null ? 'notPublished' : 'active';
      },
    };
  }
}

function destinationProblem(text: string, country: string): string | null {
  try {
    parseAddress(text, country);
    return null;
  } catch (error) {
    if (error instanceof BranchlineError && error.code.kind === 'user') return error.problems[0]?.message ?? error.message;
    throw error;
  }
}

function invalid(findings: readonly Finding[]): BranchlineError {
  const problems = problemsOf(findings);
  const rest = problems.length > 1 ? ` And ${problems.length - 1} more.` : '';
  return new BranchlineError(callPlanErrors.planInvalid, `The call plan cannot be used: ${problems[0]?.message ?? ''}${rest}`, { problems });
}
