import { BranchlineError, type Clock, newId } from '../../../core/index.js';
import { type Store, type TrunkGroupRecord, type WriteCommand, storeErrors } from '../../../store/index.js';
import { telephonyErrors } from '../../errors.js';
import { type TrunkGroupInput, checkTrunkGroupInput, memberProblems, trunkGroupInvalid } from './input.js';

export interface TrunkGroupsParts {
  readonly store: Pick<Store, 'trunkGroups' | 'commit'>;
  readonly clock: Clock;
  /** Whether a trunk exists. */
  readonly knows: (trunkId: string) => boolean;
}

/** The trunk groups of the box. The only writer of their tables, so that it may keep them in memory. */
export class TrunkGroups {
  readonly #parts: TrunkGroupsParts;
  readonly #groups = new Map<string, TrunkGroupRecord>();
  readonly #lastMembers = new Map<string, string>();

  constructor(parts: TrunkGroupsParts) {
    this.#parts = parts;
  }

  /** Reads the table. */
  start(): void {
    for (const group of this.#parts.store.trunkGroups.all()) this.#groups.set(group.id, group);
  }

  list(): readonly TrunkGroupRecord[] {
    return [...this.#groups.values()].sort((a, b) => a.name.localeCompare(b.name));
  }

  get(id: string): TrunkGroupRecord | null {
    return this.#groups.get(id) ?? null;
  }

  /** Throws `trunkGroupInvalid` or `trunkGroupNameTaken`. */
  async create(input: TrunkGroupInput): Promise<TrunkGroupRecord> {
    const { clock, store, knows } = this.#parts;
    const record = { id: newId('tgr', clock), createdAt: clock.now(), ...checkTrunkGroupInput(input, knows) };
    this.#checkName(record);
    await this.#commit(record, store.trunkGroups.insert(record));
    return record;
  }

  /** Changes what `change` names. Calls in progress go on. Throws `trunkGroupUnknown`, `trunkGroupInvalid` or `trunkGroupNameTaken`. */
  async update(id: string, change: Partial<TrunkGroupInput>): Promise<TrunkGroupRecord> {
    const { id: _, createdAt, ...before } = this.#known(id);
    const asked = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as Partial<TrunkGroupInput>;
    const record = { id, createdAt, ...checkTrunkGroupInput({ ...before, ...asked }, this.#parts.knows) };
    this.#checkName(record);
    await this.#commit(record, this.#parts.store.trunkGroups.update(record));
    return record;
  }

  /** Its members are used by themselves again, or by their other groups. Throws `trunkGroupUnknown`. */
  async delete(id: string): Promise<void> {
    this.#known(id);
    await this.#parts.store.commit(this.#parts.store.trunkGroups.delete(id));
    this.#groups.delete(id);
    this.#lastMembers.delete(id);
  }

  /** A trunk was deleted; its rows here went with it. */
  forgetTrunk(trunkId: string): void {
    for (const group of this.#groups.values()) {
      if (group.members.includes(trunkId)) this.#groups.set(group.id, { ...group, members: group.members.filter((id) => id !== trunkId) });
    }
  }

  /** Where round robin goes on. */
  lastMember(groupId: string): string | null {
    return this.#lastMembers.get(groupId) ?? null;
  }

  noteUse(groupId: string, trunkId: string): void {
    this.#lastMembers.set(groupId, trunkId);
  }

  #known(id: string): TrunkGroupRecord {
    const record = this.#groups.get(id);
    if (record === undefined) throw new BranchlineError(telephonyErrors.trunkGroupUnknown, `There is no trunk group ${id}.`, { context: { id } });
    return record;
  }

  #checkName({ id, name }: TrunkGroupRecord): void {
    for (const other of this.#groups.values()) if (other.id !== id && other.name.toLowerCase() === name.toLowerCase()) throw nameTaken(name);
  }

  /** Two requests for one name may cross, or a member be deleted meanwhile: the tables decide. */
  async #commit(record: TrunkGroupRecord, command: WriteCommand): Promise<void> {
    try {
      await this.#parts.store.commit(command);
    } catch (error) {
      if (!(error instanceof BranchlineError) || error.code !== storeErrors.conflict) throw error;
      const gone = memberProblems(record.members, this.#parts.knows);
      throw gone.length === 0 ? nameTaken(record.name) : trunkGroupInvalid(gone);
    }
    this.#groups.set(record.id, record);
  }
}

function nameTaken(name: string): BranchlineError {
  const message = `There is a trunk group "${name}" already: choose another name.`;
  return new BranchlineError(telephonyErrors.trunkGroupNameTaken, message, { problems: [{ path: '/name', message }] });
}
