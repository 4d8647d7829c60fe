/** A statement of an operation. */
export interface Step {
  readonly sql: string;
  /** Where it must change a row: what to tell when it did not. Absent: it may change none. */
  readonly otherwise?: string;
}

/** What a `WriteCommand` of this name does: its steps in order, each with the command's parameters. */
export interface Operation {
  readonly steps: readonly Step[];
  /** What to tell where the row's key, or what must be unique in it, exists already. */
  readonly exists: string;
  /** What to tell where the row refers to one that does not exist, or is itself referred to and must stay. */
  readonly refers: string;
}

export type Operations = Readonly<Record<string, Operation>>;

/** What an operation tells when it cannot be done. */
export interface Words {
  readonly otherwise?: string;
  readonly exists?: string;
  readonly refers?: string;
}

/** An operation of one statement. */
export function operation(sql: string, { otherwise, ...words }: Words = {}): Operation {
  return operationOf([otherwise === undefined ? { sql } : { sql, otherwise }], words);
}

/** An operation of several statements. */
export function operationOf(steps: readonly Step[], words: Omit<Words, 'otherwise'> = {}): Operation {
  return { steps, exists: words.exists ?? 'It exists already', refers: words.refers ?? 'It belongs to something that does not exist' };
}
