import { byAccount, PagedList, type Query, type Reader } from '../reader.js';
import type { AssignmentRecord, ServiceNumberRecord } from '../records.js';
import type { Page, PageQuery, ServiceNumberRepository, WriteCommand } from '../store.js';
import { Table } from '../table.js';
import { operation, operationOf, type Operations } from '../writer/operation.js';

const numbers = new Table<ServiceNumberRecord>(
  'service_numbers',
  { id: 'value', accountId: 'value', number: 'value', status: 'value', description: 'value', createdAt: 'value' },
  ['id'],
);
const assignments = new Table<AssignmentRecord>(
  'assignments',
  { id: 'value', serviceNumberId: 'value', planId: 'value', active: 'boolean', createdAt: 'value' },
  ['id'],
);

const DEACTIVATE = 'UPDATE assignments SET active = 0 WHERE service_number_id = @serviceNumberId AND active = 1';
const NO_ACCOUNT = "The service number's account does not exist";
const NO_PARTS = 'The service number or the plan of the assignment does not exist';

export const serviceNumberOperations = {
  'serviceNumbers.insert': operation(numbers.insert, { exists: 'The service number exists already', refers: NO_ACCOUNT }),
  'serviceNumbers.update': operation(numbers.update, {
    otherwise: 'The service number does not exist',
    exists: 'Another service number has that number',
    refers: NO_ACCOUNT,
  }),
  'serviceNumbers.delete': operation('DELETE FROM service_numbers WHERE id = @id', { otherwise: 'The service number does not exist' }),
  'serviceNumbers.insertAssignment': operation(assignments.insert, { refers: NO_PARTS }),
  'serviceNumbers.insertActiveAssignment': operationOf([{ sql: DEACTIVATE }, { sql: assignments.insert }], { refers: NO_PARTS }),
  'serviceNumbers.activateAssignment': operationOf([
    { sql: DEACTIVATE },
    {
      sql: 'UPDATE assignments SET active = 1 WHERE id = @id AND service_number_id = @serviceNumberId',
      otherwise: 'The service number has no such assignment',
    },
  ]),
  'serviceNumbers.deactivateAssignments': operation(DEACTIVATE),
  'serviceNumbers.deleteAssignment': operation('DELETE FROM assignments WHERE id = @id', { otherwise: 'The assignment does not exist' }),
} satisfies Operations;

const list = new PagedList<ServiceNumberRecord>('serviceNumbers', [''], ({ id }) => [id]);

export class SqlServiceNumberRepository implements ServiceNumberRepository {
  readonly #byId: Query<ServiceNumberRecord>;
  readonly #byNumber: Query<ServiceNumberRecord>;
  readonly #ofAccount: Query<ServiceNumberRecord>;
  readonly #assignment: Query<AssignmentRecord>;
  readonly #assignments: Query<AssignmentRecord>;
  readonly #active: Query<AssignmentRecord>;
  readonly #ofPlan: Query<AssignmentRecord>;

  constructor(reader: Reader) {
    const decode = (row: object): AssignmentRecord => assignments.decode(row);
    this.#byId = reader.query(`${numbers.select} WHERE id = @id`);
    this.#byNumber = reader.query(`${numbers.select} WHERE number = @number`);
    this.#ofAccount = reader.query(`${numbers.select} WHERE account_id = @accountId AND id > @key0 ORDER BY id LIMIT @limit`);
    this.#assignment = reader.query(`${assignments.select} WHERE id = @id`, decode);
    this.#assignments = reader.query(`${assignments.select} WHERE service_number_id = @id ORDER BY id`, decode);
    this.#active = reader.query(`${assignments.select} WHERE service_number_id = @id AND active = 1`, decode);
    this.#ofPlan = reader.query(`${assignments.select} WHERE plan_id = @id ORDER BY id`, decode);
  }

  insert(record: ServiceNumberRecord): WriteCommand {
    return { operation: 'serviceNumbers.insert', parameters: [numbers.encode(record)] };
  }

  update(record: ServiceNumberRecord): WriteCommand {
    return { operation: 'serviceNumbers.update', parameters: [numbers.encode(record)] };
  }

  delete(id: string): WriteCommand {
    return { operation: 'serviceNumbers.delete', parameters: [{ id }] };
  }

  get(id: string): ServiceNumberRecord | null {
    return this.#byId.get({ id });
  }

  byNumber(e164: string): ServiceNumberRecord | null {
    return this.#byNumber.get({ number: e164 });
  }

  list(accountIds: readonly string[], page: PageQuery): Page<ServiceNumberRecord> {
    return list.page(this.#ofAccount, byAccount(accountIds), page);
  }

  insertAssignment(record: AssignmentRecord): WriteCommand {
    const name = record.active ? 'serviceNumbers.insertActiveAssignment' : 'serviceNumbers.insertAssignment';
    return { operation: name, parameters: [assignments.encode(record)] };
  }

  activateAssignment(serviceNumberId: string, assignmentId: string | null): WriteCommand {
    if (assignmentId === null) return { operation: 'serviceNumbers.deactivateAssignments', parameters: [{ serviceNumberId }] };
    return { operation: 'serviceNumbers.activateAssignment', parameters: [{ id: assignmentId, serviceNumberId }] };
  }

  deleteAssignment(id: string): WriteCommand {
    return { operation: 'serviceNumbers.deleteAssignment', parameters: [{ id }] };
  }

  assignment(id: string): AssignmentRecord | null {
    return this.#assignment.get({ id });
  }

  assignments(serviceNumberId: string): readonly AssignmentRecord[] {
    return this.#assignments.all({ id: serviceNumberId });
  }

  activeAssignment(serviceNumberId: string): AssignmentRecord | null {
    return this.#active.get({ id: serviceNumberId });
  }

  assignmentsOfPlan(planId: string): readonly AssignmentRecord[] {
    return this.#ofPlan.all({ id: planId });
  }
}
