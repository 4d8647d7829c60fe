import type { Outcome } from '../core/index.js';
import type {
  AccountRecord,
  AssignmentRecord,
  AttemptRecord,
  AudioFileRecord,
  CallRecord,
  CdrRecord,
  EventRecord,
  IdempotencyRecord,
  LineEventRecord,
  LineTotalRecord,
  OutOfServiceRecord,
  PlanRecord,
  PlanVersionRecord,
  RequestRecord,
  RequestState,
  ServiceNumberRecord,
  TokenRecord,
  TraceRecord,
  ExtensionSettingsRecord,
  SpanSettingsRecord,
  TrunkGroupRecord,
  TrunkRecord,
} from './records.js';

/**
 * One change, as plain data for the writer thread. Repositories make them; `Store.commit` carries them out. A command whose condition does not
 * hold (a request no longer in the expected state, a name that exists) undoes its whole commit and rejects it with the store's `conflict`.
 */
export interface WriteCommand {
  readonly operation: string;
  readonly parameters: readonly unknown[];
}

/** A page of a list: rows in the list's order, and where to go on (null: the end). */
export interface Page<T> {
  readonly rows: readonly T[];
  readonly after: string | null;
}

export interface PageQuery {
  /** 1…1000. */
  readonly limit: number;
  /** `after` of the page before. */
  readonly after?: string;
}

/** Reads are synchronous, on the main thread's connection, and see everything that `commit` has resolved for. Each is an indexed look-up. */
export interface AccountRepository {
  insert(record: AccountRecord): WriteCommand;
  update(record: AccountRecord): WriteCommand;
  get(id: string): AccountRecord | null;
  root(): AccountRecord | null;
  children(id: string): readonly AccountRecord[];
  /** The account and all below it. */
  subtreeIds(id: string): readonly string[];
  list(ids: readonly string[], page: PageQuery): Page<AccountRecord>;
}

export interface ServiceNumberRepository {
  /** Conflict where the number exists. */
  insert(record: ServiceNumberRecord): WriteCommand;
  update(record: ServiceNumberRecord): WriteCommand;
  delete(id: string): WriteCommand;
  get(id: string): ServiceNumberRecord | null;
  byNumber(e164: string): ServiceNumberRecord | null;
  list(accountIds: readonly string[], page: PageQuery): Page<ServiceNumberRecord>;
  insertAssignment(record: AssignmentRecord): WriteCommand;
  /** Makes one assignment active and the number's others not; null: none is. */
  activateAssignment(serviceNumberId: string, assignmentId: string | null): WriteCommand;
  deleteAssignment(id: string): WriteCommand;
  assignment(id: string): AssignmentRecord | null;
  assignments(serviceNumberId: string): readonly AssignmentRecord[];
  activeAssignment(serviceNumberId: string): AssignmentRecord | null;
  /** Numbers whose assignments use a plan. */
  assignmentsOfPlan(planId: string): readonly AssignmentRecord[];
}

export interface PlanRepository {
  insert(plan: PlanRecord): WriteCommand;
  /** Conflict where the stored revision is not `expectedRevision`. */
  update(plan: PlanRecord, expectedRevision: number): WriteCommand;
  delete(id: string): WriteCommand;
  insertVersion(version: PlanVersionRecord): WriteCommand;
  /** Forgets one version; the call plan room keeps the newest 20 and the active one. Nothing where it does not exist. */
  deleteVersion(planId: string, version: number): WriteCommand;
  get(id: string): PlanRecord | null;
  version(planId: string, version: number): PlanVersionRecord | null;
  versions(planId: string, page: PageQuery): Page<PlanVersionRecord>;
  latestVersionNumber(planId: string): number;
  list(accountIds: readonly string[], page: PageQuery): Page<PlanRecord>;
}

export interface AudioFileRepository {
  insert(record: AudioFileRecord): WriteCommand;
  update(record: AudioFileRecord): WriteCommand;
  delete(id: string): WriteCommand;
  get(id: string): AudioFileRecord | null;
  bySlug(accountId: string, slug: string): AudioFileRecord | null;
  list(accountIds: readonly string[], page: PageQuery): Page<AudioFileRecord>;
}

export interface TrunkRepository {
  insert(record: TrunkRecord): WriteCommand;
  update(record: TrunkRecord): WriteCommand;
  delete(id: string): WriteCommand;
  get(id: string): TrunkRecord | null;
  all(): readonly TrunkRecord[];
}

export interface TrunkGroupRepository {
  /** Conflict where the name exists or a member does not. */
  insert(record: TrunkGroupRecord): WriteCommand;
  update(record: TrunkGroupRecord): WriteCommand;
  delete(id: string): WriteCommand;
  /** A trunk that was deleted has left its groups. */
  all(): readonly TrunkGroupRecord[];
}

export interface ExtensionSettingsRepository {
  /** In place of what the channel had. */
  put(record: ExtensionSettingsRecord): WriteCommand;
  all(): readonly ExtensionSettingsRecord[];
}

export interface SpanSettingsRepository {
  /** In place of what the span had. */
  put(record: SpanSettingsRecord): WriteCommand;
  all(): readonly SpanSettingsRecord[];
}

export interface TokenRepository {
  insert(record: TokenRecord): WriteCommand;
  delete(id: string): WriteCommand;
  /** Not more often than once a minute a token. */
  touch(id: string, lastUsedAt: number): WriteCommand;
  byHash(hash: string): TokenRecord | null;
  get(id: string): TokenRecord | null;
  list(accountIds: readonly string[], page: PageQuery): Page<TokenRecord>;
  count(): number;
}

export interface RequestFilter {
  readonly accountIds: readonly string[];
  readonly states?: readonly RequestState[];
  readonly serviceNumber?: string;
  readonly reference?: string;
}

/** A request's place in the order of dialling. */
export interface DuePosition {
  readonly dueAt: number;
  readonly priority: number;
  readonly id: string;
}

export interface RequestCount {
  readonly state: RequestState;
  readonly outcome: Outcome | null;
  readonly count: number;
}

export interface ScheduledCallRepository {
  insert(record: RequestRecord): WriteCommand;
  /** Conflict where the stored state is none of `expectedStates`. */
  update(record: RequestRecord, expectedStates: readonly RequestState[]): WriteCommand;
  get(id: string): RequestRecord | null;
  /** By due moment, priority, id. */
  list(filter: RequestFilter, page: PageQuery): Page<RequestRecord>;
  /** Requests that wait to be dialled (queued, waitingRetry; not held) due before `before`, by due moment, priority, id, from behind `after` (null: the first). */
  due(before: number, limit: number, after: DuePosition | null): readonly RequestRecord[];
  /** Every request in a state that is not final: what a start-up looks through. */
  open(): readonly RequestRecord[];
  countOpen(accountIds: readonly string[]): number;
  /** Whether a request that is not final is for this service number. */
  hasOpen(serviceNumberId: string): boolean;
  /** How many requests there are of each state and last outcome. */
  counts(accountIds: readonly string[]): readonly RequestCount[];
  /** The newest `updatedAt` of all requests; 0 where there is none. A wall clock that reads earlier has been set back (DESIGN.md §6.10). */
  newestUpdatedAt(): number;
  insertAttempt(record: AttemptRecord): WriteCommand;
  updateAttempt(record: AttemptRecord): WriteCommand;
  attempts(requestId: string): readonly AttemptRecord[];
  attempt(id: string): AttemptRecord | null;
  /** Attempts that have not ended. */
  openAttempts(): readonly AttemptRecord[];
}

export interface CallFilter {
  readonly accountIds: readonly string[];
  readonly requestId?: string;
  readonly callId?: string;
  /** Start at or after / before, ms. */
  readonly from?: number;
  readonly to?: number;
}

export interface CallRepository {
  insert(record: CallRecord): WriteCommand;
  update(record: CallRecord): WriteCommand;
  get(id: string): CallRecord | null;
  /** By start, id. */
  list(filter: CallFilter, page: PageQuery): Page<CallRecord>;
  /** Calls without an end: after a restart, those the last process left behind. */
  open(): readonly CallRecord[];
  insertCdr(record: CdrRecord): WriteCommand;
  /** By start, id. */
  cdrs(filter: CallFilter, page: PageQuery): Page<CdrRecord>;
  cdrsOfCall(callId: string): readonly CdrRecord[];
}

export interface EventRepository {
  append(record: EventRecord): WriteCommand;
  /** After an id, oldest first; null where that id is unknown or gone. */
  after(id: string | null, accountIds: readonly string[], limit: number): readonly EventRecord[] | null;
  /** The oldest 10,000 at most, so that no commit waits for it long; so do the other tables' of this name. */
  deleteBefore(at: number): WriteCommand;
}

export interface TraceRepository {
  append(record: TraceRecord): WriteCommand;
  ofCall(callId: string): readonly TraceRecord[];
  deleteBefore(at: number): WriteCommand;
}

export interface LineHistoryRepository {
  append(record: LineEventRecord): WriteCommand;
  /** One more call of a line; `at` begins its count. */
  countCall(subject: string, at: number): WriteCommand;
  /** Newest first, older than the event `before`; null: from the newest. */
  page(subject: string, before: number | null, limit: number): readonly LineEventRecord[];
  last(subject: string, type: string): LineEventRecord | null;
  callsSince(subject: string, since: number): number;
  totals(): readonly LineTotalRecord[];
  deleteBefore(at: number): WriteCommand;
  /** Forgets the oldest, of whatever subject, where there are more. */
  keepNewest(rows: number): WriteCommand;
}

export interface OutOfServiceRepository {
  put(record: OutOfServiceRecord): WriteCommand;
  delete(channel: number): WriteCommand;
  all(): readonly OutOfServiceRecord[];
}

export interface IdempotencyRepository {
  insert(record: IdempotencyRecord): WriteCommand;
  get(accountId: string, key: string): IdempotencyRecord | null;
  deleteBefore(at: number): WriteCommand;
}

/** What the store tells of itself, for metrics and health. */
export interface StoreStatistics {
  readonly commits: number;
  readonly commands: number;
  /** p99 of the last 1,000 commits, ms, fsync included. */
  readonly commitP99Ms: number;
  readonly queued: number;
  readonly failed: number;
  /** False: the writer has stopped, by a fault of its own or because the store is closed. */
  readonly writable: boolean;
}

/** A file that was found damaged when the store opened. */
export interface DamagedFile {
  readonly file: string;
  /** Where it was set aside, for a person to look at. */
  readonly setAsideAs: string;
  readonly problem: string;
  /** The backup that took its place; null: it begins empty. */
  readonly restoredFrom: string | null;
}

/** The database: two SQLite files, a writer thread of their own, repositories. The only place with SQL. */
export interface Store {
  readonly accounts: AccountRepository;
  readonly serviceNumbers: ServiceNumberRepository;
  readonly plans: PlanRepository;
  readonly audioFiles: AudioFileRepository;
  readonly trunks: TrunkRepository;
  readonly trunkGroups: TrunkGroupRepository;
  readonly spanSettings: SpanSettingsRepository;
  readonly extensionSettings: ExtensionSettingsRepository;
  readonly tokens: TokenRepository;
  readonly scheduledCalls: ScheduledCallRepository;
  readonly calls: CallRepository;
  readonly events: EventRepository;
  readonly traces: TraceRepository;
  readonly lineHistory: LineHistoryRepository;
  readonly linesOutOfService: OutOfServiceRepository;
  readonly idempotency: IdempotencyRepository;
  /** Counts the openings of this state directory, 1 at the first: the first half of event ids. */
  readonly boot: number;
  /** The process before did not close the store (a kill, a power cut): `integrity` is worth asking once there is time. */
  readonly uncleanStop: boolean;
  /** Files that were damaged and replaced at this opening. */
  readonly recovered: readonly DamagedFile[];
  /**
   * Carries out commands as one: all or none, in the next group commit. Resolves after the fsync of what is in the first file; commands of the
   * second (traces) only need to be in its log. Rejects with `conflict`, `diskFull` or `writeFailed`; nothing of it is stored then.
   */
  commit(...commands: readonly WriteCommand[]): Promise<void>;
  statistics(): StoreStatistics;
  /** "ok", or what is wrong with the files, a line a fault. Takes as long as reading them does, on a thread of its own. */
  integrity(): Promise<string>;
  /** Copies the first file to the directory's folder "backups", keeps the newest seven there, and returns the copy's path. */
  backup(): Promise<string>;
  /** Writes what was committed before, notes the clean stop, and closes the files. Later commits are rejected with `closed`. */
  close(): Promise<void>;
}
