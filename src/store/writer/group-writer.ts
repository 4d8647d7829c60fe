import Database from 'better-sqlite3';

import type { WriteCommand } from '../store.js';
import type { Operation, Operations } from './operation.js';
import type { CommitFailure, CommitMessage, CommitResult } from './protocol.js';

/** A prepared operation. */
interface PreparedOperation {
  readonly operation: Operation;
  readonly statements: readonly Database.Statement[];
}

/** Carried up from a command to its commit. */
class CommitRefused extends Error {
  readonly failure: CommitFailure;

  constructor(failure: CommitFailure) {
    super(failure.message);
    this.failure = failure;
  }
}

/**
 * Writes groups of commits, each group in one transaction: one fsync serves all. A commit that fails is undone by its own savepoint; a failure of
 * the disk undoes the group. Owned by the writer thread.
 */
export class GroupWriter {
  readonly #database: Database.Database;
  readonly #operations: Operations;
  readonly #witness: Database.Database;
  readonly #prepared = new Map<string, PreparedOperation>();

  /** `witness`: another connection, which sees what `database` has committed. */
  constructor(database: Database.Database, witness: Database.Database, operations: Operations) {
    this.#database = database;
    this.#witness = witness;
    this.#operations = operations;
  }

  /**
   * Writes a group; returns a result a commit when all that succeeded is durable. Where the disk is full, each commit is tried again alone: one
   * that is too big must not take those down that still fit.
   */
  write(commits: readonly CommitMessage[]): readonly CommitResult[] {
    try {
      return this.#writeTogether(commits);
    } catch (error) {
      this.#rollBack();
      const failure = failureOf(error);
      if (failure.reason === 'diskFull' && commits.length > 1) return commits.flatMap((commit) => this.write([commit]));
      return commits.map(({ id }) => ({ id, failure }));
    }
  }

  #writeTogether(commits: readonly CommitMessage[]): readonly CommitResult[] {
    this.#database.exec('BEGIN IMMEDIATE');
    const results = commits.map((commit) => ({ id: commit.id, failure: this.#writeOne(commit) }));
    const historyFailure = this.#commit();
    return historyFailure === null ? results : results.map((result, index) => this.#withoutHistory(result, commits[index], historyFailure));
  }

  /**
   * The two files commit one after the other, branchline.db first: where the disk is full in between, what is in the first is stored, whatever
   * SQLite says of the whole. Returns why the history was not. Throws where nothing was stored.
   */
  #commit(): CommitFailure | null {
    const before = this.#mainVersion();
    try {
      this.#database.exec('COMMIT');
      return null;
    } catch (error) {
      if (this.#mainVersion() === before) throw error;
      this.#rollBack();
      return failureOf(error);
    }
  }

  /** Changes when another connection than the witness has committed to branchline.db. */
  #mainVersion(): unknown {
    return this.#witness.pragma('main.data_version', { simple: true });
  }

  /** A commit that was history alone has failed; one that was more is stored, and only its history is missing. */
  #withoutHistory(result: CommitResult, commit: CommitMessage | undefined, failure: CommitFailure): CommitResult {
    const historyOnly = commit?.commands.every(({ operation }) =>
      this.#prepare(operation).operation.steps.every(({ sql }) => sql.includes('trace.')),
    );
    return result.failure === null && historyOnly === true ? { ...result, failure } : result;
  }

  /** Null where it worked. Throws where the failure is not this commit's alone. */
  #writeOne(commit: CommitMessage): CommitFailure | null {
    this.#database.exec('SAVEPOINT one');
    try {
      for (const command of commit.commands) this.#carryOut(command);
      this.#database.exec('RELEASE one');
      return null;
    } catch (error) {
      const failure = failureOf(error);
      if (failure.reason === 'diskFull' || failure.reason === 'writeFailed') throw error;
      this.#database.exec('ROLLBACK TO one; RELEASE one');
      return failure;
    }
  }

  #carryOut(command: WriteCommand): void {
    const { operation, statements } = this.#prepare(command.operation);
    for (const [index, statement] of statements.entries()) {
      const otherwise = operation.steps[index]?.otherwise;
      const { changes } = this.#run(statement, command, operation);
      if (changes === 0 && otherwise !== undefined) throw new CommitRefused(conflict(otherwise, command));
    }
  }

  #run(statement: Database.Statement, command: WriteCommand, operation: Operation): Database.RunResult {
    try {
      return statement.run(...command.parameters);
    } catch (error) {
      throw refusalOf(error, command, operation);
    }
  }

  #prepare(name: string): PreparedOperation {
    const known = this.#prepared.get(name);
    if (known !== undefined) return known;
    const operation = this.#operations[name];
    if (operation === undefined) throw new CommitRefused({ reason: 'bug', message: `The store has no operation "${name}"`, context: {} });
    const made = { operation, statements: operation.steps.map(({ sql }) => this.#database.prepare(sql)) };
    this.#prepared.set(name, made);
    return made;
  }

  /** SQLite rolls back by itself after some failures of the disk. */
  #rollBack(): void {
    if (this.#database.inTransaction) this.#database.exec('ROLLBACK');
  }
}

/** A failure that is the command's own as `CommitRefused`; any other as it is. A constraint of another kind (a CHECK, a type) is broken by bugs only. */
function refusalOf(error: unknown, command: WriteCommand, { exists, refers }: Operation): unknown {
  if (!(error instanceof Database.SqliteError)) return new CommitRefused(misuse(command, error));
  switch (error.code) {
    case 'SQLITE_CONSTRAINT_UNIQUE':
    case 'SQLITE_CONSTRAINT_PRIMARYKEY':
      return new CommitRefused(conflict(exists, command, error.message));
    case 'SQLITE_CONSTRAINT_FOREIGNKEY':
      return new CommitRefused(conflict(refers, command, error.message));
    default:
      return error.code.startsWith('SQLITE_CONSTRAINT') ? new CommitRefused(misuse(command, error)) : error;
  }
}

function conflict(message: string, command: WriteCommand, constraint?: string): CommitFailure {
  return {
    reason: 'conflict',
    message,
    context: { operation: command.operation, ...identityOf(command), ...(constraint === undefined ? {} : { constraint }) },
  };
}

function misuse(command: WriteCommand, error: unknown): CommitFailure {
  return {
    reason: 'bug',
    message: `"${command.operation}" got a record that cannot be stored: ${(error as Error).message}`,
    context: identityOf(command),
  };
}

/** Which row the command was about. */
function identityOf(command: WriteCommand): Readonly<Record<string, unknown>> {
  const { id } = (command.parameters[0] ?? {}) as { readonly id?: unknown };
  return id === undefined ? {} : { id };
}

function failureOf(error: unknown): CommitFailure {
  if (error instanceof CommitRefused) return error.failure;
  const message = (error as Error).message;
  if (!(error instanceof Database.SqliteError)) return { reason: 'bug', message, context: {} };
  const context = { sqlite: error.code };
  if (error.code === 'SQLITE_FULL') return { reason: 'diskFull', message: 'The disk that holds the database is full: free some space', context };
  return { reason: 'writeFailed', message: `The database cannot be written: ${message}`, context };
}
