import { BranchlineError, coreErrors } from '../../core/index.js';
import { byAccount, compareKeys, type Query, type Reader } from '../reader.js';
import type { EventRecord } from '../records.js';
import type { EventRepository, WriteCommand } from '../store.js';
import { operation, type Operations } from '../writer/operation.js';

/** The most rows that one clearing takes, so that no commit waits for it long: the housekeeper comes again. */
export const MAX_CLEARED = 10_000;

export const eventOperations = {
  'events.append': operation(
    `INSERT INTO trace.events (boot, sequence, type, at, account_id, call_id, leg_id, request_id, data)
     VALUES (@boot, @sequence, @type, @at, @accountId, @callId, @legId, @requestId, @data)`,
    { exists: 'An event of that id exists already' },
  ),
  'events.deleteBefore': operation(
    `DELETE FROM trace.events WHERE (boot, sequence) IN (SELECT boot, sequence FROM trace.events WHERE at < @before ORDER BY at LIMIT ${MAX_CLEARED})`,
  ),
} satisfies Operations;

interface EventRow extends EventRecord {
  readonly boot: number;
  readonly sequence: number;
}

interface EventPosition {
  readonly boot: number;
  readonly sequence: number;
}

export class SqlEventRepository implements EventRepository {
  readonly #known: Query<{ readonly found: number }>;
  readonly #ofAccount: Query<EventRow>;

  constructor(reader: Reader) {
    this.#known = reader.query('SELECT 1 AS found FROM trace.events WHERE boot = @boot AND sequence = @sequence');
    this.#ofAccount = reader.query(
      `SELECT boot, sequence, type, at, account_id AS accountId, call_id AS callId, leg_id AS legId, request_id AS requestId, data
       FROM trace.events WHERE account_id = @accountId AND (boot, sequence) > (@boot, @sequence) ORDER BY boot, sequence LIMIT @limit`,
    );
  }

  append(record: EventRecord): WriteCommand {
    const position = positionOf(record.id);
    if (position === null) throw new BranchlineError(coreErrors.bug, `"${record.id}" is not an event id: it must be "<boot>-<sequence>"`);
    const { id: _, ...fields } = record;
    return { operation: 'events.append', parameters: [{ ...fields, ...position }] };
  }

  after(id: string | null, accountIds: readonly string[], limit: number): readonly EventRecord[] | null {
    const position = id === null ? { boot: 0, sequence: 0 } : positionOf(id);
    if (position === null || (id !== null && this.#known.get({ ...position }) === null)) return null;
    const rows = byAccount(accountIds).flatMap((run) => this.#ofAccount.all({ ...run, ...position, limit }));
    rows.sort((a, b) => compareKeys([a.boot, a.sequence], [b.boot, b.sequence]));
    return rows.slice(0, limit).map(({ boot, sequence, ...fields }) => ({ ...fields, id: `${boot}-${sequence}` }));
  }

  deleteBefore(at: number): WriteCommand {
    return { operation: 'events.deleteBefore', parameters: [{ before: at }] };
  }
}

function positionOf(id: string): EventPosition | null {
  const match = /^(\d{1,10})-(\d{1,15})$/u.exec(id);
  return match === null ? null : { boot: Number(match[1]), sequence: Number(match[2]) };
}
