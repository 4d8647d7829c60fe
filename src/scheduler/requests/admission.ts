import { BranchlineError, type ErrorCode } from '../../core/index.js';
import type { AccountRecord, ServiceNumberRecord, Store } from '../../store/index.js';
import { isPresentationNumberType, isServiceNumberType } from '../../telephony/index.js';
import { schedulerErrors } from '../errors.js';
import type { PlanGate, PlanReference } from '../ports.js';

/** What a check found: the number and the plan version that would be run, or the first rule that fails. */
export type Verdict =
  | { readonly admitted: true; readonly number: ServiceNumberRecord; readonly plan: PlanReference }
  | { readonly admitted: false; readonly code: ErrorCode; readonly message: string };

/** The rules a service number must meet to have Scheduled Calls (DESIGN.md §6.3, platform.md §1.2): asked at acceptance, at dialling and at answer. */
export class Admission {
  readonly #store: Store;
  readonly #plans: PlanGate;

  constructor(store: Store, plans: PlanGate) {
    this.#store = store;
    this.#plans = plans;
  }

  /** All checks in their order. `e164` is the service number. */
  serviceNumber(account: AccountRecord | null, e164: string): Verdict {
    if (account === null || !hasFeature(account)) return refuse(schedulerErrors.featureMissing, FEATURE_MISSING);
    const number = this.#store.serviceNumbers.byNumber(e164);
    if (number === null || !this.#store.accounts.subtreeIds(account.id).includes(number.accountId)) {
      return refuse(
        schedulerErrors.serviceNumberNotOnAccount,
        `${e164} is not a service number of the account or one of its sub accounts: use one that is`,
      );
    }
    if (!isServiceNumberType(e164)) {
      return refuse(
        schedulerErrors.serviceNumberTypeNotAllowed,
        `${e164} is not of a type that may have Scheduled Calls: use a 01, 02, 03 or 080 number`,
      );
    }
    if (number.status !== 'active') {
      return refuse(schedulerErrors.serviceNumberNotActive, `Service number ${e164} is ${number.status}: make it active first`);
    }
    return this.#plan(number);
  }

  /**
   * Whether a number may be presented. With the custom CLI permission: any number of an allowed type. Without: a service number that meets the
   * rules itself. Null: it may.
   */
  presentation(account: AccountRecord, presentation: string, serviceNumber: string): BranchlineError | null {
    if (presentation === serviceNumber) return null;
    if (account.features.customCli && isPresentationNumberType(presentation)) return null;
    const verdict = this.serviceNumber(account, presentation);
    if (verdict.admitted) return null;
    const message = account.features.customCli
      ? `${presentation} is neither a service number that may have Scheduled Calls nor a 01, 02, 03, 080 or mobile number`
      : `${presentation} may not be presented: without the custom CLI permission it must be a service number that may have Scheduled Calls itself. ${verdict.message}`;
    return new BranchlineError(schedulerErrors.presentationNumberNotAllowed, message, { problems: [{ path: '/presentationNumber', message }] });
  }

  #plan(number: ServiceNumberRecord): Verdict {
    const plan = this.#plans.activePlan(number.id);
    if (plan === null)
      return refuse(schedulerErrors.noActivePlan, `Service number ${number.number} has no active call plan: assign one and publish it`);
    const entry = this.#plans.entry(plan);
    switch (entry) {
      case 'ok':
        return { admitted: true, number, plan };
      case 'planInvalid':
        return refuse(
          schedulerErrors.planInvalid,
          `The active call plan of ${number.number} is not valid: validate it and publish a corrected version`,
        );
      case 'notEnabled':
        return refuse(
          schedulerErrors.scheduledCallNotEnabled,
          `Scheduled Call is not enabled in the Start node of the active call plan of ${number.number}: enable it there`,
        );
      case 'notConnected':
        return refuse(
          schedulerErrors.scheduledCallNotConnected,
          `The Scheduled Call branch of the Start node is not connected in the active call plan of ${number.number}: connect it`,
        );
    }
  }
}

export const FEATURE_MISSING = 'The account does not have the Scheduled Call feature: ask for it to be switched on';

/** Whether the account may ask for Scheduled Calls at all. */
export function hasFeature(account: AccountRecord): boolean {
  return account.status === 'active' && account.features.scheduledCall;
}

function refuse(code: ErrorCode, message: string): Verdict & { admitted: false } {
  return { admitted: false, code, message };
}
