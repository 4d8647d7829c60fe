import { BranchlineError } from '../../src/core/index.js';
import {
  type CallRecord,
  type CdrRecord,
  type ServiceNumberRecord,
  type Store,
  type TraceRecord,
  type TrunkGroupRecord,
  type TrunkRecord,
  type WriteCommand,
  storeErrors,
} from '../../src/store/index.js';

/** The tables that telephony's units read and write, in memory: for tests that step time and so cannot wait for a writer thread. */
export class MemoryTables {
  readonly trunkRows = new Map<string, TrunkRecord>();
  readonly groupRows = new Map<string, TrunkGroupRecord>();
  readonly callRows = new Map<string, CallRecord>();
  readonly cdrRows: CdrRecord[] = [];
  readonly traceRows: TraceRecord[] = [];
  readonly numberRows = new Map<string, ServiceNumberRecord>();
  /** Set: every commit fails with it. */
  failure: Error | null = null;
  /** That were carried out, those of traces apart. */
  commits = 0;

  readonly #operations: Record<string, (row: never) => void> = {
    'trunks.put': (row: TrunkRecord) => {
      for (const other of this.trunkRows.values())
        if (other.id !== row.id && other.name === row.name) throw new BranchlineError(storeErrors.conflict, 'name');
      this.trunkRows.set(row.id, row);
    },
    'trunks.delete': (id: string) => {
      this.trunkRows.delete(id);
      for (const row of this.groupRows.values()) this.groupRows.set(row.id, { ...row, members: row.members.filter((member) => member !== id) });
    },
    'trunkGroups.put': (row: TrunkGroupRecord) => {
      if (row.members.some((id) => !this.trunkRows.has(id))) throw new BranchlineError(storeErrors.conflict, 'members');
      this.groupRows.set(row.id, row);
    },
    'trunkGroups.delete': (id: string) => this.groupRows.delete(id),
    'calls.insert': (row: CallRecord) => this.callRows.set(row.id, row),
    'calls.update': (row: CallRecord) => {
      if (!this.callRows.has(row.id)) throw new BranchlineError(storeErrors.conflict, 'no such call');
      this.callRows.set(row.id, row);
    },
    'calls.insertCdr': (row: CdrRecord) => this.cdrRows.push(row),
    'traces.append': (row: TraceRecord) => this.traceRows.push(row),
  };

  /** As much of a Store as telephony needs. */
  get store(): Pick<Store, 'trunks' | 'trunkGroups' | 'calls' | 'traces' | 'serviceNumbers' | 'commit'> {
    return {
      trunks: {
        insert: command('trunks.put'),
        update: command('trunks.put'),
        delete: command('trunks.delete'),
        get: (id: string) => this.trunkRows.get(id) ?? null,
        all: () => [...this.trunkRows.values()],
      },
      trunkGroups: {
        insert: command('trunkGroups.put'),
        update: command('trunkGroups.put'),
        delete: command('trunkGroups.delete'),
        all: () => [...this.groupRows.values()],
      },
      calls: {
        insert: command('calls.insert'),
        update: command('calls.update'),
        insertCdr: command('calls.insertCdr'),
        open: () => [...this.callRows.values()].filter(({ endAt }) => endAt === null),
        cdrsOfCall: (callId: string) => this.cdrRows.filter((row) => row.callId === callId),
      },
      traces: { append: command('traces.append') },
      serviceNumbers: { byNumber: (number: string) => this.numberRows.get(number) ?? null },
      commit: (...commands: readonly WriteCommand[]) => this.#commit(commands),
    } as unknown as Store;
  }

  #commit(commands: readonly WriteCommand[]): Promise<void> {
    if (this.failure !== null) return Promise.reject(this.failure);
    try {
      if (commands.some(({ operation }) => operation !== 'traces.append')) this.commits += 1;
      for (const { operation, parameters } of commands) this.#operations[operation]?.(parameters[0] as never);
      return Promise.resolve();
    } catch (error) {
      return Promise.reject(error);
    }
  }
}

function command(operation: string): (row: unknown) => WriteCommand {
  return (row) => ({ operation, parameters: [row] });
}
