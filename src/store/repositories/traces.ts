import type { Query, Reader } from '../reader.js';
import type { TraceRecord } from '../records.js';
import type { TraceRepository, WriteCommand } from '../store.js';
import { Table } from '../table.js';
import { operation, type Operations } from '../writer/operation.js';
import { MAX_CLEARED } from './events.js';

const table = new Table<TraceRecord>('trace.traces', { callId: 'value', sequence: 'value', at: 'value', type: 'value', data: 'value' }, [
  'callId',
  'sequence',
]);

export const traceOperations = {
  'traces.append': operation(table.insert, { exists: 'The call has a trace line of that number already' }),
  'traces.deleteBefore': operation(
    `DELETE FROM trace.traces WHERE (call_id, sequence) IN (SELECT call_id, sequence FROM trace.traces WHERE at < @before ORDER BY at LIMIT ${MAX_CLEARED})`,
  ),
} satisfies Operations;

export class SqlTraceRepository implements TraceRepository {
  readonly #ofCall: Query<TraceRecord>;

  constructor(reader: Reader) {
    this.#ofCall = reader.query(`${table.select} WHERE call_id = @id ORDER BY sequence`);
  }

  append(record: TraceRecord): WriteCommand {
    return { operation: 'traces.append', parameters: [table.encode(record)] };
  }

  ofCall(callId: string): readonly TraceRecord[] {
    return this.#ofCall.all({ id: callId });
  }

  deleteBefore(at: number): WriteCommand {
    return { operation: 'traces.deleteBefore', parameters: [{ before: at }] };
  }
}
