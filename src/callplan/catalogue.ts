import { BranchlineError } from '../core/index.js';
import type { PlanRecord, Store } from '../store/index.js';
import { callPlanErrors } from './errors.js';
import type { PlanDocument } from './document.js';
import { indexPlan, type PlanIndex } from './plan-index.js';
import type { PlanReference } from './ports.js';
import { readDocument } from './validation/read-document.js';

/** A plan version, read and ready to run. */
export interface LoadedPlan {
  readonly reference: PlanReference;
  /** The account the plan belongs to: whose audio and numbers it means. */
  readonly accountId: string;
  readonly index: PlanIndex;
}

/** Versions kept read; a box has a few dozen plans in use. */
const KEPT = 200;

/** Plan versions by reference, and plans by name. Versions never change, so that one that was read stays read. */
export class PlanCatalogue {
  readonly #store: Pick<Store, 'plans' | 'accounts'>;
  readonly #kept = new Map<string, LoadedPlan>();

  constructor(store: Pick<Store, 'plans' | 'accounts'>) {
    this.#store = store;
  }

  /** Throws `planNotFound`, `planVersionNotFound`, or `storedPlanUnreadable`. */
  load(reference: PlanReference): LoadedPlan {
    const key = `${reference.planId} ${reference.version}`;
    const kept = this.#kept.get(key);
    const loaded = kept ?? this.#read(reference);
    this.#kept.delete(key);
    this.#kept.set(key, loaded);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT && oldest !== undefined) this.#kept.delete(oldest);
    return loaded;
  }

  /** A plan of the account or of one above it, by id or by name; the nearest account's goes first. */
  find(accountId: string, idOrName: string): PlanRecord | null {
    for (let at = this.#store.accounts.get(accountId); at !== null; at = at.parentId === null ? null : this.#store.accounts.get(at.parentId)) {
      const byId = this.#store.plans.get(idOrName);
      if (byId?.accountId === at.id) return byId;
      const byName = this.byName(at.id, idOrName);
      if (byName !== null) return byName;
    }
    return null;
  }

  byName(accountId: string, name: string): PlanRecord | null {
    for (const plan of this.plansOf([accountId])) if (plan.name === name) return plan;
    return null;
  }

  *plansOf(accountIds: readonly string[]): Iterable<PlanRecord> {
    for (let after: string | null | undefined; after !== null;) {
      const page = this.#store.plans.list(accountIds, { limit: 1000, ...(after === undefined ? {} : { after }) });
      yield* page.rows;
      after = page.after;
    }
  }

  #read(reference: PlanReference): LoadedPlan {
    const plan = this.#store.plans.get(reference.planId);
    if (plan === null) throw new BranchlineError(callPlanErrors.planNotFound, `There is no call plan ${reference.planId}`);
    const version = this.#store.plans.version(reference.planId, reference.version);
    if (version === null)
      throw new BranchlineError(callPlanErrors.planVersionNotFound, `There is no version ${reference.version} of the call plan "${plan.name}"`);
    return { reference, accountId: plan.accountId, index: indexPlan(parse(version.document, reference)) };
  }
}

function parse(text: string, reference: PlanReference): PlanDocument {
  const { document, findings } = readDocument(JSON.parse(text));
  if (document === null)
    throw new BranchlineError(callPlanErrors.storedPlanUnreadable, `A stored version of call plan ${reference.planId} cannot be read`, {
      context: { reference, findings },
    });
  return document;
}
