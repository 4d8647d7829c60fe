import { byAccount, LOWEST_NUMBER, PagedList, type Query, type Reader } from '../reader.js';
import type { PlanRecord, PlanVersionRecord } from '../records.js';
import type { Page, PageQuery, PlanRepository, WriteCommand } from '../store.js';
import { Table } from '../table.js';
import { operation, type Operations } from '../writer/operation.js';

const plans = new Table<PlanRecord>(
  'plans',
  {
    id: 'value',
    accountId: 'value',
    name: 'value',
    description: 'value',
    activeVersion: 'value',
    revision: 'value',
    createdAt: 'value',
    updatedAt: 'value',
  },
  ['id'],
  ['accountId', 'createdAt'],
);
const versions = new Table<PlanVersionRecord>('plan_versions', { planId: 'value', version: 'value', document: 'value', createdAt: 'value' }, [
  'planId',
  'version',
]);

export const planOperations = {
  'plans.insert': operation(plans.insert, { refers: "The plan's account does not exist" }),
  'plans.update': operation(`${plans.update} AND revision = @expectedRevision`, {
    otherwise: 'The plan was changed by someone else meanwhile, or does not exist: read it again and repeat the change',
  }),
  'plans.delete': operation('DELETE FROM plans WHERE id = @id', {
    otherwise: 'The plan does not exist',
    refers: 'The plan is assigned to a service number: remove the assignment first',
  }),
  'plans.insertVersion': operation(versions.insert, { exists: 'That version of the plan exists already', refers: 'The plan does not exist' }),
  'plans.deleteVersion': operation('DELETE FROM plan_versions WHERE plan_id = @planId AND version = @version'),
} satisfies Operations;

const list = new PagedList<PlanRecord>('plans', [''], ({ id }) => [id]);
const versionList = new PagedList<PlanVersionRecord>('planVersions', [LOWEST_NUMBER], ({ version }) => [version]);

export class SqlPlanRepository implements PlanRepository {
  readonly #byId: Query<PlanRecord>;
  readonly #ofAccount: Query<PlanRecord>;
  readonly #version: Query<PlanVersionRecord>;
  readonly #versions: Query<PlanVersionRecord>;
  readonly #latest: Query<{ readonly version: number | null }>;

  constructor(reader: Reader) {
    this.#byId = reader.query(`${plans.select} WHERE id = @id`);
    this.#ofAccount = reader.query(`${plans.select} WHERE account_id = @accountId AND id > @key0 ORDER BY id LIMIT @limit`);
    this.#version = reader.query(`${versions.select} WHERE plan_id = @planId AND version = @version`);
    this.#versions = reader.query(`${versions.select} WHERE plan_id = @planId AND version > @key0 ORDER BY version LIMIT @limit`);
    this.#latest = reader.query('SELECT max(version) AS version FROM plan_versions WHERE plan_id = @planId');
  }

  insert(plan: PlanRecord): WriteCommand {
    return { operation: 'plans.insert', parameters: [plans.encode(plan)] };
  }

  update(plan: PlanRecord, expectedRevision: number): WriteCommand {
    return { operation: 'plans.update', parameters: [{ ...plans.encode(plan), expectedRevision }] };
  }

  delete(id: string): WriteCommand {
    return { operation: 'plans.delete', parameters: [{ id }] };
  }

  insertVersion(version: PlanVersionRecord): WriteCommand {
    return { operation: 'plans.insertVersion', parameters: [versions.encode(version)] };
  }

  deleteVersion(planId: string, version: number): WriteCommand {
    return { operation: 'plans.deleteVersion', parameters: [{ planId, version }] };
  }

  get(id: string): PlanRecord | null {
    return this.#byId.get({ id });
  }

  version(planId: string, version: number): PlanVersionRecord | null {
    return this.#version.get({ planId, version });
  }

  versions(planId: string, page: PageQuery): Page<PlanVersionRecord> {
    return versionList.page(this.#versions, [{ planId }], page);
  }

  latestVersionNumber(planId: string): number {
    return this.#latest.get({ planId })?.version ?? 0;
  }

  list(accountIds: readonly string[], page: PageQuery): Page<PlanRecord> {
    return list.page(this.#ofAccount, byAccount(accountIds), page);
  }
}
