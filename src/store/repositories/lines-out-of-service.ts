import type { Query, Reader } from '../reader.js';
import type { OutOfServiceRecord } from '../records.js';
import type { OutOfServiceRepository, WriteCommand } from '../store.js';
import { operation, type Operations } from '../writer/operation.js';

export const outOfServiceOperations = {
  'linesOutOfService.put': operation('INSERT OR REPLACE INTO lines_out_of_service (channel, reason, by, at) VALUES (@channel, @reason, @by, @at)'),
  'linesOutOfService.delete': operation('DELETE FROM lines_out_of_service WHERE channel = @channel'),
} satisfies Operations;

export class SqlOutOfServiceRepository implements OutOfServiceRepository {
  readonly #all: Query<OutOfServiceRecord>;

  constructor(reader: Reader) {
    this.#all = reader.query('SELECT channel, reason, by, at FROM lines_out_of_service ORDER BY channel');
  }

  put(record: OutOfServiceRecord): WriteCommand {
    return { operation: 'linesOutOfService.put', parameters: [{ ...record }] };
  }

  delete(channel: number): WriteCommand {
    return { operation: 'linesOutOfService.delete', parameters: [{ channel }] };
  }

  all(): readonly OutOfServiceRecord[] {
    return this.#all.all();
  }
}
