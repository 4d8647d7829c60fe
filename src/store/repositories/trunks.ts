import type { Query, Reader } from '../reader.js';
import type { TrunkRecord } from '../records.js';
import type { TrunkRepository, WriteCommand } from '../store.js';
import { Table } from '../table.js';
import { operation, type Operations } from '../writer/operation.js';

const table = new Table<TrunkRecord>(
  'trunks',
  {
    id: 'value',
    name: 'value',
    kind: 'value',
    enabled: 'boolean',
    prefixes: 'json',
    priority: 'value',
    maxCalls: 'value',
    callsPerSecond: 'value',
    sip: 'json',
    analogue: 'json',
    isdn: 'json',
    createdAt: 'value',
  },
  ['id'],
);

const MISSING = 'The trunk does not exist';
const EXISTS = 'A trunk of that name exists already';

export const trunkOperations = {
  'trunks.insert': operation(table.insert, { exists: EXISTS }),
  'trunks.update': operation(table.update, { otherwise: MISSING, exists: EXISTS }),
  'trunks.delete': operation('DELETE FROM trunks WHERE id = @id', { otherwise: MISSING }),
} satisfies Operations;

export class SqlTrunkRepository implements TrunkRepository {
  readonly #byId: Query<TrunkRecord>;
  readonly #all: Query<TrunkRecord>;

  constructor(reader: Reader) {
    const decode = (row: object): TrunkRecord => table.decode(row);
    this.#byId = reader.query(`${table.select} WHERE id = @id`, decode);
    this.#all = reader.query(`${table.select} ORDER BY id`, decode);
  }

  insert(record: TrunkRecord): WriteCommand {
    return { operation: 'trunks.insert', parameters: [table.encode(record)] };
  }

  update(record: TrunkRecord): WriteCommand {
    return { operation: 'trunks.update', parameters: [table.encode(record)] };
  }

  delete(id: string): WriteCommand {
    return { operation: 'trunks.delete', parameters: [{ id }] };
  }

  get(id: string): TrunkRecord | null {
    return this.#byId.get({ id });
  }

  all(): readonly TrunkRecord[] {
    return this.#all.all();
  }
}
