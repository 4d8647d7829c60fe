import type { Query, Reader } from '../reader.js';
import type { TrunkGroupRecord } from '../records.js';
import type { TrunkGroupRepository, WriteCommand } from '../store.js';
import { Table } from '../table.js';
import { operation, operationOf, type Operations } from '../writer/operation.js';

/** A group's own row; its members lie in a table of their own, so that a trunk that is deleted leaves them in the same commit. */
type GroupRow = Omit<TrunkGroupRecord, 'members'>;

interface MemberRow {
  readonly groupId: string;
  readonly trunkId: string;
}

const table = new Table<GroupRow>(
  'trunk_groups',
  {
    id: 'value',
    name: 'value',
    rule: 'value',
    prefixes: 'json',
    priority: 'value',
    reserveInbound: 'value',
    failover: 'json',
    createdAt: 'value',
  },
  ['id'],
);

const FORGET_MEMBERS = 'DELETE FROM trunk_group_members WHERE group_id = @id';
const NOTE_MEMBERS = 'INSERT INTO trunk_group_members (group_id, position, trunk_id) SELECT @id, key, value FROM json_each(@members)';
const MISSING = 'The trunk group does not exist';
const WORDS = { exists: 'A trunk group of that name exists already', refers: 'A member of the trunk group does not exist' };

export const trunkGroupOperations = {
  'trunkGroups.insert': operationOf([{ sql: table.insert }, { sql: NOTE_MEMBERS }], WORDS),
  'trunkGroups.update': operationOf([{ sql: table.update, otherwise: MISSING }, { sql: FORGET_MEMBERS }, { sql: NOTE_MEMBERS }], WORDS),
  'trunkGroups.delete': operation('DELETE FROM trunk_groups WHERE id = @id', { otherwise: MISSING }),
} satisfies Operations;

export class SqlTrunkGroupRepository implements TrunkGroupRepository {
  readonly #all: Query<GroupRow>;
  readonly #members: Query<MemberRow>;

  constructor(reader: Reader) {
    this.#all = reader.query(`${table.select} ORDER BY id`, (row) => table.decode(row));
    this.#members = reader.query('SELECT group_id AS groupId, trunk_id AS trunkId FROM trunk_group_members ORDER BY group_id, position');
  }

  insert(record: TrunkGroupRecord): WriteCommand {
    return { operation: 'trunkGroups.insert', parameters: [parametersOf(record)] };
  }

  update(record: TrunkGroupRecord): WriteCommand {
    return { operation: 'trunkGroups.update', parameters: [parametersOf(record)] };
  }

  delete(id: string): WriteCommand {
    return { operation: 'trunkGroups.delete', parameters: [{ id }] };
  }

  all(): readonly TrunkGroupRecord[] {
    const members = this.#members.all();
    return this.#all
      .all()
      .map((group) => ({ ...group, members: members.filter(({ groupId }) => groupId === group.id).map(({ trunkId }) => trunkId) }));
  }
}

function parametersOf({ members, ...group }: TrunkGroupRecord) {
  return { ...table.encode(group), members: JSON.stringify(members) };
}
