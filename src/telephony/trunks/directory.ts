import { BranchlineError, type Clock, type Logger, newId } from '../../core/index.js';
import { type Store, type TrunkGroupRecord, type TrunkRecord, type WriteCommand, storeErrors } from '../../store/index.js';
import type { Address } from '../address.js';
import type { LiveLegs } from '../calls/live-legs.js';
import { telephonyErrors } from '../errors.js';
import type { Leg, LineKind } from '../leg.js';
import type { LinePort, TrunkState } from '../ports/line.js';
import type { TrunkCondition } from './condition.js';
import { TrunkGroups } from './groups/index.js';
import { type TrunkInput, type TrunkSurroundings, checkTrunkInput, trunkInputOf } from './input.js';
import { EXTENSIONS_TRUNK_ID } from './match.js';
import { Pacer } from './pacing.js';
import { type Route, type TrunkSelection, freeInGroup, selectFrom, whySkipped } from './selection.js';

export interface TrunkDirectoryParts {
  readonly store: Pick<Store, 'trunks' | 'trunkGroups' | 'commit'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** At most one a kind. */
  readonly lines: readonly LinePort[];
  readonly live: LiveLegs;
  readonly country: string;
}

/** A trunk group's present. */
export interface TrunkGroupState {
  /** "up": a member is; "unknown": none was asked yet. */
  readonly state: 'up' | 'down' | 'unknown' | 'empty';
  readonly inUse: number;
  /** Lines of its members on which a call could come in now. */
  readonly free: number;
}

/** The trunks of the box: their records, and which of them can carry a call now. The only writer of the trunk table, so that it may keep it in memory. */
export class TrunkDirectory {
  readonly #parts: TrunkDirectoryParts;
  readonly #lines: ReadonlyMap<LineKind, LinePort>;
  readonly #trunks = new Map<string, TrunkRecord>();
  readonly #pacers = new Map<string, Pacer>();
  readonly groups: TrunkGroups;

  constructor(parts: TrunkDirectoryParts) {
    this.#parts = parts;
    this.groups = new TrunkGroups({ store: parts.store, clock: parts.clock, knows: (trunkId) => this.#trunks.has(trunkId) });
    this.#lines = new Map(parts.lines.map((line) => [line.kind, line]));
  }

  /** Reads the tables and hands each trunk to its kind of line. */
  start(): void {
    for (const trunk of this.#parts.store.trunks.all()) this.#use(trunk);
    this.groups.start();
  }

  list(): readonly TrunkRecord[] {
    return [...this.#trunks.values()].sort((a, b) => a.name.localeCompare(b.name));
  }

  get(id: string): TrunkRecord | null {
    return this.#trunks.get(id) ?? null;
  }

  /** Throws `trunkInvalid` or `trunkNameTaken`. */
  async create(input: TrunkInput): Promise<TrunkRecord> {
    const record: TrunkRecord = {
      id: newId('trk', this.#parts.clock),
      createdAt: this.#parts.clock.now(),
      ...checkTrunkInput(input, this.#surroundings()),
    };
    this.#checkName(record);
    await this.#commit(record, this.#parts.store.trunks.insert(record));
    this.#use(record);
    return record;
  }

  /** Changes what `change` names. Calls in progress go on. Throws `trunkUnknown`, `trunkInvalid` or `trunkNameTaken`. */
  async update(id: string, change: Partial<TrunkInput>): Promise<TrunkRecord> {
    const before = this.#known(id);
    const asked = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as Partial<TrunkInput>;
    const ground = asked.kind === undefined || asked.kind === before.kind ? trunkInputOf(before) : { name: before.name, kind: asked.kind };
    const record: TrunkRecord = { id, createdAt: before.createdAt, ...checkTrunkInput({ ...ground, ...asked }, this.#surroundings()) };
    this.#checkName(record);
    await this.#commit(record, this.#parts.store.trunks.update(record));
    if (record.kind !== before.kind) this.#lines.get(before.kind)?.dropTrunk(id);
    this.#use(record);
    return record;
  }

  /** Takes a trunk out of use and out of its groups, in one commit. Calls in progress go on. Throws `trunkUnknown`. */
  async delete(id: string): Promise<void> {
    const record = this.#known(id);
    await this.#parts.store.commit(this.#parts.store.trunks.delete(id));
    this.#trunks.delete(id);
    this.groups.forgetTrunk(id);
    this.#pacers.delete(id);
    this.#lines.get(record.kind)?.dropTrunk(id);
  }

  /** The trunk's present; null for one that is unknown or has no line in this box. */
  state(id: string): TrunkState | null {
    const trunk = this.#trunks.get(id);
    const state = trunk === undefined ? null : (this.#lines.get(trunk.kind)?.trunkState(id) ?? null);
    return state === null ? null : { ...state, inUse: this.#parts.live.ofTrunk(id) };
  }

  /** The group's present: what its members make of it. */
  groupState(group: TrunkGroupRecord): TrunkGroupState {
    const members = group.members.flatMap((id) => this.#trunks.get(id) ?? []);
    const states = members.map((trunk) => (trunk.enabled ? this.#condition(trunk).state : 'down'));
    const state = states.length === 0 ? 'empty' : (STATES_BEST_FIRST.find((one) => states.includes(one)) ?? 'unknown');
    const free = freeInGroup(group, { trunks: members, condition: (trunk) => this.#condition(trunk) });
    return { state, free, inUse: members.reduce((sum, trunk) => sum + this.#condition(trunk).inUse, 0) };
  }

  /** Trunks that can take a call to `to` now, best first, and why the others can't. Changes nothing. */
  select(to: Address): TrunkSelection {
    const world = {
      condition: this.#conditions(),
      lastMember: (groupId: string) => this.groups.lastMember(groupId),
      random: Math.random,
      now: this.#parts.clock.now(),
    };
    return selectFrom({ ...world, ...this.#choice(to) }, to);
  }

  /** Why a call to `to` would find no line now, in words; null where it would find one. */
  whyNoLine(to: Address): string | null {
    const { candidates, skipped } = this.select(to);
    if (candidates.length > 0) return null;
    return whySkipped(skipped) || 'no trunk carries this number';
  }

  line(trunk: TrunkRecord): LinePort | null {
    return this.#lines.get(trunk.kind) ?? null;
  }

  /** Notes that a line of the trunk is being seized now; the leg counts as in use until it ends. */
  noteSeizure({ trunk, group }: Route): void {
    this.#pacer(trunk.id).seize(trunk.callsPerSecond);
    if (group !== null) this.groups.noteUse(group.id, trunk.id);
  }

  noteLeg(leg: Leg): void {
    this.#parts.live.add(leg);
  }

  #choice(to: Address): { readonly trunks: readonly TrunkRecord[]; readonly groups: readonly TrunkGroupRecord[] } {
    const extensions = to.kind === 'extension' ? this.#extensions() : null;
    return extensions === null ? { trunks: [...this.#trunks.values()], groups: this.groups.list() } : { trunks: [extensions], groups: [] };
  }

  /** Each trunk's present, looked up once. */
  #conditions(): (trunk: TrunkRecord) => TrunkCondition {
    const known = new Map<string, TrunkCondition>();
    return (trunk) => {
      const condition = known.get(trunk.id) ?? this.#condition(trunk);
      known.set(trunk.id, condition);
      return condition;
    };
  }

  /** The box's own FXS ports as a trunk, so that an extension is called like everybody else. */
  #extensions(): TrunkRecord | null {
    const channels = (this.#lines.get('analogue')?.lines() ?? []).filter((line) => line.kind === 'fxs').map((line) => line.channel);
    if (channels.length === 0) return null;
    return {
      id: EXTENSIONS_TRUNK_ID,
      name: 'extensions',
      kind: 'analogue',
      enabled: true,
      prefixes: [],
      priority: 0,
      maxCalls: channels.length,
      callsPerSecond: 200,
      sip: null,
      analogue: { channels, serviceNumber: null },
      isdn: null,
      createdAt: 0,
    };
  }

  #condition(trunk: TrunkRecord): TrunkCondition {
    const line = this.#lines.get(trunk.kind);
    const state = line?.trunkState(trunk.id) ?? null;
    return {
      hasLine: line !== undefined,
      state: state?.state ?? 'unknown',
      stateDetail: state?.detail ?? '',
      inUse: Math.max(this.#parts.live.ofTrunk(trunk.id), state?.inUse ?? 0),
      capacity: state?.capacity ?? null,
      pacedMs: this.#pacer(trunk.id).waitMs(trunk.callsPerSecond),
      lastUse: this.#parts.live.lastUse(trunk.id),
    };
  }

  #pacer(trunkId: string): Pacer {
    const pacer = this.#pacers.get(trunkId) ?? new Pacer(this.#parts.clock);
    this.#pacers.set(trunkId, pacer);
    return pacer;
  }

  #use(trunk: TrunkRecord): void {
    this.#trunks.set(trunk.id, trunk);
    const line = this.#lines.get(trunk.kind);
    if (line === undefined) this.#parts.logger.warn({ trunkId: trunk.id }, `Trunk ${trunk.name}: there is no ${trunk.kind} line in this box`);
    else if (trunk.enabled) line.useTrunk(trunk);
    else line.dropTrunk(trunk.id);
  }

  #surroundings(): TrunkSurroundings {
    const analogue = this.#lines.get('analogue');
    const fxoChannels =
      analogue
        ?.lines()
        .filter((line) => line.kind === 'fxo')
        .map((line) => line.channel) ?? null;
    return { fxoChannels, bearers: this.#lines.get('isdn')?.bearers?.() ?? null, country: this.#parts.country };
  }

  #known(id: string): TrunkRecord {
    const record = this.#trunks.get(id);
    if (record === undefined) throw new BranchlineError(telephonyErrors.trunkUnknown, `There is no trunk ${id}.`, { context: { id } });
    return record;
  }

  #checkName({ id, name }: TrunkRecord): void {
    for (const other of this.#trunks.values()) if (other.id !== id && other.name.toLowerCase() === name.toLowerCase()) throw nameTaken(name);
  }

  /** Two requests for one name may cross: the table decides. */
  async #commit(record: TrunkRecord, command: WriteCommand): Promise<void> {
    try {
      await this.#parts.store.commit(command);
    } catch (error) {
      if (error instanceof BranchlineError && error.code === storeErrors.conflict) throw nameTaken(record.name);
      throw error;
    }
  }
}

const STATES_BEST_FIRST = ['up', 'unknown', 'down'] as const;

function nameTaken(name: string): BranchlineError {
  const problems = [{ path: '/name', message: `There is a trunk "${name}" already: choose another name.` }];
  return new BranchlineError(telephonyErrors.trunkNameTaken, `There is a trunk "${name}" already: choose another name.`, { problems });
}
