import { BranchlineError, type Clock, newId } from '../core/index.js';
import type { AssignmentRecord, ServiceNumberRecord, Store } from '../store/index.js';
import type { AccountService } from './account-service.js';
import { accountErrors } from './errors.js';

export interface NewServiceNumber {
  readonly accountId: string;
  /** E.164, already normalised: reading national forms is telephony's. */
  readonly number: string;
  readonly status: ServiceNumberRecord['status'];
  readonly description: string;
}

export interface ServiceNumberChange {
  readonly accountId?: string | undefined;
  readonly status?: ServiceNumberRecord['status'] | undefined;
  readonly description?: string | undefined;
}

/** A country code, then at most 15 digits in all (ITU-T E.164 §6.2). */
const E164 = /^\+[1-9]\d{3,14}$/u;

/** Service numbers, and the call plans assigned to them. Whether the caller may see the account, number or plan is the caller's to check. */
export class ServiceNumberService {
  readonly #store: Store;
  readonly #accounts: AccountService;
  readonly #clock: Clock;

  constructor(store: Store, accounts: AccountService, clock: Clock) {
    this.#store = store;
    this.#accounts = accounts;
    this.#clock = clock;
  }

  /** Rejects with `serviceNumberInvalid` for what is not E.164, and with the store's `conflict` for a number that exists, on whichever account. */
  async create(values: NewServiceNumber): Promise<ServiceNumberRecord> {
    if (!E164.test(values.number)) throw notE164(values.number);
    const record: ServiceNumberRecord = { id: newId('num', this.#clock), ...values, createdAt: this.#clock.now() };
    await this.#store.commit(this.#store.serviceNumbers.insert(record));
    return record;
  }

  async update(id: string, change: ServiceNumberChange): Promise<ServiceNumberRecord> {
    const before = this.#get(id);
    const after: ServiceNumberRecord = {
      ...before,
      accountId: change.accountId ?? before.accountId,
      status: change.status ?? before.status,
      description: change.description ?? before.description,
    };
    await this.#store.commit(this.#store.serviceNumbers.update(after));
    return after;
  }

  /** With its assignments. Rejects with `serviceNumberInUse` while Scheduled Calls that are not final would call from it. */
  async delete(id: string): Promise<void> {
    const { number } = this.#get(id);
    if (this.#store.scheduledCalls.hasOpen(id)) {
      throw new BranchlineError(
        accountErrors.serviceNumberInUse,
        `${number} has Scheduled Calls that are not over: delete those, or wait for them, or set the number to "suspended" instead`,
        { context: { id, number } },
      );
    }
    await this.#store.commit(this.#store.serviceNumbers.delete(id));
  }

  /** The number, where it is on the account or a sub account; null where it is on another or on none. */
  find(accountId: string, e164: string): ServiceNumberRecord | null {
    const record = this.#store.serviceNumbers.byNumber(e164);
    return record !== null && this.#accounts.isWithin(record.accountId, accountId) ? record : null;
  }

  /**
   * Assigns a plan; an active one takes the place of the number's active one. The plan may be the number's account's own or one from above it, else
   * `planNotOnAccount`.
   */
  async assign(serviceNumberId: string, planId: string, active: boolean): Promise<AssignmentRecord> {
    const number = this.#get(serviceNumberId);
    const plan = this.#store.plans.get(planId);
    if (plan === null || !this.#accounts.isWithin(number.accountId, plan.accountId)) {
      throw new BranchlineError(accountErrors.planNotOnAccount, `There is no call plan "${planId}" on the account of ${number.number} or above it`, {
        context: { planId, serviceNumberId },
        problems: [{ path: '/planId', message: "Name a plan of the number's account or of one above it." }],
      });
    }
    const record: AssignmentRecord = { id: newId('asg', this.#clock), serviceNumberId, planId, active, createdAt: this.#clock.now() };
    await this.#store.commit(this.#store.serviceNumbers.insertAssignment(record));
    return record;
  }

  /** Makes one of the number's assignments active and the others not; null: none is, and calls to the number find no plan. */
  async activate(serviceNumberId: string, assignmentId: string | null): Promise<void> {
    if (assignmentId !== null) this.#requireAssignment(serviceNumberId, assignmentId);
    await this.#store.commit(this.#store.serviceNumbers.activateAssignment(serviceNumberId, assignmentId));
  }

  async unassign(serviceNumberId: string, assignmentId: string): Promise<void> {
    this.#requireAssignment(serviceNumberId, assignmentId);
    await this.#store.commit(this.#store.serviceNumbers.deleteAssignment(assignmentId));
  }

  #get(id: string): ServiceNumberRecord {
    const record = this.#store.serviceNumbers.get(id);
    if (record !== null) return record;
    throw new BranchlineError(accountErrors.serviceNumberUnknown, `There is no service number "${id}"`, { context: { id } });
  }

  #requireAssignment(serviceNumberId: string, assignmentId: string): void {
    if (this.#store.serviceNumbers.assignment(assignmentId)?.serviceNumberId === serviceNumberId) return;
    throw new BranchlineError(accountErrors.assignmentUnknown, `There is no assignment "${assignmentId}" of this service number`, {
      context: { serviceNumberId, assignmentId },
    });
  }
}

function notE164(number: string): BranchlineError {
  return new BranchlineError(
    accountErrors.serviceNumberInvalid,
    `"${number}" is not a number in E.164: give it with + and its country code, such as +441632960100`,
    {
      context: { number },
      problems: [{ path: '/number', message: 'must be a number in E.164, such as +441632960100' }],
    },
  );
}
