/** A statement of an operation. */
export interface Step {
  readonly sql: string;
  /** Where it must change a row: what to tell when it did not. Absent: it may change none. */
  readonly otherwise?: string;
}

/** What a `WriteCommand` of this name does: its steps in order, each with the command's parameters. */
export interface Operation {
  readonly steps: readonly Step[];
  /** What to tell where the row exists already, or refers to one that does not, or is still referred to. */
  readonly clash: string;
}

export type Operations = Readonly<Record<string, Operation>>;

/** An operation of one statement. */
export function operation(sql: string, words: { readonly otherwise?: string; readonly clash?: string } = {}): Operation {
  const step = words.otherwise === undefined ? { sql } : { sql, otherwise: words.otherwise };
  return { steps: [step], clash: words.clash ?? 'The change does not fit what is stored' };
}
